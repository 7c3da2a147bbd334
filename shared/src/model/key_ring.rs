//! The deployment's own keys: what each is for, and which are in use.

use super::Time;
use strum::{IntoStaticStr, VariantArray};

/// What a key is for. Each purpose is wrapped with its own encryption context, so that a
/// function's role opens only the purposes it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Purpose {
    /// Signs access tokens (ES256).
    Signing,
    /// Authenticates link tokens (HMAC-SHA256).
    Link,
    /// Hashes client secrets, API keys and passwords (HMAC-SHA256). A hash names the one it was made
    /// with.
    Pepper,
    /// Seals webhook secrets and second factors (AES-256-GCM).
    Webhook,
    /// The simulator's card tokens and fingerprints (HMAC-SHA256).
    Vault,
    /// Authenticates the tokens of members' sign-ins (HMAC-SHA256).
    Session,
    /// Seals what tenants' accounts at processors are used with (AES-256-GCM).
    Processor,
}

impl Purpose {
    /// Every purpose, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name in keys, encryption contexts and operator requests.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether new keys can take over. The vault's fingerprints live for good.
    pub const fn rotates(self) -> bool {
        match self {
            Self::Signing
            | Self::Link
            | Self::Webhook
            | Self::Session
            | Self::Pepper
            | Self::Processor => true,
            Self::Vault => false,
        }
    }

    /// How long a replaced key still verifies what it made, in days; `None` until it is revoked.
    /// Tokens end within the hour, those of members' browsers within half a year. A paid link shows
    /// its outcome for good, a webhook secret lives as long as its endpoint, a processor's key until
    /// another is put, and hashes cannot be made again, so their keys stay.
    pub const fn keeps_replaced_days(self) -> Option<i64> {
        match self {
            Self::Signing => Some(1),
            Self::Session => Some(181),
            Self::Link | Self::Webhook | Self::Pepper | Self::Vault | Self::Processor => None,
        }
    }

    /// Whether a key that has ended stays in the ring: it verifies nothing any more, but names of
    /// payments that were hashed with it have to be found, above all by whoever erases a buyer.
    pub const fn finds_after_its_end(self) -> bool {
        match self {
            Self::Pepper => true,
            Self::Signing
            | Self::Link
            | Self::Webhook
            | Self::Vault
            | Self::Session
            | Self::Processor => false,
        }
    }
}

/// One key as the key service wrapped it, with when it was made and when it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Its number within its purpose: 1, 2, 3 ..; the newest one makes, all that have not ended
    /// verify.
    pub number: u8,
    /// The key as the key service wrapped it, base64.
    pub wrapped: String,
    /// For signing keys the public half, base64url of the uncompressed point.
    pub public: Option<String>,
    /// When it was made.
    pub created_at: Time,
    /// From when on it verifies nothing any more; `None` while no end is set.
    pub ends_at: Option<Time>,
}

/// Why a key cannot be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeRefusal {
    /// The purpose has no key of this number.
    Unknown,
    /// It is the one in use, and there is none to take over.
    InUse,
}

impl WrappedKey {
    /// Whether it verifies anything at `now`.
    pub fn is_live_at(&self, now: Time) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

/// All keys of one purpose, newest last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRing {
    /// What they are for.
    pub purpose: Purpose,
    /// Never empty; the last one is used for whatever is made new.
    pub keys: Vec<WrappedKey>,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

impl KeyRing {
    /// The ring with a new key in use. The one that is replaced gets its end; those that have ended
    /// are dropped, unless something is still found with them.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn rotated(&self, key: WrappedKey, now: Time) -> Self {
        let mut keys: Vec<WrappedKey> =
            self.keys.iter().filter(|key| self.keeps(key, now)).cloned().collect();
        if let Some(replaced) = keys.last_mut() {
            let kept = self.purpose.keeps_replaced_days();
            replaced.ends_at = replaced.ends_at.or(kept.map(|days| now.plus_days(days)));
        }
        keys.push(key);
        Self { purpose: self.purpose, keys, version: self.version + 1 }
    }

    /// The ring without one of its keys, which verifies nothing from now on. Where it is the one in
    /// use, a new one takes over.
    ///
    /// # Errors
    /// There is no such key, or it is in use and none takes over.
    pub fn revoked(
        &self,
        number: u8,
        successor: Option<WrappedKey>,
        now: Time,
    ) -> Result<Self, RevokeRefusal> {
        if self.keys.iter().all(|key| key.number != number) {
            return Err(RevokeRefusal::Unknown);
        }
        let mut keys = self.keys.clone();
        for key in keys.iter_mut().filter(|key| key.number == number) {
            key.ends_at = Some(key.ends_at.map_or(now, |end| end.min(now)));
        }
        keys.retain(|key| self.keeps(key, now));
        if self.is_in_use(number) {
            keys.push(successor.ok_or(RevokeRefusal::InUse)?);
        }
        Ok(Self { purpose: self.purpose, keys, version: self.version + 1 })
    }

