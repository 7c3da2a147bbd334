//! A limit on what begins within any stretch of time, wherever that stretch begins.
//!
//! One item keeps how many began in each second of the last stretch, and how many began ever. A
//! writer has read the item before, so it knows how many of all count at the moment; its one write
//! is refused once more have begun meanwhile than were left. So neither the edge of a minute nor
//! tries at the same moment pass the limit, and what is read and written is no more than for a
//! counter that begins anew with each minute.

use super::{Guard, Item, Key, Update, Write, key};
use crate::model::Time;

/// The item is kept this long after its last second has ceased to count.
const KEPT_S: i64 = 3600;

/// What is limited, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlidingCounter {
    /// What is counted, in a word.
    pub what: &'static str,
    /// Whose beginnings are counted.
    pub whom: String,
    /// Most beginnings in any stretch of this length.
    pub limit: i64,
    /// Length of the stretch, in seconds.
    pub window_s: i64,
}

/// How far a caller is from a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Most beginnings in any stretch.
    pub limit: i64,
    /// How many are left of it.
    pub left: i64,
    /// Whole seconds until the oldest that counts counts no longer: at least one.
    pub reset_s: i64,
}

/// What an item from [`SlidingCounter::place`] says at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecentTries {
    /// How many there ever were.
    total: i64,
    /// How many of them count at the moment.
    counting: i64,
    /// The oldest second whose tries count.
    oldest: Option<i64>,
    /// The names of seconds whose tries no longer count.
    over: Vec<String>,
}

impl SlidingCounter {
    /// The key of the item that counts for `whom`.
    pub fn place(&self) -> Key {
        key::throttle(self.what, &self.whom)
    }

    /// What the item says at `now`. A second counts until all of it lies a whole stretch back.
    pub fn recent(&self, item: Option<&Item>, now: Time) -> RecentTries {
        let Some(item) = item else { return RecentTries::default() };
        let mut recent =
            RecentTries { total: item.number("n").unwrap_or(0), ..RecentTries::default() };
        for name in item.0.keys() {
            let Some(second) = second_of(name) else { continue };
            if self.frees_at(second) <= now {
                recent.over.push(name.clone());
            } else {
                recent.counting += item.number::<i64>(name).unwrap_or(0);
                recent.oldest = Some(recent.oldest.map_or(second, |oldest| oldest.min(second)));
            }
        }
        recent
    }

    /// The write that counts one more at `now`; it is refused where the limit is reached.
    pub fn count(&self, recent: &RecentTries, now: Time) -> Write {
        let most = recent.total + self.limit - recent.counting - 1;
        let update = self.note(now).guard(Guard::AbsentOrAtMost("n", most));
        let over = recent.over.iter().cloned();
        Write::Update(over.fold(update, Update::remove))
    }

    /// The update that counts something at `now` which has happened, whatever the limit. It is written
    /// without a read, so seconds that are over stay until somebody who has read them takes them out
    /// with [`Self::forget`].
    pub fn note(&self, now: Time) -> Update {
        Update::of_counter(self.place())
            .add("n", 1)
            .add(name_of(now.seconds()), 1)
            .set("ttl", self.swept_at(now))
    }

    /// The update that takes out what was read as over; nothing where there is none.
    pub fn forget(&self, recent: &RecentTries, now: Time) -> Option<Update> {
        // An item that was swept meanwhile comes to be once more, and is swept once more.
        let update = Update::of_counter(self.place()).set("ttl", self.swept_at(now));
        let over = recent.over.iter().cloned();
        (!recent.over.is_empty()).then(|| over.fold(update, Update::remove))
    }

    const fn swept_at(&self, now: Time) -> i64 {
        now.seconds() + self.window_s + KEPT_S
    }

    /// How far the limit is.
    pub fn allowance(&self, recent: &RecentTries, now: Time) -> Allowance {
        let left = (self.limit - recent.counting).max(0);
        Allowance { limit: self.limit, left, reset_s: self.wait_s(recent, now) }
    }

    /// How far the limit is once one more was counted at `now`.
    pub fn after(&self, recent: &RecentTries, now: Time) -> Allowance {
        let before = self.allowance(recent, now);
        Allowance { left: (before.left - 1).max(0), ..before }
    }

    /// The same where the limit is reached.
    pub fn full(&self, recent: &RecentTries, now: Time) -> Allowance {
        Allowance { left: 0, ..self.allowance(recent, now) }
    }

    /// Whole seconds until the oldest that counts counts no longer: at least one.
    fn wait_s(&self, recent: &RecentTries, now: Time) -> i64 {
        let oldest = recent.oldest.unwrap_or_else(|| now.seconds());
        ((self.frees_at(oldest).ms_since(now) + 999) / 1000).max(1)
    }

    fn frees_at(&self, second: i64) -> Time {
        Time::from_ms((second + 1 + self.window_s) * 1000)
    }
}

/// The attribute of a second: `s1795255200`.
fn name_of(second: i64) -> String {
    format!("s{second}")
}

