//! The deployment's own keys: what each is for, and which are in use.

use super::Time;

/// What a key is for. Each purpose is wrapped with its own encryption context, so that a
/// function's role opens only the purposes it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Signs access tokens (ES256).
    Signing,
    /// Authenticates link tokens (HMAC-SHA256).
    Link,
    /// Hashes client secrets (HMAC-SHA256). Never rotated: hashes cannot be made again.
    Pepper,
    /// Seals webhook secrets (AES-256-GCM).
    Webhook,
    /// The simulator's card tokens and fingerprints (HMAC-SHA256).
    Vault,
    /// Authenticates the tokens of members' sign-ins (HMAC-SHA256).
    Session,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 6] =
        [Self::Signing, Self::Link, Self::Pepper, Self::Webhook, Self::Vault, Self::Session];

    /// The name in keys, encryption contexts and operator requests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signing => "signing",
            Self::Link => "link",
            Self::Pepper => "pepper",
            Self::Webhook => "webhook",
            Self::Vault => "vault",
            Self::Session => "session",
        }
    }

    /// Whether new keys can take over. The pepper and the vault's fingerprints live for good.
    #[must_use]
    pub const fn rotates(self) -> bool {
        match self {
            Self::Signing | Self::Link | Self::Webhook | Self::Session => true,
            Self::Pepper | Self::Vault => false,
        }
    }

    /// How long an old key still verifies what it made, in days. Tokens end within the hour, those of
    /// members' browsers within half a year. A paid link shows its outcome for good, and a webhook secret lives as long as its endpoint, so
    /// their keys stay.
    #[must_use]
    pub const fn keeps_old_days(self) -> i64 {
        match self {
            Self::Signing => 1,
            Self::Session => 181,
            Self::Link | Self::Webhook | Self::Pepper | Self::Vault => 36_500,
        }
    }
}

/// One key, wrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Its number within its purpose: 1, 2, 3 ..; the newest one makes, all verify.
    pub number: u8,
    /// The key as the key service wrapped it, base64.
    pub wrapped: String,
    /// For signing keys the public half, base64url of the uncompressed point.
    pub public: Option<String>,
    /// When it was made.
    pub created_at: Time,
}

/// All keys of one purpose, newest last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRing {
    /// What they are for.
    pub purpose: Purpose,
    /// At least one.
    pub keys: Vec<WrappedKey>,
    /// Rises with every write.
    pub version: u64,
}

impl KeyRing {
    /// The ring with a new key in use, and those dropped that can verify nothing that still
    /// matters.
    #[must_use]
    pub fn rotated(&self, key: WrappedKey, now: Time) -> Self {
        let mut keys: Vec<WrappedKey> = Vec::new();
        let superseded = self.keys.iter().skip(1).map(|next| next.created_at);
        for (old, replaced_at) in self.keys.iter().zip(superseded.chain([now])) {
            if replaced_at.plus_days(self.purpose.keeps_old_days()) >= now {
                keys.push(old.clone());
            }
        }
        keys.push(key);
        Self { purpose: self.purpose, keys, version: self.version.saturating_add(1) }
    }

    /// The number after the newest key's; numbers wrap from 255 to 1.
    #[must_use]
    pub fn next_number(&self) -> u8 {
        self.keys.last().map_or(1, |key| key.number.checked_add(1).unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8, created_at: Time) -> WrappedKey {
        WrappedKey { number, wrapped: String::new(), public: None, created_at }
    }

    #[test]
    fn old_keys_verify_as_long_as_what_they_made_may_live() {
        let start = Time::from_ms(1_795_255_200_000);
        let ring = KeyRing { purpose: Purpose::Signing, keys: vec![key(1, start)], version: 1 };
        let soon = ring.rotated(key(2, start.plus_days(100)), start.plus_days(100));
        assert_eq!(soon.keys.iter().map(|key| key.number).collect::<Vec<_>>(), [1, 2]);
        let later = soon.rotated(key(3, start.plus_days(102)), start.plus_days(102));
        assert_eq!(later.keys.iter().map(|key| key.number).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn numbers_never_become_zero() {
        let ring =
            KeyRing { purpose: Purpose::Link, keys: vec![key(255, Time::from_ms(0))], version: 1 };
        assert_eq!(ring.next_number(), 1);
    }
}
