//! A way back in for a member who has lost the password: an address that is shown once and handed over
//! by people. No mail is sent.

use super::{
    Time,
    actor::Actor,
    id::{MemberId, TenantId},
};

/// How long it is good, in seconds.
pub const VALID_S: i64 = 3600;

/// A new password that a member may set. A member has one at most: another voids it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordReset {
    /// The organisation that the member belongs to.
    pub tenant: TenantId,
    /// The member whose password is set anew.
    pub member: MemberId,
    /// SHA-256 of the token in hex.
    pub token_hash: String,
    /// Whether the second factor goes with the password: both were lost.
    pub removes_totp: bool,
    /// The member who asked for it, or an operator.
    pub made_by: Actor,
    /// Not good at or after this moment.
    pub expires_at: Time,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

impl PasswordReset {
    /// Whether it is good at `now`.
    pub fn is_open_at(&self, now: Time) -> bool {
        now < self.expires_at
    }
}
