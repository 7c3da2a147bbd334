//! A replay: a tenant sends the events of some time again. They are counted beforehand, and worked
//! off page by page.
//!
//! A replay walks the kept events, not the deliveries: so it also finds events that were never
//! meant for the endpoint that there is now, because there was none, or it asked for others.

use super::{
    Ambient, Problem, Result, StateRefusal,
    delivering::send,
    due_deliveries::{Swept, TIMEOUT_MICROS},
    fan_out::FanOut,
};
use crate::{
    model::{
        Scope, Surface, Time,
        delivery::{Delivery, DeliveryStatusName},
        event::NamedEvent,
        id::{EventId, ReplayId},
        replay::{Replay, ReplayRange},
        webhook_endpoint::WebhookEndpoint,
    },
    queue::sqs::Deliver,
    store::{Error, Table, delivery::DeliveryKey, meter::Stopwatch},
    webhook::{message::Message, payload},
};
use futures_util::future::try_join_all;
use std::collections::{HashMap, VecDeque};

/// Events that are read at once.
const PAGE: u32 = 100;

/// Records read or written at the same time.
const AT_ONCE: usize = 25;

/// Events counted at most; there are more when there are so many.
const MAX_COUNTED: u32 = 2_000;

/// Replays of a shard looked at, and pages of a tenant's per invocation: a replay of many events is
/// spread over minutes, so that it does not flood its receiver.
const MAX_REPLAYS: u32 = 500;
const MAX_PAGES: usize = 10;

/// How the deliveries of a range stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events that would be sent.
    pub matched: u32,
    /// How many deliveries the receiver has taken.
    pub succeeded: u32,
    /// Ended without success: no further attempt follows.
    pub failed: u32,
    /// Kept back while the endpoint was disabled.
    pub suppressed: u32,
    /// On their way already; these are left alone.
    pub pending: u32,
    /// Never meant for this endpoint.
    pub missing: u32,
    /// Whether there are more than were counted.
    pub more: bool,
}

/// What became of one page.
struct Page {
    sent: usize,
    /// Where the next page begins; `None` at the end.
    goes_on_after: Option<EventId>,
}

/// An event that the endpoint wants, and its delivery.
struct Entry {
    event: NamedEvent,
    message: Message,
    delivery: Option<Delivery>,
}

/// Whether events can be sent there.
///
/// # Errors
/// The endpoint is disabled.
pub const fn check(endpoint: &WebhookEndpoint) -> Result<()> {
    match endpoint.disabled {
        Some(_) => Err(Problem::State(StateRefusal::EndpointDisabled)),
        None => Ok(()),
    }
}

/// A replay that begins now: the sweep works it off.
pub fn begin(endpoint: &WebhookEndpoint, range: ReplayRange, id: ReplayId, now: Time) -> Replay {
    Replay {
        id,
        scope: endpoint.scope,
        endpoint: endpoint.id,
        range,
        asked_at: now,
        reached: None,
        version: 1,
    }
}

/// Counts the events of a range by how their deliveries stand.
pub async fn count(
    store: &Table,
    endpoint: &WebhookEndpoint,
    range: &ReplayRange,
) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut seen = None;
    for _ in 0..MAX_COUNTED / PAGE {
        let (entries, next) = page(store, endpoint, range, seen).await?;
        for entry in &entries {
            let delivery = entry.delivery.as_ref();
            let place = match delivery.map(|delivery| delivery.status.name()) {
                Some(DeliveryStatusName::Succeeded) => &mut counts.succeeded,
                Some(DeliveryStatusName::Failed) => &mut counts.failed,
                Some(DeliveryStatusName::Suppressed) => &mut counts.suppressed,
                Some(DeliveryStatusName::Pending) => &mut counts.pending,
                None => &mut counts.missing,
            };
            *place = place.saturating_add(1);
            counts.matched = counts.matched.saturating_add(u32::from(range.sends(delivery)));
        }
        match next {
            Some(next) => seen = Some(next),
            None => return Ok(counts),
        }
    }
    Ok(Counts { more: true, ..counts })
}

/// Takes the replays of one shard further: in each round a page of every tenant's oldest one, so that
/// however many replays one of them asks for, the others wait for a page of it at most.
pub(super) async fn go_on(
    context: &FanOut,
    shard: u8,
    stopwatch: &Stopwatch,
    ambient: Ambient,
) -> Result<Swept> {
    let mut swept = Swept::default();
    let replays = context.store.replays(shard, ambient.now(), MAX_REPLAYS).await?;
    let mut waiting: HashMap<Scope, VecDeque<Replay>> = HashMap::new();
    for replay in replays {
        waiting.entry(replay.scope).or_default().push_back(replay);
    }
    for _ in 0..MAX_PAGES {
        for theirs in waiting.values_mut() {
            if stopwatch.micros() > TIMEOUT_MICROS {
                return Ok(swept);
            }
            let Some(replay) = theirs.pop_front() else { continue };
            match further(context, &replay, ambient).await {
                Ok((sent, rest)) => {
                    swept.done = swept.done.saturating_add(sent);
                    if let Some(rest) = rest {
                        theirs.push_front(rest);
                    }
                }
                Err(problem) => {
                    let (tenant, why) = (replay.scope.tenant, String::from(problem));
                    swept.failures.push(format!("{tenant} replay {}: {why}", replay.id));
                }
            }
        }
    }
    Ok(swept)
}

