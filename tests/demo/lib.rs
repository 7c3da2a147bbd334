//! Sixty past days of a demo shop: links that are found, tried, paid, and now and then refunded, by a
//! clock that is handed in. Everything goes the way that a request goes, and is marked as demo.

mod chance;
mod shop;

use chance::Chance;
use shared::{
    model::{Scope, Time},
    operations::{Problem, statistics},
    store::Table,
};
use shop::{SESSION_S, Shop};
use std::cmp::Reverse;

/// How far back the history goes.
pub const DAYS: i64 = 60;

/// Seconds of a day, and between which of them people come.
const DAY_S: i64 = 86_400;
const OPENS_S: i64 = 7 * 3_600;
const CLOSES_S: i64 = 21 * 3_600;

/// Messages that are counted at once, as the worker of statistics takes them.
const COUNTED_AT_ONCE: usize = 1_000;

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct History {
    /// Checkouts that were started.
    pub started: u32,
    /// Of these, paid ones.
    pub paid: u32,
    /// Refunds.
    pub refunded: u32,
}

/// Why there is no history.
#[derive(Debug)]
pub enum Failure {
    /// The table or a rule refused.
    Refused(Problem),
    /// Something that this code states itself is wrong.
    Wrong(String),
}

impl<E: Into<Problem>> From<E> for Failure {
    fn from(problem: E) -> Self {
        Self::Refused(problem.into())
    }
}

/// What somebody does at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    /// A buyer finds a link.
    Visit,
    /// The shop gives money back for one of the payments so far.
    GiveBack,
}

/// Writes the days before `now` into a shop that can take payments, and counts them.
///
/// # Errors
/// The shop cannot take payments, or the table is out of reach.
pub async fn load(store: &Table, scope: Scope, now: Time) -> Result<History, Failure> {
    let mut chance = Chance::new(u64::from_be_bytes(*b"paylink!"));
    let mut plan = plan(now, &mut chance);
    plan.sort_unstable_by_key(|(at, act)| (Reverse(*at), *act));
    let mut shop = Shop::open(store, scope, now.plus_days(-DAYS), chance).await?;
    let mut history = History::default();
    while let Some((at, act)) = plan.pop() {
        shop.set_clock(at);
        match act {
            Act::Visit => {
                history.started += 1;
                history.paid += u32::from(shop.visit().await?);
            }
            Act::GiveBack => history.refunded += u32::from(shop.give_back().await?),
        }
    }
    for messages in shop.messages.chunks(COUNTED_AT_ONCE) {
        let told = statistics::count(store, messages, now).await;
        if let Some(why) = told.into_iter().flatten().next() {
            return Err(Failure::Wrong(format!("statistics were not counted: {why}")));
        }
    }
    Ok(history)
}

/// When who does what: more towards today, less at weekends, nobody at night.
fn plan(now: Time, chance: &mut Chance) -> Vec<(Time, Act)> {
    let mut plan = Vec::new();
    let midnight = now.plus_seconds(-(now.ms() / 1_000 % DAY_S));
    for back in 0..DAYS {
        let day = midnight.plus_days(-back);
        let quiet = back % 7 == 2 || back % 7 == 3;
        let busy = 2 + (DAYS - back) / 20;
        let visits = if quiet { chance.up_to(2) } else { busy + chance.up_to(3) };
        for _ in 0..visits {
            let at = OPENS_S + chance.up_to(CLOSES_S - OPENS_S);
            plan.push((day.plus_seconds(at), Act::Visit));
        }
        if back % 9 == 4 {
            plan.push((day.plus_seconds(CLOSES_S), Act::GiveBack));
        }
    }
    plan.retain(|(at, _)| at.plus_seconds(SESSION_S) < now);
    plan
}
