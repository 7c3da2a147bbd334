//! A member's second factor, and the step of a sign-in that waits for it.

use super::{
    Mode, Time,
    id::{ChallengeId, MemberId, TenantId},
    member::{Member, PasswordHash},
    password::Pepper,
    secret::Sealed,
    secret::kind::Totp,
    totp,
};
use crate::digest::{hex, sha256};

/// How long a sign-in waits for its second step, in seconds.
pub const CHALLENGE_S: i64 = 300;

/// Wrong codes that end a sign-in which waits for one.
pub const MAX_WRONG: u32 = 5;

/// What an authenticator app and a member share.
#[derive(Debug, Clone, PartialEq)]
pub struct SecondFactor {
    /// The organisation that the member belongs to.
    pub tenant: TenantId,
    /// The member whose second factor it is.
    pub member: MemberId,
    /// The app's secret in base32; it opens for this member only.
    pub secret: Sealed<Totp>,
    /// Whether a code has proved that the app has it. It counts only then.
    pub confirmed: bool,
    /// The step of the last code that was used: none is good twice.
    pub last_step: Option<i64>,
    /// Hashes of the codes for recovery that are left.
    pub recovery: Vec<String>,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// A sign-in whose password was right, and that waits for a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInChallenge {
    /// Names the sign-in while it waits for its second step.
    pub id: ChallengeId,
    /// The organisation that the member belongs to.
    pub tenant: TenantId,
    /// The member whose password was right.
    pub member: MemberId,
    /// SHA-256 of the token in hex.
    pub token_hash: String,
    /// SHA-256 of the hash of the password that was right, in hex: another one since then ends this.
    pub password_sha256: String,
    /// In which mode the session works.
    pub mode: Mode,
    /// The network that the password came from.
    pub network: String,
    /// The browser, as people recognise it.
    pub browser: String,
    /// Whether the refresh token goes into a cookie.
    pub by_cookie: bool,
    /// Wrong codes so far: after [`MAX_WRONG`] of them the password is asked for again.
    pub wrong: u32,
    /// Not good at or after this moment.
    pub expires_at: Time,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

impl SecondFactor {
    /// One whose app has not proved itself yet.
    pub const fn begun(
        tenant: TenantId,
        member: MemberId,
        secret: Sealed<Totp>,
        version: u64,
    ) -> Self {
        Self {
            tenant,
            member,
            secret,
            confirmed: false,
            last_step: None,
            recovery: Vec::new(),
            version,
        }
    }

    /// The factor after a code of the app was used; `None` for a wrong one.
    pub fn with_code(&self, secret: &[u8], typed: &str, now: Time) -> Option<Self> {
        let step = totp::matching_step(secret, typed, self.last_step, now)?;
        Some(Self { last_step: Some(step), version: self.version + 1, ..self.clone() })
    }

    /// The factor after a code of the app or one for recovery was used; `None` for a wrong one.
    pub fn with_any_code(
        &self,
        secret: &[u8],
        typed: &str,
        pepper: Pepper<'_>,
        now: Time,
    ) -> Option<Self> {
        if let Some(next) = self.with_code(secret, typed, now) {
            return Some(next);
        }
        let letters = totp::typed_recovery_code(typed)?;
        let used = totp::find_recovery(pepper, &letters, &self.recovery)?;
        let mut recovery = self.recovery.clone();
        recovery.remove(used);
        Some(Self { recovery, version: self.version + 1, ..self.clone() })
    }

    /// The factor once its app has proved itself, with codes for recovery.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn confirmed_with(&self, recovery: Vec<String>) -> Self {
        Self { confirmed: true, recovery, ..self.clone() }
    }

    /// The factor with other codes for recovery.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn with_recovery(&self, recovery: Vec<String>) -> Self {
        Self { recovery, version: self.version + 1, ..self.clone() }
    }
}

impl SignInChallenge {
    /// Whether a code may still be tried.
    pub fn is_open_at(&self, now: Time) -> bool {
        now < self.expires_at && self.wrong < MAX_WRONG
    }

    /// What is kept of the password that was right.
    pub fn password_sha256(PasswordHash(hash): &PasswordHash) -> String {
        hex(&sha256::<32>(hash))
    }

    /// Whether the member may still sign in with the password that was right.
    pub fn holds_for(&self, member: &Member) -> bool {
        member.is_active() && self.password_sha256 == Self::password_sha256(&member.password)
    }

    /// One more try: counted before it is judged, so that several at once do not pass together.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn tried(&self) -> Self {
        Self { wrong: self.wrong + 1, version: self.version + 1, ..self.clone() }
    }
}
