//! Works off timers that are due.

use super::Now;
use crate::{
    model::Time,
    store::{
        Table,
        key::TIMER_SHARDS,
        meter::Stopwatch,
        timer::{Timer, TimerKind},
    },
};
use futures_util::future::join_all;

/// Timers taken from a shard at once.
const BATCH: u32 = 50;

/// Batches of one shard per run: what is left waits for the next minute.
const MAX_BATCHES: u32 = 20;

/// After this long nothing new is begun: what is left waits for the next minute.
pub(super) const TIMEOUT_MICROS: u64 = 35_000_000;

/// A timer that cannot be looked after waits this long behind all others, in seconds.
const PUT_OFF_S: i64 = 300;

/// How many timers were looked after, and what went wrong with some; or why it could not begin.
pub type Sweep = Result<(usize, Vec<String>), String>;

/// What is to become of a timer that was looked after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimerFate {
    /// Its work is done: it goes.
    Drop,
    /// Its time comes again.
    Keep,
}

/// Works off the due timers of all shards, beginning with another one each time: what is left when
/// the time is over is never the same. A timer goes only after its work is done; one that fails is
/// put off, so that however many fail, the others have their turn.
pub(super) async fn sweep<F>(
    store: &Table,
    kind: TimerKind,
    clock: Now<'_>,
    look: impl Fn(Timer, Time) -> F,
) -> Sweep
where
    F: Future<Output = Result<TimerFate, String>>,
{
    let mut done = 0;
    let mut troubles = Vec::new();
    let stopwatch = Stopwatch::start();
    for shard in shards(clock().ms()) {
        let mut seen: Option<Timer> = None;
        for _ in 0..MAX_BATCHES {
            if stopwatch.micros() > TIMEOUT_MICROS {
                return Ok((done, troubles));
            }
            let now = clock();
            let timers = store.due_timers(kind, shard, seen.as_ref(), now, BATCH).await;
            let timers = timers.map_err(|error| error.to_string())?;
            let looked =
                timers.iter().map(|timer| finish(store, timer, look(timer.clone(), now), now));
            troubles.extend(join_all(looked).await.into_iter().filter_map(Result::err));
            done += timers.len();
            if u32::try_from(timers.len()).unwrap_or(u32::MAX) < BATCH {
                break;
            }
            seen = timers.last().cloned();
        }
    }
    Ok((done, troubles))
}

async fn finish(
    store: &Table,
    timer: &Timer,
    looked: impl Future<Output = Result<TimerFate, String>>,
    now: Time,
) -> Result<(), String> {
    let named = |trouble: String| format!("{} {}: {trouble}", timer.scope.tenant, timer.id);
    match looked.await {
        Ok(TimerFate::Keep) => Ok(()),
        Ok(TimerFate::Drop) => {
            store.drop_timer(timer).await.map_err(|error| named(error.to_string()))
        }
        Err(trouble) => {
            let put_off = store.put_off_timer(timer, now.plus_seconds(PUT_OFF_S)).await;
            let why = put_off.err().map(|error| format!("; {error}")).unwrap_or_default();
            Err(named(format!("{trouble}{why}")))
        }
    }
}

/// All shards, beginning with any: the milliseconds at which a run begins are as good as random.
pub(super) fn shards(ms: i64) -> impl Iterator<Item = u8> {
    let first = u8::try_from(ms.rem_euclid(TIMER_SHARDS.into())).unwrap_or_default();
    (0..TIMER_SHARDS).map(move |step| first.wrapping_add(step) % TIMER_SHARDS)
}

#[cfg(test)]
mod tests;
