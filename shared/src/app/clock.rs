//! Time and randomness enter here, and nowhere else.

use crate::{
    model::{Time, id::Id},
    operations::Ambient,
};
use ring::rand::{SecureRandom, SystemRandom};
use std::time::{SystemTime, UNIX_EPOCH};

/// The program's own time and randomness, as operations take them.
pub const AMBIENT: Ambient = Ambient { now, random };

/// The wall clock, in UTC.
#[expect(clippy::disallowed_methods, reason = "the one clock that everything else is told by")]
pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Unpredictable bytes.
///
/// # Panics
/// When the operating system has none, which no program can go on from.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let filled = SystemRandom::new().fill(&mut bytes);
    assert!(filled.is_ok(), "the operating system gives no randomness");
    bytes
}

/// A fresh id that nobody can guess: 122 random bits.
pub fn new_secret_id<K>() -> Id<K> {
    Id::from_uuid(uuid::Builder::from_random_bytes(random()).into_uuid())
}

/// A version 7 id of this moment, from 10 random bytes: it sorts by time and is no secret.
pub fn new_id<K>() -> Id<K> {
    Id::mint(now(), random())
}
