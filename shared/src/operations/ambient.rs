//! Time and randomness as they are handed in, and what workers log of a problem.

use super::Problem;
use crate::model::{Id, Time};

/// Time and randomness. The program's own are
/// `app::clock::AMBIENT`; tests bring others.
#[derive(Debug, Clone, Copy)]
pub struct Ambient {
    /// The time, in UTC.
    pub now: fn() -> Time,
    /// Ten bytes that nobody can foresee, drawn anew at each call.
    pub random: fn() -> [u8; 10],
}

impl Ambient {
    /// The time, in UTC.
    pub fn now(self) -> Time {
        (self.now)()
    }

    /// One random byte: enough to spread what would otherwise happen at the same moment.
    pub fn byte(self) -> u8 {
        let [byte, ..] = (self.random)();
        byte
    }

    /// A number that nobody else draws.
    pub fn nonce(self) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = (self.random)();
        i64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// A version 7 id of this moment, from 10 random bytes: it sorts by time.
    pub fn new_id<K>(self) -> Id<K> {
        Id::mint(self.now(), (self.random)())
    }
}

/// What a worker writes into the log when a message comes back.
impl From<Problem> for String {
    fn from(problem: Problem) -> Self {
        problem.to_string()
    }
}
