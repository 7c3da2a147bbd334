//! What operators' functions answer, as JSON.

use super::bodies::REPUBLISH_LIST;
use crate::{
    http::{cursor, platform::route},
    model::{
        Currency, Money, Scope,
        customer::MerchantAccount,
        key_ring::{KeyRing, Purpose},
        origin::Origin,
        tenant::Setup,
    },
    operations::{
        audit::{Report, Stopped, Told},
        invitations::NewInvitation,
        provisioning::{Credential, NewKey},
        republishing::Republished,
    },
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A tenant that was made, with its credential and its API key of the payments surface: the one time
/// that secrets are shown.
#[must_use]
pub fn provisioned(setup: &Setup, credential: &Credential, payments_key: &NewKey) -> Value {
    let scope = setup.tenant.scope;
    json!({
        "tenant": tenant(setup),
        "tenant_id": scope.tenant.to_string(),
        "mode": scope.mode.as_str(),
        "client_id": credential.client_id,
        "client_secret": credential.secret.reveal(),
        "api_key": payments_key.text.reveal(),
        "api_key_id": payments_key.id.payments_form(),
    })
}

/// Where the page that accepts invitations is; its token stands behind the `#`, which no server
/// sees.
const INVITATION_PATH: &str = "/dashboard/invitation";

/// The same with the address that accepts the first owner's invitation: the one time that its token
/// is shown.
#[must_use]
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
    let path = format!("{INVITATION_PATH}#{token}");
    object.insert("invite_url".to_owned(), base.map(|base| format!("{base}{path}")).into());
    object.insert("invite_path".to_owned(), path.into());
    object.insert("invite_token".to_owned(), token.as_str().into());
    object.insert("invite_expires_at".to_owned(), invitation.expires_at.rfc3339().into());
    answer
}

/// A tenant with all that operators set.
#[must_use]
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
#[must_use]
pub fn merchant_account(account: &MerchantAccount) -> Value {
    json!({
        "id": account.id.to_string(),
        "status": account.status.as_str(),
        "descriptor": account.descriptor,
        "processor": account.processor,
        "created_at": account.created_at.rfc3339(),
    })
}

/// The keys of one purpose, by number.
#[must_use]
pub fn keys(purpose: Purpose, ring: &KeyRing) -> Value {
    let numbers: Vec<u8> = ring.keys.iter().map(|key| key.number).collect();
    json!({"purpose": purpose.as_str(), "keys": numbers, "newest": numbers.last()})
}

/// What an audit of the ledger has found.
#[must_use]
pub fn audit(report: &Report) -> Value {
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

/// What was put onto the bus again.
#[must_use]
pub fn republished(scope: Scope, done: &Republished) -> Value {
    json!({
        "committed": done.committed,
        "published": done.published,
        "timers": done.timers,
        "next_cursor": done.next.map(|last| cursor::encode(scope, REPUBLISH_LIST, last)),
    })
}