    fn keeps(&self, key: &WrappedKey, now: Time) -> bool {
        self.purpose.finds_after_its_end() || key.is_live_at(now)
    }

    /// Whether the key of this number is the one that makes new things.
    pub fn is_in_use(&self, number: u8) -> bool {
        self.keys.last().is_some_and(|key| key.number == number)
    }

    /// The number after the newest key's; numbers wrap from 255 to 1.
    pub fn next_number(&self) -> u8 {
        self.keys.last().map_or(1, |key| key.number.checked_add(1).unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8, created_at: Time) -> WrappedKey {
        WrappedKey { number, wrapped: String::new(), public: None, created_at, ends_at: None }
    }

    fn start() -> Time {
        Time::from_ms(1_795_255_200_000)
    }

    fn ring(purpose: Purpose) -> KeyRing {
        KeyRing { purpose, keys: vec![key(1, start())], version: 1 }
    }

    fn live(ring: &KeyRing, now: Time) -> Vec<u8> {
        let live = ring.keys.iter().filter(|key| key.is_live_at(now));
        live.map(|key| key.number).collect()
    }

    #[test]
    fn a_replaced_signing_key_verifies_for_a_day_whether_or_not_others_follow() {
        let replaced_at = start().plus_days(100);
        let two = ring(Purpose::Signing).rotated(key(2, replaced_at), replaced_at);
        let end = replaced_at.plus_days(1);
        assert_eq!(live(&two, end.plus_ms(-1)), [1, 2]);
        assert_eq!(live(&two, end), [2], "no further rotation is needed");
        let soon = replaced_at.plus_seconds(60);
        let three = two.rotated(key(3, soon), soon);
        assert_eq!(three.keys[0].ends_at, Some(end), "a further rotation moves no end");
        assert_eq!(live(&three, end), [2, 3]);
        let later = three.rotated(key(4, end), end);
        assert_eq!(later.keys.iter().map(|key| key.number).collect::<Vec<_>>(), [2, 3, 4]);
    }

    #[test]
    fn replaced_keys_of_what_lives_long_stay_until_they_are_revoked() {
        for purpose in [Purpose::Link, Purpose::Webhook, Purpose::Pepper, Purpose::Processor] {
            let two = ring(purpose).rotated(key(2, start()), start());
            assert_eq!(live(&two, start().plus_days(36_500)), [1, 2], "{purpose:?}");
            let revoked = two.revoked(1, None, start()).unwrap();
            assert_eq!((live(&revoked, start()), revoked.version), (vec![2], 3));
        }
    }

    #[test]
    fn a_revoked_pepper_verifies_nothing_and_still_finds() {
        let two = ring(Purpose::Pepper).rotated(key(2, start()), start());
        let revoked = two.revoked(1, None, start()).unwrap();
        let later = revoked.rotated(key(3, start()), start().plus_days(9));
        for ring in [&revoked, &revoked.revoked(1, None, start().plus_days(1)).unwrap(), &later] {
            assert_eq!((ring.keys[0].number, ring.keys[0].ends_at), (1, Some(start())));
        }
        assert_eq!(live(&later, start().plus_days(9)), [2, 3]);
        let links = ring(Purpose::Link).rotated(key(2, start()), start());
        assert_eq!(links.revoked(1, None, start()).unwrap().keys.len(), 1, "others are gone");
    }

    #[test]
    fn a_revoked_key_ends_at_once_and_the_one_in_use_needs_a_successor() {
        let two = ring(Purpose::Signing).rotated(key(2, start()), start());
        assert_eq!(live(&two.revoked(1, None, start()).unwrap(), start()), [2]);
        assert_eq!(two.revoked(2, None, start()), Err(RevokeRefusal::InUse));
        assert_eq!(two.revoked(3, None, start()), Err(RevokeRefusal::Unknown));
        let next = two.revoked(2, Some(key(3, start())), start()).unwrap();
        assert_eq!(live(&next, start()), [1, 3]);
        assert_eq!(next.keys[0].ends_at, Some(start().plus_days(1)));
    }

    #[test]
    fn numbers_never_become_zero() {
        let ring =
            KeyRing { purpose: Purpose::Link, keys: vec![key(255, Time::from_ms(0))], version: 1 };
        assert_eq!(ring.next_number(), 1);
    }
}
