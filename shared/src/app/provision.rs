//! What operators set up: tenants, credentials, merchant accounts, keys.

use super::{
    clock,
    context::Operator,
    keys::{self, Keys, hmac_key},
};
use crate::{
    digest::hex,
    http::{
        Result,
        platform::{
            access_token::SCOPES,
            operator::{ProvisionTenant, PutMerchantAccount, bounded},
            route,
        },
    },
    model::{
        Mode, Scope,
        customer::MerchantAccount,
        key_ring::{KeyRing, Purpose},
        tenant::{Client, Setup, Tenant},
    },
    operations::{Problem, Resource, Unique, problem::on},
    processor::simulator,
    store::{self, Consistency, Table, audit, client, customer, tenant as tenants},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Makes a tenant (or the other mode of one) with a credential, and the deployment's keys where
/// there are none yet. Answers the tenant, the client id, and the secret, which is not kept.
///
/// # Errors
/// 422 for too many origins or routes that break a rule; 409 when the tenant has this mode already.
pub async fn tenant(app: &Operator, body: ProvisionTenant) -> Result<(Setup, String, String)> {
    let now = clock::now();
    let routes = match body.routes {
        Some(inputs) => route::routes(inputs, body.mode, clock::new_id)?,
        None if body.mode == Mode::Test => simulator::routes::routes(clock::new_id),
        None => Vec::new(),
    };
    for purpose in Purpose::ALL {
        app.key_service.ensure(&app.store, purpose, now).await?;
    }
    let scope = Scope { tenant: body.tenant_id.unwrap_or_else(clock::new_id), mode: body.mode };
    let tenant = Tenant {
        scope,
        name: body.name.0,
        allowed_origins: bounded(body.allowed_origins.unwrap_or_default())?,
        limits: body.currency_limits.map(|limits| limits.0).unwrap_or_default(),
        review: body.review_thresholds.map(|thresholds| thresholds.0).unwrap_or_default(),
        created_at: now,
        version: 1,
    };
    let client_id = format!("client_{}_{}", scope.mode, token::<12>());
    let client_secret = format!("secret_{}_{}", scope.mode, token::<32>());
    let client = Client {
        client_id: client_id.clone(),
        scope,
        secret_hash: secret_hash(app, &client_secret).await?,
        scopes: SCOPES.join(" "),
        failures: 0,
        blocked_until: None,
    };
    let setup = Setup { tenant, routes };
    let mut writes = tenants::insert(&setup).to_vec();
    writes.extend([client::insert(&client), audit::list_tenant(scope)]);
    match app.store.commit(writes).await {
        Ok(()) => Ok((setup, client_id, client_secret)),
        Err(store::Error::Refused { .. }) => Err(Problem::Taken(Unique::TenantMode)),
        Err(other) => Err(other.into()),
    }
}

/// Adds a merchant account to a customer, or changes one.
///
/// # Errors
/// 404 for an unknown customer or account; 422 for an unknown processor, the simulator in live
/// mode, or too many accounts; 409 when somebody else changes the customer at this moment.
pub async fn merchant_account(store: &Table, body: PutMerchantAccount) -> Result<MerchantAccount> {
    let scope = Scope { tenant: body.tenant_id, mode: body.mode };
    if body.processor.0 != simulator::NAME {
        return Err(Problem::field("processor", "must be simulator"));
    }
    if scope.mode == Mode::Live {
        return Err(Problem::field("processor", "the simulator serves test mode only"));
    }
    let customer = store.customer(scope, body.user_id, Consistency::Strong).await?;
    let customer = customer.ok_or(Problem::NotFound(Resource::Customer))?;
    let id = body.merchant_account_id;
    if id.is_some_and(|id| customer.merchant_accounts.iter().all(|known| known.id != id)) {
        return Err(Problem::NotFound(Resource::MerchantAccount));
    }
    let account = MerchantAccount {
        id: id.unwrap_or_else(clock::new_id),
        status: body.status,
        descriptor: body.descriptor.0,
        processor: body.processor.0,
        created_at: clock::now(),
    };
    let next = customer.with_account(account.clone());
    let next = next.map_err(|invalid| on("user_id", invalid))?;
    store.commit(vec![customer::replace(&next)]).await?;
    Ok(account)
}

/// Puts a new key of one purpose in use.
///
/// # Errors
/// 409 when somebody rotates at the same moment.
pub async fn rotate(app: &Operator, purpose: Purpose) -> Result<KeyRing> {
    let now = clock::now();
    app.key_service.ensure(&app.store, purpose, now).await?;
    let ring = app.store.key_ring(purpose).await?;
    let ring = ring.ok_or_else(|| Problem::internal("the key ring is gone"))?;
    let key = app.key_service.make(purpose, ring.next_number(), now).await?;
    let next = ring.rotated(key, now);
    app.store.commit(store::key_ring::put(&next)).await?;
    Ok(next)
}

async fn secret_hash(app: &Operator, secret: &str) -> std::result::Result<String, keys::Error> {
    let keys = Keys::new(Purpose::Pepper, app.key_service.clone());
    let (_, pepper) = keys.newest(&app.store).await?;
    let tag = ring::hmac::sign(&hmac_key(&pepper), secret.as_bytes());
    Ok(hex(tag.as_ref()))
}

fn token<const N: usize>() -> String {
    URL_SAFE_NO_PAD.encode(clock::random::<N>())
}
