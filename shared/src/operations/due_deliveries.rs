//! Each minute: deliveries whose time has come go to the queue, and replays go on.

use super::{Ambient, Result, fan_out::FanOut, replays};
use crate::{
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
pub(super) const TIMEOUT_MICROS: u64 = 35_000_000;

/// What a sweep has put on the queue again.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// How much it looked after.
    pub done: usize,
    /// What it could not look after, and why; for the log. It stays for the next minute.
    pub failures: Vec<String>,
}

/// Puts due deliveries on the queue and takes replays further.
pub async fn sweep(context: &FanOut, ambient: Ambient) -> Result<Swept> {
    let stopwatch = Stopwatch::start();
    let shards = (0..DELIVERY_SHARDS).map(|shard| wake(context, shard, &stopwatch, ambient));
    let replays =
        (0..TIMER_SHARDS).map(|shard| replays::go_on(context, shard, &stopwatch, ambient));
    let (woken, replayed) = join(join_all(shards), join_all(replays)).await;
    let mut swept = Swept::default();
    for part in woken.into_iter().chain(replayed) {
        let Swept { done, failures } = part?;
        swept.done = swept.done.saturating_add(done);
        swept.failures.extend(failures);
    }
    Ok(swept)
}

/// Wakes the due deliveries of one shard. A timer goes only after its message is on the queue; one
/// that cannot be looked after stays, and holds up nobody behind it.
async fn wake(
    context: &FanOut,
    shard: u8,
    stopwatch: &Stopwatch,
    ambient: Ambient,
) -> Result<Swept> {
    let mut swept = Swept::default();
    let mut seen: Option<DeliveryTimer> = None;
    while stopwatch.micros() < TIMEOUT_MICROS {
        let due = context.store.due_deliveries(shard, seen.as_ref(), ambient.now(), BATCH);
        let timers = due.await?;
        let delivers: Vec<Deliver> = timers.iter().map(message).collect();
        let sent = context.queue.deliver_all(&delivers).await;
        let told: Vec<_> = timers.iter().zip(sent).collect();
        for some in told.chunks(AT_ONCE) {
            let drops = some.iter().map(|(timer, sent)| drop_timer(context, timer, sent));
            swept
                .failures
                .extend(join_all(drops).await.into_iter().filter_map(std::result::Result::err));
        }
        swept.done = swept.done.saturating_add(timers.len());
        if u32::try_from(timers.len()).unwrap_or(u32::MAX) < BATCH {
            break;
        }
        seen = timers.last().cloned();
    }
    Ok(swept)
}

async fn drop_timer(
    context: &FanOut,
    timer: &DeliveryTimer,
    sent: &std::result::Result<(), Unsent>,
) -> std::result::Result<(), String> {
    let named = |why: &str| format!("{} {}: {why}", timer.scope.tenant, timer.event);
    sent.as_ref().map_err(|unsent| named(&unsent.0))?;
    let dropped = context.store.drop_delivery_timer(timer).await;
    dropped.map_err(|error| named(&error.to_string()))
}

fn message(timer: &DeliveryTimer) -> Deliver {
    let deliver = Deliver::new(timer.scope, timer.event, timer.endpoint);
    match &timer.place {
        Some(place) => deliver.at_place(&place.object, place.sequence),
        None => deliver,
    }
}
