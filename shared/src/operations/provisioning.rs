//! What operators set up: tenants with their credentials and settings, and merchant accounts.

use super::{Ambient, Problem, Resource, Result, Unique, problem::on};
use crate::{
    model::{
        Currency, Mode, Money, Scope, Surface, Time,
        actor::Actor,
        api_key::{self, ApiKey, LINKS_SCOPES, PAYMENTS_SCOPES},
        customer::{MerchantAccount, MerchantAccountStatus},
        id::{ApiKeyId, CustomerId, MerchantAccountId},
        organization::{Organization, PaymentLimits},
        origin::{MAX_ORIGINS, Origin},
        route::Route,
        secret::{ApiKeyText, ClientSecret},
        tenant::{Client, Setup, Tenant},
    },
    processor::registry,
    store::{
        self, Consistency, Table, audit, client, customer, organization as organizations,
        processor_account, tenant as tenants,
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
    /// The name that buyers see; at most 100 characters.
    pub name: Option<String>,
    /// Who may embed the payment page; links that exist keep theirs.
    pub allowed_origins: Option<Vec<Origin>>,
    /// Largest single payment per currency; replaces all of them.
    pub limits: Option<BTreeMap<Currency, Money>>,
    /// Payments above these amounts wait for a reviewer; replaces all of them.
    pub review: Option<BTreeMap<Currency, Money>>,
    /// Ways into and out of wallets; replaces all of them.
    pub routes: Option<Vec<Route>>,
    /// Smallest and largest payment through links; replaces all of them.
    pub payment_limits: Option<BTreeMap<Currency, PaymentLimits>>,
    /// Most links that are not deleted.
    pub max_links: Option<u32>,
}

/// A credential that was just made. Its secret is shown once and never kept.
#[derive(Debug)]
pub struct Credential {
    /// `client_`, the mode and a random part; sent with every token request.
    pub client_id: String,
    /// Shown once; only a hash of it is kept.
    pub secret: ClientSecret,
}

/// An API key that was just made. Its text is shown once and never kept.
#[derive(Debug)]
pub struct NewKey {
    /// The id of the key's record, which the text leads to.
    pub id: ApiKeyId,
    /// Prefix and secret in one, as callers send it.
    pub text: ApiKeyText,
    /// The one surface that the key is good for.
    pub surface: Surface,
}

impl NewKey {
    /// A new key of a tenant, made of random bytes.
    pub fn new(scope: Scope, surface: Surface, id: ApiKeyId, secret: [u8; 32]) -> Self {
        Self { id, text: api_key::text(surface, scope, id, secret), surface }
    }

    /// Its record: it may do all that its surface has, and never expires.
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
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Whose account; the tenant's own when `None`.
    pub customer: Option<CustomerId>,
    /// Which one to change; a new one when `None`.
    pub id: Option<MerchantAccountId>,
    /// Only an approved account charges.
    pub status: MerchantAccountStatus,
    /// What stands on the buyer's statement.
    pub descriptor: String,
    /// The name of the adapter that charges.
    pub processor: String,
    /// The account at the processor that charges, where it is not the tenant's own.
    pub connected: Option<String>,
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
    pub fn new(mode: Mode, id: [u8; 12], secret: [u8; 32]) -> Self {
        let client_id = format!("client_{mode}_{}", URL_SAFE_NO_PAD.encode(id));
        Self { client_id, secret: client_secret(mode, secret) }
    }
}

/// A client's secret of this mode, made of random bytes.
pub fn client_secret(mode: Mode, secret: [u8; 32]) -> ClientSecret {
    ClientSecret::new(format!("secret_{mode}_{}", URL_SAFE_NO_PAD.encode(secret)))
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
        None => registry::first_routes(scope.mode, || ambient.new_id()),
    };
    let client = Client {
        client_id: credential.client_id.clone(),
        scope,
        secret_hash,
        replaced: None,
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
pub async fn update_tenant(
    store: &Table,
    mut changes: TenantChanges,
    now: Time,
) -> Result<(Setup, Organization)> {
    let scope = changes.scope;
    let known = store.setup(scope).await?;
    let known = known.ok_or_else(|| Problem::field("tenant_id", "names no tenant of this mode"))?;
    let links = (changes.payment_limits.take(), changes.max_links);
    let next = changes.applied(&known)?;
    let mut writes = tenants::replace(&next).to_vec();
    let mut organization = store.organization(scope, known.tenant.created_at).await?;
    if let (Some(_), _) | (_, Some(_)) = &links {
        let (limits, max_links) = links;
        organization = Organization {
            limits: limits.unwrap_or_else(|| organization.limits.clone()),
            max_links: max_links.or(organization.max_links),
            updated_at: now,
            version: organization.version + 1,
            ..organization
        };
        writes.push(organizations::put(&organization));
    }
    store.commit(writes).await?;
    Ok((next, organization))
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
    check_merchant_account(&wish)?;
    let scope = wish.scope;
    let account = MerchantAccount {
        id: wish.id.unwrap_or(new_id),
        status: wish.status,
        descriptor: wish.descriptor,
        processor: wish.processor,
        connected: wish.connected,
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

/// Checks what a wish says of its processor, without asking anybody.
///
/// # Errors
/// An unknown processor, the simulator in live mode, a connected account where there are none.
pub fn check_merchant_account(wish: &MerchantAccountWish) -> Result<()> {
    registry::check_name(&wish.processor)
        .and_then(|()| registry::check_mode(&wish.processor, wish.scope.mode))
        .map_err(|invalid| on("processor", invalid))?;
    registry::check_connected(&wish.processor, wish.connected.as_deref())
        .map_err(|invalid| on("connected_account", invalid))
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
    if origins.len() > MAX_ORIGINS {
        let message = format!("must have at most {MAX_ORIGINS} entries");
        return Err(Problem::field("allowed_origins", message));
    }
    Ok(origins)
}