fn second_of(name: &str) -> Option<i64> {
    name.strip_prefix('s')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Consistency, Error, Table, memory::Memory};

    fn counter() -> SlidingCounter {
        SlidingCounter { what: "charges", whom: "somebody".into(), limit: 100, window_s: 60 }
    }

    /// The last moment of a minute of the calendar.
    fn edge() -> Time {
        Time::from_ms(1_795_255_259_999)
    }

    async fn recent(table: &Table, now: Time) -> RecentTries {
        let item = table.get(&counter().place(), Consistency::Strong).await.unwrap();
        counter().recent(item.as_ref(), now)
    }

    async fn tried(table: &Table, seen: &RecentTries, now: Time) -> bool {
        match table.commit(vec![counter().count(seen, now)]).await {
            Ok(()) => true,
            Err(Error::Refused { .. }) => false,
            Err(other) => panic!("{other:?}"),
        }
    }

    /// How many of 200 begin, each of which reads and then writes.
    async fn begun(table: &Table, now: Time) -> usize {
        let mut begun = 0;
        for _ in 0..200 {
            let seen = recent(table, now).await;
            begun += usize::from(tried(table, &seen, now).await);
        }
        begun
    }

    #[tokio::test]
    async fn the_edge_of_a_minute_opens_nothing() {
        let table = Table::Memory(Memory::default());
        assert_eq!(begun(&table, edge()).await, 100);
        assert_eq!(begun(&table, edge().plus_ms(1)).await, 0);
        assert_eq!(begun(&table, edge().plus_seconds(2)).await, 0);
        assert_eq!(begun(&table, edge().plus_seconds(60)).await, 0);
        assert_eq!(begun(&table, edge().plus_seconds(60).plus_ms(1)).await, 100);
    }

    #[tokio::test]
    async fn in_no_stretch_of_a_minute_more_than_a_hundred_begin_and_time_gives_them_back() {
        let table = Table::Memory(Memory::default());
        let mut began: Vec<Time> = Vec::new();
        for step in 0..400 {
            let now = edge().plus_ms(step * 370);
            let seen = recent(&table, now).await;
            if tried(&table, &seen, now).await {
                began.push(now);
            }
        }
        for end in &began {
            let within = began.iter().filter(|at| (0..60_000).contains(&end.ms_since(**at)));
            assert!(within.count() <= 100);
        }
        assert!(began.len() > 200, "{} in 148 seconds", began.len());
    }

    #[tokio::test]
    async fn those_who_have_read_the_same_do_not_pass_together() {
        let table = Table::Memory(Memory::default());
        let (one, other) = (recent(&table, edge()).await, edge().plus_ms(1));
        let mut begun = 0;
        for _ in 0..150 {
            begun += usize::from(tried(&table, &one, edge()).await);
            begun += usize::from(tried(&table, &one, other).await);
        }
        assert_eq!(begun, 100);
    }

    #[tokio::test]
    async fn what_is_over_leaves_the_item_and_headers_say_when_there_is_more() {
        let table = Table::Memory(Memory::default());
        let first = recent(&table, edge()).await;
        let told = counter().after(&first, edge());
        assert_eq!((told.limit, told.left, told.reset_s), (100, 99, 61));
        assert!(tried(&table, &first, edge()).await);
        let later = edge().plus_seconds(30);
        let second = recent(&table, later).await;
        let told = counter().after(&second, later);
        assert_eq!((told.left, told.reset_s), (98, 31));
        assert!(tried(&table, &second, later).await);
        let much_later = edge().plus_seconds(70);
        let third = recent(&table, much_later).await;
        assert_eq!((third.total, third.counting, third.over.len()), (2, 1, 1));
        assert_eq!(counter().full(&third, much_later).left, 0);
        assert!(tried(&table, &third, much_later).await);
        let item = table.get(&counter().place(), Consistency::Strong).await.unwrap().unwrap();
        assert_eq!(item.0.keys().filter(|name| second_of(name).is_some()).count(), 2);
    }

    #[tokio::test]
    async fn a_day_that_is_over_leaves_a_counter_that_is_only_noted_in() {
        let table = Table::Memory(Memory::default());
        for day in 0..30 {
            let now = edge().plus_seconds(day * 86_400);
            let seen = recent(&table, now).await;
            let forgotten = counter().forget(&seen, now);
            assert_eq!(forgotten.is_some(), day > 0, "day {day}");
            if let Some(update) = forgotten {
                table.update(update).await.unwrap();
            }
            for second in 0..5 {
                table.update(counter().note(now.plus_seconds(second))).await.unwrap();
            }
            let item = table.get(&counter().place(), Consistency::Strong).await.unwrap().unwrap();
            assert_eq!(item.0.keys().filter(|name| second_of(name).is_some()).count(), 5);
            assert_eq!(item.number::<i64>("n").unwrap(), 5 * (day + 1), "how many there ever were");
        }
    }

    #[tokio::test]
    async fn what_happened_is_noted_beyond_the_limit_and_nothing_is_left_below_zero() {
        let table = Table::Memory(Memory::default());
        let few = SlidingCounter { limit: 2, ..counter() };
        for (noted, left) in [(0, 2), (1, 1), (2, 0), (3, 0)] {
            let item = table.get(&few.place(), Consistency::Strong).await.unwrap();
            let seen = few.recent(item.as_ref(), edge());
            assert_eq!(few.allowance(&seen, edge()).left, left, "after {noted}");
            table.update(few.note(edge())).await.unwrap();
        }
        let item = table.get(&few.place(), Consistency::Strong).await.unwrap();
        let later = edge().plus_seconds(60).plus_ms(1);
        assert_eq!(few.allowance(&few.recent(item.as_ref(), later), later).left, 2);
    }
}
