//! What operators set up: tenants with their credentials and settings, and merchant accounts.

use super::{Ambient, Problem, Resource, Result, Unique, problem::on};
use crate::{
    model::{
        Currency, Mode, Money, Scope, Surface, Time,
        actor::Actor,
        api_key::{self, ApiKey, LINKS_SCOPES, PAYMENTS_SCOPES},
        customer::{MerchantAccount, MerchantAccountStatus},
        id::{ApiKeyId, CustomerId, MerchantAccountId},
        origin::{MOST_ORIGINS, Origin},
        route::Route,
        secret::{ApiKeyText, ClientSecret},
        tenant::{Client, Setup, Tenant},
    },
    processor::simulator,
    store::{
        self, Consistency, Table, audit, client, customer, processor_account, tenant as tenants,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::collections::BTreeMap;

/// A tenant to make, or the other mode of one.
#[derive(Debug)]
pub struct NewTenant {
    /// Which tenant, in which mode.
    pub scope: Scope,
    /// Display name, shown to buyers.
    pub name: String,
    /// Who may embed the payment page.
    pub allowed_origins: Vec<Origin>,
    /// Largest single payment per currency.
    pub limits: BTreeMap<Currency, Money>,
    /// Payments above these amounts wait for a reviewer.
    pub review: BTreeMap<Currency, Money>,
    /// Ways into and out of wallets; in test mode the simulator's when `None`.
    pub routes: Option<Vec<Route>>,
    /// What tokens of its first credential may do, separated by spaces.
    pub scopes: String,
}

/// Changes of a tenant; what is `None` stays.
#[derive(Debug)]
pub struct TenantChanges {
    /// Which tenant, in which mode.
    pub scope: Scope,
    /// Display name.
    pub name: Option<String>,
    /// Who may embed the payment page; links that exist keep theirs.
    pub allowed_origins: Option<Vec<Origin>>,
    /// Replaces all limits.
    pub limits: Option<BTreeMap<Currency, Money>>,
    /// Replaces all thresholds.
    pub review: Option<BTreeMap<Currency, Money>>,
    /// Replaces all routes.
    pub routes: Option<Vec<Route>>,
}

/// A credential that was just made. Its secret is shown once and never kept.
#[derive(Debug)]
pub struct Credential {
    /// Its public half.
    pub client_id: String,
    /// Its secret half.
    pub secret: ClientSecret,
}

/// An API key that was just made. Its text is shown once and never kept.
#[derive(Debug)]
pub struct NewKey {
    /// Its id.
    pub id: ApiKeyId,
    /// The whole text.
    pub text: ApiKeyText,
    /// The surface it opens.
    pub surface: Surface,
}

impl NewKey {
    /// A new key of a tenant, made of random bytes.
    #[must_use]
    pub fn new(scope: Scope, surface: Surface, id: ApiKeyId, secret: [u8; 32]) -> Self {
        Self { id, text: api_key::text(surface, scope, id, secret), surface }
    }

    /// Its record: it may do all that its surface has, and never expires.
    #[must_use]
    pub fn record(&self, scope: Scope, secret_hash: String) -> ApiKey {
        let scopes: &[&str] = match self.surface {
            Surface::Payments => &PAYMENTS_SCOPES,
            Surface::Links => &LINKS_SCOPES,
            Surface::Platform => &[],
        };
        ApiKey {
            id: self.id,
            scope,
            surface: self.surface,
            name: "First key".to_owned(),
            secret_hash,
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            created_by: Actor::Operator,
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
            created_at: self.id.minted_at(),
            version: 1,
        }
    }
}

/// A merchant account to add to a customer or to the tenant itself, or to change.
#[derive(Debug)]
pub struct MerchantAccountWish {
    /// Whose customer.
    pub scope: Scope,
    /// Whose account; the tenant's own when `None`.
    pub customer: Option<CustomerId>,
    /// Which one to change; a new one when `None`.
    pub id: Option<MerchantAccountId>,
    /// Whether it may charge.
    pub status: MerchantAccountStatus,
    /// What stands on the buyer's statement.
    pub descriptor: String,
    /// Who charges.
    pub processor: String,
}

impl TenantChanges {
    /// The tenant with these changes.
    ///
    /// # Errors
    /// Too many origins.
    pub fn applied(self, known: &Setup) -> Result<Setup> {
        let tenant = &known.tenant;
        let tenant = Tenant {
            name: self.name.unwrap_or_else(|| tenant.name.clone()),
            allowed_origins: match self.allowed_origins {
                Some(origins) => bounded(origins)?,
                None => tenant.allowed_origins.clone(),
            },
            limits: self.limits.unwrap_or_else(|| tenant.limits.clone()),
            review: self.review.unwrap_or_else(|| tenant.review.clone()),
            version: tenant.version.saturating_add(1),
            ..tenant.clone()
        };
        Ok(Setup { tenant, routes: self.routes.unwrap_or_else(|| known.routes.clone()) })
    }
}

impl Credential {
    /// A new credential of this mode, made of random bytes.
    #[must_use]
    pub fn new(mode: Mode, id: [u8; 12], secret: [u8; 32]) -> Self {
        let secret = URL_SAFE_NO_PAD.encode(secret);
        Self {
            client_id: format!("client_{mode}_{}", URL_SAFE_NO_PAD.encode(id)),
            secret: ClientSecret::new(format!("secret_{mode}_{secret}")),
        }
    }
}

/// Makes a tenant with a first credential, of whose secret only the hash is kept, and first API keys.
///
/// # Errors
/// Too many origins; the tenant has this mode already.
pub async fn provision_tenant(
    store: &Table,
    new: NewTenant,
    credential: &Credential,
    secret_hash: String,
    keys: &[ApiKey],
    ambient: Ambient,
) -> Result<Setup> {
    let scope = new.scope;
    let tenant = Tenant {
        scope,
        name: new.name,
        allowed_origins: bounded(new.allowed_origins)?,
        limits: new.limits,
        review: new.review,
        created_at: ambient.now(),
        version: 1,
    };
    let routes = match new.routes {
        Some(routes) => routes,
        None if scope.mode == Mode::Test => simulator::routes::routes(|| ambient.new_id()),
        None => Vec::new(),
    };
    let client = Client {
        client_id: credential.client_id.clone(),
        scope,
        secret_hash,
        scopes: new.scopes,
        failures: 0,
        blocked_until: None,
    };
    let setup = Setup { tenant, routes };
    let mut writes = tenants::insert(&setup).to_vec();
    writes.extend([client::insert(&client), audit::list_tenant(scope)]);
    writes.extend(keys.iter().map(store::api_key::insert));
    match store.commit(writes).await {
        Ok(()) => Ok(setup),
        Err(store::Error::Refused { .. }) => Err(Problem::Taken(Unique::TenantMode)),
        Err(other) => Err(other.into()),
    }
}

/// Changes a tenant's settings.
///
/// # Errors
/// There is no such tenant; too many origins; somebody else changes it at the same moment.
pub async fn update_tenant(store: &Table, changes: TenantChanges) -> Result<Setup> {
    let known = store.setup(changes.scope).await?;
    let known = known.ok_or_else(|| Problem::field("tenant_id", "names no tenant of this mode"))?;
    let next = changes.applied(&known)?;
    store.commit(tenants::replace(&next).to_vec()).await?;
    Ok(next)
}

/// Adds a merchant account to a customer or to the tenant itself, or changes one.
///
/// # Errors
/// An unknown customer or account; an unknown processor, the simulator in live mode, or too many
/// accounts; somebody else changes the customer at this moment.
pub async fn put_merchant_account(
    store: &Table,
    wish: MerchantAccountWish,
    new_id: MerchantAccountId,
    now: Time,
) -> Result<MerchantAccount> {
    let scope = wish.scope;
    if wish.processor != simulator::NAME {
        return Err(Problem::field("processor", "must be simulator"));
    }
    if scope.mode == Mode::Live {
        return Err(Problem::field("processor", "the simulator serves test mode only"));
    }
    let account = MerchantAccount {
        id: wish.id.unwrap_or(new_id),
        status: wish.status,
        descriptor: wish.descriptor,
        processor: wish.processor,
        created_at: now,
    };
    let write = match wish.customer {
        Some(id) => {
            let customer = store.customer(scope, id, Consistency::Strong).await?;
            let customer = customer.ok_or(Problem::NotFound(Resource::Customer))?;
            check_known(wish.id, &customer.merchant_accounts)?;
            let next = customer.with_account(account.clone());
            customer::replace(&next.map_err(|invalid| on("user_id", invalid))?)
        }
        None => {
            let known = store.tenant_accounts(scope).await?;
            check_known(wish.id, &known.accounts)?;
            let next = known.with_account(account.clone());
            processor_account::put(&next.map_err(|invalid| on("tenant_id", invalid))?)
        }
    };
    store.commit(vec![write]).await?;
    Ok(account)
}

/// What is changed must be there.
fn check_known(id: Option<MerchantAccountId>, accounts: &[MerchantAccount]) -> Result<()> {
    match id {
        Some(id) if accounts.iter().all(|known| known.id != id) => {
            Err(Problem::NotFound(Resource::MerchantAccount))
        }
        Some(_) | None => Ok(()),
    }
}

/// At most ten origins.
fn bounded(origins: Vec<Origin>) -> Result<Vec<Origin>> {
    if origins.len() > MOST_ORIGINS {
        let message = format!("must have at most {MOST_ORIGINS} entries");
        return Err(Problem::field("allowed_origins", message));
    }
    Ok(origins)
}
