//! Each minute: deliveries whose time has come go to the queue, and replays go on.

use super::{
    clock,
    context::FanOut,
    replay,
    work::{Swept, Trouble},
};
use crate::{
    model::replay::Replay,
    queue::sqs::{Deliver, Unsent},
    store::{
        delivery_timer::DeliveryTimer,
        key::{DELIVERY_SHARDS, TIMER_SHARDS},
        meter::Stopwatch,
    },
};
use futures_util::future::{join, join_all};

/// Timers taken from a shard at once.
const BATCH: u32 = 50;

/// Of these, dropped at the same time; all shards work side by side.
const AT_ONCE: usize = 10;

/// After this long nothing new is begun: what is left waits for the next minute.
const PATIENCE_MICROS: u64 = 35_000_000;

/// Replays taken from a shard at once, and pages of each per invocation: a replay of many events
/// is spread over minutes, so that it does not flood its receiver.
const MOST_REPLAYS: u32 = 20;
const MOST_PAGES: usize = 10;

/// Puts due deliveries on the queue and takes replays further.
///
/// # Errors
/// The table cannot be reached.
pub async fn sweep(context: &FanOut) -> Swept {
    let stopwatch = Stopwatch::start();
    let shards = (0..DELIVERY_SHARDS).map(|shard| wake(context, shard, &stopwatch));
    let replays = (0..TIMER_SHARDS).map(|shard| replays(context, shard, &stopwatch));
    let (woken, replayed) = join(join_all(shards), join_all(replays)).await;
    let mut swept = (0_usize, Vec::new());
    for part in woken.into_iter().chain(replayed) {
        let (count, troubles) = part?;
        swept.0 = swept.0.saturating_add(count);
        swept.1.extend(troubles);
    }
    Ok(swept)
}

/// Wakes the due deliveries of one shard. A timer goes only after its message is on the queue; one
/// that cannot be looked after stays, and holds up nobody behind it.
async fn wake(context: &FanOut, shard: u8, stopwatch: &Stopwatch) -> Swept {
    let (mut woken, mut troubles) = (0_usize, Vec::new());
    let mut seen: Option<DeliveryTimer> = None;
    while stopwatch.micros() < PATIENCE_MICROS {
        let range = (seen.as_ref(), clock::now());
        let timers = context.store.due_deliveries(shard, range, BATCH).await;
        let timers = timers.map_err(|error| error.to_string())?;
        let delivers: Vec<Deliver> = timers.iter().map(message).collect();
        let sent = context.queue.deliver_all(&delivers).await;
        let told: Vec<_> = timers.iter().zip(sent).collect();
        for some in told.chunks(AT_ONCE) {
            let drops = some.iter().map(|(timer, sent)| drop_timer(context, timer, sent));
            troubles.extend(join_all(drops).await.into_iter().filter_map(Result::err));
        }
        woken = woken.saturating_add(timers.len());
        if u32::try_from(timers.len()).unwrap_or(u32::MAX) < BATCH {
            break;
        }
        seen = timers.last().cloned();
    }
    Ok((woken, troubles))
}

async fn drop_timer(
    context: &FanOut,
    timer: &DeliveryTimer,
    sent: &Result<(), Unsent>,
) -> Result<(), Trouble> {
    let named = |trouble: &str| format!("{} {}: {trouble}", timer.scope.tenant, timer.event);
    sent.as_ref().map_err(|unsent| named(&unsent.0))?;
    let dropped = context.store.drop_delivery_timer(timer).await;
    dropped.map_err(|error| named(&error.to_string()))
}

fn message(timer: &DeliveryTimer) -> Deliver {
    let deliver = Deliver::new(timer.scope, timer.event, timer.endpoint);
    match &timer.place {
        Some((object, sequence)) => deliver.at_place(object, *sequence),
        None => deliver,
    }
}

/// Takes the replays of one shard further.
async fn replays(context: &FanOut, shard: u8, stopwatch: &Stopwatch) -> Swept {
    let (mut sent, mut troubles): (usize, Vec<Trouble>) = (0, Vec::new());
    let replays = context.store.replays(shard, clock::now(), MOST_REPLAYS).await;
    for replay in replays.map_err(|error| error.to_string())? {
        match further(context, &replay, stopwatch).await {
            Ok(count) => sent = sent.saturating_add(count),
            Err(trouble) => {
                troubles.push(format!("{} replay {}: {trouble}", replay.scope.tenant, replay.id));
            }
        }
    }
    Ok((sent, troubles))
}

async fn further(
    context: &FanOut,
    replay: &Replay,
    stopwatch: &Stopwatch,
) -> Result<usize, Trouble> {
    let mut replay = replay.clone();
    let mut sent = 0_usize;
    for _ in 0..MOST_PAGES {
        if stopwatch.micros() > PATIENCE_MICROS {
            break;
        }
        let page = replay::send_page(context, &replay).await?;
        sent = sent.saturating_add(page.sent);
        let Some(reached) = page.goes_on_after else {
            context.store.end_replay(&replay).await.map_err(|error| error.to_string())?;
            break;
        };
        let moved = context.store.move_replay(&replay, reached).await;
        match moved.map_err(|error| error.to_string())? {
            Some(moved) => replay = moved,
            None => break,
        }
    }
    Ok(sent)
}
