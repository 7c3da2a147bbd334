//! Works off timers that are due.

use super::Now;
use crate::{
    model::Time,
    store::{
        Table,
        key::TIMER_SHARDS,
        timer::{Timer, TimerKind},
    },
};
use futures_util::future::join_all;

/// Timers taken from a shard at once.
const BATCH: u32 = 50;

/// Batches of one shard per run: what is left waits for the next minute.
const MAX_BATCHES: u32 = 20;

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

/// Works off the due timers of all shards. A timer goes only after its work is done; one that fails
/// stays for the next minute.
///
/// # Errors
/// The table cannot be reached.
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
    for shard in 0..TIMER_SHARDS {
        let mut seen: Option<Timer> = None;
        for _ in 0..MAX_BATCHES {
            let now = clock();
            let timers = store.due_timers(kind, shard, (seen.as_ref(), now), BATCH).await;
            let timers = timers.map_err(|error| error.to_string())?;
            let looked = timers.iter().map(|timer| finish(store, timer, look(timer.clone(), now)));
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
) -> Result<(), String> {
    let named = |trouble: String| format!("{} {}: {trouble}", timer.scope.tenant, timer.id);
    match looked.await.map_err(named)? {
        TimerFate::Keep => Ok(()),
        TimerFate::Drop => store.drop_timer(timer).await.map_err(|error| named(error.to_string())),
    }
}
