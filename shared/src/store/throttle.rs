//! Counters of tries: how many there were of one kind, by one caller, in one stretch of time.
//!
//! A try is counted before it is judged, under a guard, so that tries at the same moment do not pass
//! a limit together. The stretch of time is part of the key: a counter is never reset, it is left
//! behind and swept.

use super::{Guard, Key, Table, Update, Write, key};
use crate::model::Time;

/// A counter is kept this long after its stretch, so that a try can be taken back.
const KEPT_S: i64 = 3600;

/// One counter, and how far it may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// Which kind of tries is counted, in a word.
    pub what: &'static str,
    /// Whose tries: a hash or a network, never an address in the clear.
    pub whom: String,
    /// Most tries in one stretch.
    pub limit: i64,
    /// Length of a stretch, in seconds; they begin with the epoch.
    pub window_s: i64,
}

impl Counter {
    /// The write that counts a try at `now`; it is refused beyond the limit.
    pub fn count(&self, now: Time) -> Write {
        let end = self.ends_at(now);
        let update = self.update(now).add("n", 1).set("ttl", end.seconds() + KEPT_S);
        Write::Update(update.guard(Guard::AbsentOrAtMost("n", self.limit - 1)))
    }

    /// Where the number of tries of this moment stands.
    fn place(&self, now: Time) -> Key {
        key::throttle(self.what, &format!("{}#{}", self.whom, self.stretch(now)))
    }

    /// The write that takes back a try that was counted at `counted_at`.
    pub fn take_back(&self, counted_at: Time) -> Write {
        Write::Update(self.update(counted_at).add("n", -1))
    }

    /// The write that makes the number of tries zero.
    pub fn clear(&self, now: Time) -> Write {
        Write::Update(self.update(now).set("n", 0_i64))
    }

    /// Whole seconds until the next stretch begins: at least one.
    pub fn wait_s(&self, now: Time) -> i64 {
        (self.ends_at(now).ms_since(now) + 999) / 1000
    }

    fn ends_at(&self, now: Time) -> Time {
        Time::from_ms((self.stretch(now) + 1) * self.window_s * 1000)
    }

    fn stretch(&self, now: Time) -> i64 {
        now.ms() / (self.window_s * 1000)
    }

    fn update(&self, now: Time) -> Update {
        Update::of_counter(self.place(now))
    }
}

impl Table {
    /// Counts a try with every counter, or with none: answers the place of the first that is full.
    pub async fn count_try(
        &self,
        counters: &[&Counter],
        now: Time,
    ) -> super::Result<Option<usize>> {
        let writes: Vec<Write> = counters.iter().map(|counter| counter.count(now)).collect();
        match self.commit(writes).await {
            Ok(()) => Ok(None),
            Err(super::Error::Refused { index, .. }) => Ok(Some(index)),
            Err(other) => Err(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::Memory;

    fn counter(limit: i64) -> Counter {
        Counter { what: "login", whom: "203.0.113.0/24".into(), limit, window_s: 600 }
    }

    fn now() -> Time {
        Time::from_ms(1_795_255_200_250)
    }

    #[tokio::test]
    async fn tries_are_counted_up_to_the_limit_and_by_all_counters_or_none() {
        let store = Table::Memory(Memory::default());
        let (few, many) = (counter(2), Counter { what: "other", ..counter(9) });
        let count = async || store.count_try(&[&many, &few], now()).await.unwrap();
        assert_eq!((count().await, count().await), (None, None));
        assert_eq!(count().await, Some(1));
        store.commit(vec![few.take_back(now())]).await.unwrap();
        assert_eq!(count().await, None);
        for _ in 0..6 {
            assert_eq!(store.count_try(&[&many], now()).await.unwrap(), None);
        }
        assert_eq!(
            store.count_try(&[&many], now()).await.unwrap(),
            Some(0),
            "refused ones counted"
        );
    }

    #[tokio::test]
    async fn a_new_stretch_begins_at_zero() {
        let store = Table::Memory(Memory::default());
        let one = counter(1);
        assert_eq!(store.count_try(&[&one], now()).await.unwrap(), None);
        assert_eq!(store.count_try(&[&one], now()).await.unwrap(), Some(0));
        let next = now().plus_seconds(one.wait_s(now()));
        assert_eq!(store.count_try(&[&one], next).await.unwrap(), None);
        store.commit(vec![one.clear(next)]).await.unwrap();
        assert_eq!(store.count_try(&[&one], next).await.unwrap(), None);
    }
}