/// Sends one page of a replay; answers how much that was, and the replay as it goes on.
async fn further(
    context: &FanOut,
    replay: &Replay,
    ambient: Ambient,
) -> Result<(usize, Option<Replay>)> {
    let page = send_page(context, replay, ambient).await?;
    let Some(reached) = page.goes_on_after else {
        context.store.end_replay(replay).await?;
        return Ok((page.sent, None));
    };
    Ok((page.sent, context.store.move_replay(replay, reached).await?))
}

/// Sends the next page of a replay. Doing it twice is harmless: each delivery is restarted once
/// for each wish. An endpoint that is gone or disabled meanwhile ends the replay.
async fn send_page(context: &FanOut, replay: &Replay, ambient: Ambient) -> Result<Page> {
    let endpoints = context.store.endpoints(replay.scope).await?;
    let endpoint = endpoints.iter().find(|endpoint| endpoint.id == replay.endpoint);
    let Some(endpoint) = endpoint.filter(|endpoint| endpoint.disabled.is_none()) else {
        return Ok(Page { sent: 0, goes_on_after: None });
    };
    let (entries, next) = page(&context.store, endpoint, &replay.range, replay.reached).await?;
    let mut sent = 0_usize;
    for some in entries.chunks(AT_ONCE) {
        let sends = some.iter().map(|entry| send_again(context, endpoint, replay, entry, ambient));
        let done = try_join_all(sends).await?;
        sent = sent.saturating_add(done.into_iter().filter(|sent| *sent).count());
    }
    Ok(Page { sent, goes_on_after: next })
}

/// Restarts one delivery, or makes it, and puts it on the queue.
async fn send_again(
    context: &FanOut,
    endpoint: &WebhookEndpoint,
    replay: &Replay,
    entry: &Entry,
    ambient: Ambient,
) -> Result<bool> {
    let asked_at = replay.asked_at;
    if !replay.range.sends(entry.delivery.as_ref()) && !begun(entry, replay) {
        return Ok(false);
    }
    match &entry.delivery {
        Some(delivery) => {
            let Some(next) = delivery.restarted(asked_at, ambient.now()) else {
                return match begun(entry, replay) {
                    // Restarted by us, but perhaps not put on the queue any more.
                    true => wake(context, endpoint, entry).await.map(|()| true),
                    false => Ok(false),
                };
            };
            match context.store.replace_delivery(&next).await {
                Ok(()) => {}
                // Somebody else moved it on: it is on its way.
                Err(Error::Refused { .. }) => return Ok(false),
                Err(other) => return Err(other.into()),
            }
        }
        None => {
            let body = payload::body(&entry.message, &entry.event)?;
            let (scope, now) = (replay.scope, ambient.now());
            let new = Delivery::due_now(scope, &entry.event, endpoint.id, body, now);
            let by_endpoint = endpoint.surface != Surface::Platform;
            let new = Delivery { round_at: asked_at, by_endpoint, ..new };
            context.store.add_delivery(&new).await?;
        }
    }
    wake(context, endpoint, entry).await.map(|()| true)
}

/// Whether a delivery was restarted for this very replay and is still on its way.
fn begun(entry: &Entry, replay: &Replay) -> bool {
    entry.delivery.as_ref().is_some_and(|delivery| {
        delivery.round_at == replay.asked_at
            && delivery.tried == 0
            && delivery.status.name() == DeliveryStatusName::Pending
    })
}

async fn wake(context: &FanOut, endpoint: &WebhookEndpoint, entry: &Entry) -> Result<()> {
    let deliver = Deliver::new(endpoint.scope, entry.event.id, endpoint.id);
    send(&context.queue, &Deliver { seen: endpoint.version, ..deliver }, 0).await
}

/// The wanted events of one page with their deliveries, and where the next one begins.
async fn page(
    store: &Table,
    endpoint: &WebhookEndpoint,
    range: &ReplayRange,
    seen: Option<EventId>,
) -> Result<(Vec<Entry>, Option<EventId>)> {
    let kept = store.kept_events(endpoint.scope, seen, range.from, range.to, PAGE).await?;
    let full = u32::try_from(kept.len()).unwrap_or(u32::MAX) >= PAGE;
    let read: Vec<(EventId, Vec<NamedEvent>, Message)> = kept
        .iter()
        .filter_map(|text| {
            let message: Message = serde_json::from_str(text).ok()?;
            Some((message.id.parse().ok()?, payload::events(&message).ok()?, message))
        })
        .collect();
    let last = read.last().map(|(id, ..)| *id).filter(|_| full);
    let theirs = read.iter().filter(|(.., message)| message.surface == endpoint.surface);
    let named =
        theirs.flat_map(|(_, events, message)| events.iter().map(move |event| (event, message)));
    let wanted: Vec<(&NamedEvent, &Message)> = named
        .filter(|(event, message)| {
            range.means(event.kind, event.name) && endpoint.wants(event, message.object())
        })
        .collect();
    let mut entries = Vec::with_capacity(wanted.len());
    for some in wanted.chunks(AT_ONCE) {
        let found = some.iter().map(|(event, message)| async move {
            let (event, message) = (**event, (*message).clone());
            let of = DeliveryKey { event: event.id, endpoint: endpoint.id };
            let delivery = store.delivery(endpoint.scope, of).await?;
            Ok::<Entry, Error>(Entry { event, message, delivery })
        });
        entries.extend(try_join_all(found).await?);
    }
    Ok((entries, last))
}

#[cfg(test)]
mod tests;
