//! Keys of whoever works for a tenant, and of the tenant's own settings: see the table in [`super`].

use super::{Key, scoped};
use crate::model::{
    Scope, Surface,
    api_key::KeyPlace,
    id::{InvitationId, MemberId, SessionId, TenantId},
};

/// A tenant's settings for its links.
#[must_use]
pub fn organization(s: Scope) -> Key {
    Key::new(scoped("tenant", s), "organization")
}

/// A tenant's own merchant accounts.
#[must_use]
pub fn tenant_accounts(s: Scope) -> Key {
    Key::new(scoped("tenant", s), "accounts")
}

/// An API key, by what its text says.
#[must_use]
pub fn api_key(s: Scope, surface: Surface, place: KeyPlace) -> Key {
    Key::new(api_keys(s), format!("{}#{place}", surface.as_str()))
}

/// A tenant's API keys. Sort keys start with the surface.
#[must_use]
pub fn api_keys(s: Scope) -> String {
    scoped("api_key", s)
}

/// A member. Members work in both modes.
#[must_use]
pub fn member(tenant: TenantId, id: MemberId) -> Key {
    Key::new(members(tenant), id.to_string())
}

/// A tenant's members, by age.
#[must_use]
pub fn members(tenant: TenantId) -> String {
    format!("member#{tenant}")
}

/// The claim on a member's e-mail address, in the whole deployment.
#[must_use]
pub fn member_email(email: &str) -> Key {
    Key::new(format!("member_email#{email}"), "email")
}

/// A member's sign-in.
#[must_use]
pub fn session(tenant: TenantId, member: MemberId, id: SessionId) -> Key {
    Key::new(sessions(tenant, member), id.to_string())
}

/// A member's sign-ins, by age.
#[must_use]
pub fn sessions(tenant: TenantId, member: MemberId) -> String {
    format!("session#{tenant}#{member}")
}

/// An invitation.
#[must_use]
pub fn invitation(tenant: TenantId, id: InvitationId) -> Key {
    Key::new(invitations(tenant), id.to_string())
}

/// A tenant's invitations, by age.
#[must_use]
pub fn invitations(tenant: TenantId) -> String {
    format!("invitation#{tenant}")
}

/// A counter of tries; `whom` is an address, a network or a keyed hash, never a name in plain.
#[must_use]
pub fn throttle(what: &str, whom: &str) -> Key {
    Key::new(format!("throttle#{what}#{whom}"), "count")
}
