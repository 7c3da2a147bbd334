//! Events sent again: counted beforehand, and worked off page by page.
//!
//! A replay walks the kept events, not the deliveries: so it also finds events that were never
//! meant for the endpoint that there is now, because there was none, or it asked for others.

use super::{clock, context::FanOut, work::Trouble};
use crate::{
    http::platform::replay::ReplayView,
    model::{
        Time,
        delivery::{Delivery, DeliveryStatusName},
        event::EventType,
        id::{EventId, ReplayId},
        replay::{Replay, ReplayRange},
        webhook_endpoint::WebhookEndpoint,
    },
    queue::sqs::Deliver,
    store::{Error, Result, Table},
    webhook::{message::Message, payload},
};
use futures_util::future::try_join_all;

/// Events looked at together.
const PAGE: u32 = 100;

/// Records read or written at the same time.
const AT_ONCE: usize = 25;

/// Events counted at most; there are more when there are so many.
const MOST_COUNTED: u32 = 2_000;

/// How the deliveries of a range stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events that would be sent.
    pub matched: u32,
    /// Taken by the receiver.
    pub succeeded: u32,
    /// All attempts failed.
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
pub struct Page {
    /// Events sent.
    pub sent: usize,
    /// Where the next page begins; `None` at the end.
    pub goes_on_after: Option<EventId>,
}

/// An event that the endpoint wants, and its delivery.
struct Entry {
    id: EventId,
    kind: EventType,
    message: Message,
    delivery: Option<Delivery>,
}

impl Counts {
    /// The answer to the tenant: with the replay's id, or of a dry run.
    #[must_use]
    pub fn view(self, replay_id: Option<ReplayId>) -> ReplayView {
        ReplayView {
            replay_id,
            dry_run: replay_id.is_none(),
            matched: self.matched,
            succeeded: self.succeeded,
            failed: self.failed,
            suppressed: self.suppressed,
            pending: self.pending,
            missing: self.missing,
            has_more: self.more,
        }
    }
}

/// A replay that begins now: the sweep works it off.
#[must_use]
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
///
/// # Errors
/// The table cannot be reached, or a record is corrupt.
pub async fn count(
    store: &Table,
    endpoint: &WebhookEndpoint,
    range: &ReplayRange,
) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut seen = None;
    for _ in 0..MOST_COUNTED / PAGE {
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

/// Sends the next page of a replay. Doing it twice is harmless: each delivery is restarted once
/// for each wish. An endpoint that is gone or disabled meanwhile ends the replay.
///
/// # Errors
/// The table or the queue cannot be reached: the page is tried again.
pub async fn send_page(context: &FanOut, replay: &Replay) -> std::result::Result<Page, Trouble> {
    let trouble = |error: Error| error.to_string();
    let endpoints = context.store.endpoints(replay.scope).await.map_err(trouble)?;
    let endpoint = endpoints.iter().find(|endpoint| endpoint.id == replay.endpoint);
    let Some(endpoint) = endpoint.filter(|endpoint| endpoint.disabled.is_none()) else {
        return Ok(Page { sent: 0, goes_on_after: None });
    };
    let page = page(&context.store, endpoint, &replay.range, replay.reached).await;
    let (entries, next) = page.map_err(trouble)?;
    let mut sent = 0_usize;
    for some in entries.chunks(AT_ONCE) {
        let sends = some.iter().map(|entry| send_again(context, endpoint, replay, entry));
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
) -> std::result::Result<bool, Trouble> {
    let trouble = |error: Error| error.to_string();
    let asked_at = replay.asked_at;
    if !replay.range.sends(entry.delivery.as_ref()) && !begun(entry, replay) {
        return Ok(false);
    }
    match &entry.delivery {
        Some(delivery) => {
            let Some(next) = delivery.restarted(asked_at, clock::now()) else {
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
                Err(other) => return Err(trouble(other)),
            }
        }
        None => {
            let body = payload::body(&entry.message).ok_or("unreadable event")?;
            let of = (entry.id, entry.kind);
            let new = Delivery::due_now(replay.scope, of, endpoint.id, body, clock::now());
            let new = Delivery { round_at: asked_at, ..new };
            context.store.add_delivery(&new).await.map_err(trouble)?;
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

async fn wake(
    context: &FanOut,
    endpoint: &WebhookEndpoint,
    entry: &Entry,
) -> std::result::Result<(), Trouble> {
    let deliver = Deliver::new(endpoint.scope, entry.id, endpoint.id);
    let deliver = Deliver { seen: endpoint.version, ..deliver };
    context.queue.deliver_in(&deliver, 0).await.map_err(|unsent| unsent.0)
}

/// The wanted events of one page with their deliveries, and where the next one begins.
async fn page(
    store: &Table,
    endpoint: &WebhookEndpoint,
    range: &ReplayRange,
    seen: Option<EventId>,
) -> Result<(Vec<Entry>, Option<EventId>)> {
    let scope = endpoint.scope;
    let kept = store.kept_events(scope, seen, (range.from, range.to), PAGE).await?;
    let full = u32::try_from(kept.len()).unwrap_or(u32::MAX) >= PAGE;
    let read = kept.iter().filter_map(|text| {
        let message: Message = serde_json::from_str(text).ok()?;
        let (id, kind) = (message.id.parse::<EventId>().ok()?, message.event.parse().ok()?);
        Some((id, kind, message))
    });
    let read: Vec<(EventId, EventType, Message)> = read.collect();
    let last = read.last().map(|(id, ..)| *id).filter(|_| full);
    let wanted: Vec<_> = read
        .into_iter()
        .filter(|(_, kind, message)| range.means(*kind) && endpoint.wants(*kind, message.object()))
        .collect();
    let mut entries = Vec::with_capacity(wanted.len());
    for some in wanted.chunks(AT_ONCE) {
        let found = some.iter().map(|(id, kind, message)| async move {
            let delivery = store.delivery(scope, (*id, endpoint.id)).await?;
            Ok::<Entry, Error>(Entry { id: *id, kind: *kind, message: message.clone(), delivery })
        });
        entries.extend(try_join_all(found).await?);
    }
    Ok((entries, last))
}
