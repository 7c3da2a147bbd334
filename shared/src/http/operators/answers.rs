//! What operators' functions answer, as JSON.

use super::bodies::REPUBLISH_LIST;
use crate::{
    http::{
        cursor,
        links::session::{INVITATION_PATH, RESET_PATH},
        platform::route,
        revealed::Revealed,
    },
    model::{
        Currency, Money, Scope,
        customer::MerchantAccount,
        issuer::Issuers,
        key_ring::{KeyRing, Purpose},
        organization::Organization,
        origin::Origin,
        secret::ClientSecret,
        tenant::{Client, Setup},
    },
    operations::{
        audit::{AuditReport, Stopped, Told},
        invitations::NewInvitation,
        provisioning::{Credential, NewKey},
        republishing::Republished,
        resets::NewReset,
        statistics::RecountReport,
    },
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A tenant that was made, with its credential and its API key of the payments surface: the one time
/// that secrets are shown.
pub fn provisioned(setup: &Setup, credential: &Credential, payments_key: &NewKey) -> Value {
    let scope = setup.tenant.scope;
    json!({
        "tenant": tenant(setup),
        "tenant_id": scope.tenant.to_string(),
        "mode": scope.mode.as_str(),
        "client_id": credential.client_id,
        "client_secret": Revealed::once(&credential.secret),
        "api_key": Revealed::once(&payments_key.text),
        "api_key_id": payments_key.id.payments_form(),
    })
}

/// An API key that was made: the one time that its text is shown.
pub fn api_key(key: &NewKey) -> Value {
    json!({"api_key": Revealed::once(&key.text), "api_key_id": key.id.payments_form()})
}

/// The same with the address that accepts the first owner's invitation: the one time that its token
/// is shown.
pub fn with_invitation(
    mut answer: Value,
    invited: Option<&NewInvitation>,
    base: Option<&str>,
) -> Value {
    let (Some(object), Some(NewInvitation { invitation, token })) =
        (answer.as_object_mut(), invited)
    else {
        return answer;
    };
    let path = format!("{INVITATION_PATH}{}", token.reveal());
    object.insert("invite_url".to_owned(), base.map(|base| format!("{base}{path}")).into());
    object.insert("invite_path".to_owned(), path.into());
    object.insert("invite_token".to_owned(), Revealed::once(token).value());
    object.insert("invite_expires_at".to_owned(), invitation.expires_at.rfc3339().into());
    answer
}

/// A way back in for a member: the one time that its token is shown.
pub fn reset(new: &NewReset, base: Option<&str>) -> Value {
    let token = Revealed::once(&new.token).value();
    let path = format!("{RESET_PATH}{}", token.as_str().unwrap_or_default());
    json!({
        "reset_url": base.map(|base| format!("{base}{path}")),
        "reset_path": path,
        "reset_token": token,
        "expires_at": new.reset.expires_at.rfc3339(),
    })
}

/// A tenant with all that operators set, of its links too.
pub fn updated(setup: &Setup, organization: &Organization) -> Value {
    let limits = organization.limits.iter().map(|(currency, limits)| {
        let pair = json!({"min": limits.min.major(), "max": limits.max.major()});
        (currency.code().to_owned(), pair)
    });
    let mut answer = tenant(setup);
    if let Some(object) = answer.as_object_mut() {
        object.insert("payment_limits".to_owned(), Value::Object(limits.collect()));
        object.insert("max_links".to_owned(), organization.max_links().into());
    }
    answer
}

/// A tenant with all that operators set.
pub fn tenant(Setup { tenant, routes }: &Setup) -> Value {
    let origins: Vec<&str> = tenant.allowed_origins.iter().map(Origin::as_str).collect();
    json!({
        "tenant_id": tenant.scope.tenant.to_string(),
        "mode": tenant.scope.mode.as_str(),
        "name": tenant.name,
        "allowed_origins": origins,
        "currency_limits": majors(&tenant.limits),
        "review_thresholds": majors(&tenant.review),
        "routes": routes.iter().map(route::operator_view).collect::<Vec<Value>>(),
        "created_at": tenant.created_at.rfc3339(),
    })
}

fn majors(amounts: &BTreeMap<Currency, Money>) -> BTreeMap<String, String> {
    amounts.values().map(|money| (money.currency().to_string(), money.major())).collect()
}

/// A merchant account.
pub fn merchant_account(account: &MerchantAccount) -> Value {
    json!({
        "id": account.id.to_string(),
        "status": account.status.as_str(),
        "descriptor": account.descriptor,
        "processor": account.processor,
        "connected_account": account.connected,
        "created_at": account.created_at.rfc3339(),
    })
}

/// The keys of one purpose, by number, with their ends.
pub fn keys(purpose: Purpose, ring: &KeyRing) -> Value {
    let numbers: Vec<u8> = ring.keys.iter().map(|key| key.number).collect();
    let ends = ring
        .keys
        .iter()
        .map(|key| (key.number.to_string(), key.ends_at.map(crate::model::Time::rfc3339).into()));
    let ends: serde_json::Map<String, Value> = ends.collect();
    json!({
        "purpose": purpose.as_str(), "keys": numbers, "newest": numbers.last(), "ends_at": ends,
    })
}

/// A client with its new secret: the one time that it is shown.
pub fn client(client: &Client, secret: &ClientSecret) -> Value {
    json!({
        "tenant_id": client.scope.tenant.to_string(),
        "mode": client.scope.mode.as_str(),
        "client_id": client.client_id,
        "client_secret": Revealed::once(secret),
        "replaced_secret_ends_at": client.replaced.as_ref().map(|(_, end)| end.rfc3339()),
    })
}

/// Every outside issuer, and when its keys were last fetched.
pub fn issuers(issuers: &Issuers) -> Value {
    let list = issuers.list.iter().map(|issuer| {
        json!({
            "issuer": issuer.issuer,
            "audience": issuer.audience,
            "jwks_url": issuer.jwks_url,
            "tenants": issuer.tenants.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "scopes": issuer.scopes,
            "keys_fetched_at": issuer.key_set.as_ref().map(|set| set.fetched_at.rfc3339()),
        })
    });
    json!({"issuers": list.collect::<Vec<Value>>()})
}

/// What an audit of the ledger has found.
pub fn audit(report: &AuditReport) -> Value {
    let told = report.told.iter().map(|Told { scope, place }| {
        json!({"tenant": scope.tenant.to_string(), "mode": scope.mode.as_str(), "place": place})
    });
    json!({
        "accounts": report.accounts,
        "entries": report.entries,
        "differences": report.differences,
        "first_differences": told.collect::<Vec<Value>>(),
        "next": report.stopped.as_ref().map(|Stopped { scope, after }| json!({
            "tenant_id": scope.tenant.to_string(),
            "mode": scope.mode.as_str(),
            "after": after.map(|account| account.to_string()),
        })),
    })
}

/// What a count of statistics has found.
pub fn recounted(report: &RecountReport) -> Value {
    json!({
        "tenants": report.tenants,
        "links": report.links,
        "differences": report.differences,
        "names": report.names,
        "unfinished": report.unfinished,
    })
}

/// What was put onto the bus again.
pub fn republished(scope: Scope, done: &Republished) -> Value {
    json!({
        "committed": done.committed,
        "published": done.published,
        "timers": done.timers,
        "activity": done.acts,
        "next_cursor": done.next.map(|last| cursor::encode(scope, REPUBLISH_LIST, last)),
    })
}
