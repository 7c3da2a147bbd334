//! Keys of whoever works for a tenant, and of the tenant's own settings: see the table in [`super`].

use super::{Key, scoped};
use crate::model::{
    Scope, Surface,
    api_key::KeyPlace,
    id::{ActivityId, ChallengeId, InvitationId, MemberId, SessionId, TenantId},
    time::Month,
};

/// A tenant's settings for its links.
pub fn organization(s: Scope) -> Key {
    Key::new(scoped("tenant", s), "organization")
}

/// A tenant's settings of tax, for all surfaces.
pub fn tax_settings(s: Scope) -> Key {
    Key::new(scoped("tenant", s), "tax")
}

/// A tenant's own merchant accounts.
pub fn tenant_accounts(s: Scope) -> Key {
    Key::new(scoped("tenant", s), "accounts")
}

/// An API key, by what its text says.
pub fn api_key(s: Scope, surface: Surface, place: KeyPlace) -> Key {
    Key::new(api_keys(s), format!("{}#{place}", surface.as_str()))
}

/// A tenant's API keys. Sort keys start with the surface.
pub fn api_keys(s: Scope) -> String {
    scoped("api_key", s)
}

/// An entry of the activity list, in the partition of the month in which it was done.
pub fn activity(s: Scope, id: ActivityId) -> Key {
    Key::new(activities(s, id.minted_at().month()), id.to_string())
}

/// What was done in a tenant in one month.
pub fn activities(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("activity", s))
}

/// What somebody did that no other record says.
pub fn note(s: Scope, id: ActivityId) -> Key {
    Key::new(notes(s), id.to_string())
}

/// A tenant's notes, by age.
pub fn notes(s: Scope) -> String {
    scoped("note", s)
}

/// A member. Members work in both modes.
pub fn member(tenant: TenantId, id: MemberId) -> Key {
    Key::new(members(tenant), id.to_string())
}

/// A tenant's members, by age.
pub fn members(tenant: TenantId) -> String {
    format!("member#{tenant}")
}

/// The claim on a member's e-mail address, in the whole deployment.
pub fn member_email(email: &str) -> Key {
    Key::new(format!("member_email#{email}"), "email")
}

/// One sign-in of a member, in the partition of all that this member has.
pub fn session(tenant: TenantId, member: MemberId, id: SessionId) -> Key {
    Key::new(sessions(tenant, member), id.to_string())
}

/// A member's sign-ins, by age.
pub fn sessions(tenant: TenantId, member: MemberId) -> String {
    format!("session#{tenant}#{member}")
}

/// An invitation, in the partition of all its tenant's.
pub fn invitation(tenant: TenantId, id: InvitationId) -> Key {
    Key::new(invitations(tenant), id.to_string())
}

/// A tenant's invitations, by age.
pub fn invitations(tenant: TenantId) -> String {
    format!("invitation#{tenant}")
}

/// A member's second factor.
pub fn second_factor(tenant: TenantId, member: MemberId) -> Key {
    Key::new(format!("second_factor#{tenant}"), member.to_string())
}

/// A sign-in that waits for its second step.
pub fn challenge(tenant: TenantId, id: ChallengeId) -> Key {
    Key::new(format!("challenge#{tenant}"), id.to_string())
}

/// A member's reset of the password.
pub fn reset(tenant: TenantId, member: MemberId) -> Key {
    Key::new(resets(tenant), member.to_string())
}

/// A tenant's resets of passwords.
pub fn resets(tenant: TenantId) -> String {
    format!("reset#{tenant}")
}

/// A counter of tries; `whom` is an address, a network or a keyed hash, never a name in plain.
pub fn throttle(what: &str, whom: &str) -> Key {
    Key::new(format!("throttle#{what}#{whom}"), "count")
}
