//! From an event on the bus to a delivery for each endpoint that wants it.
//!
//! Running twice is harmless: records are inserted under derived keys, and a message too many
//! finds its delivery over.

use super::{clock, context::FanOut, work::Trouble};
use crate::{
    model::{
        Time, delivery::Delivery, event::EventType, id::EventId, webhook_endpoint::WebhookEndpoint,
    },
    queue::{Verdict, sqs::Deliver},
    webhook::{message::Message, payload},
};
use futures_util::future::try_join_all;
use serde::Deserialize;

/// The bus's envelope, as its rule puts it on the queue.
#[derive(Deserialize)]
struct BusEntry {
    detail: Message,
}

/// An event, read.
struct Event {
    id: EventId,
    kind: EventType,
    message: Message,
    body: String,
}

/// Keeps an event and makes a delivery for each endpoint that wants it. Those that are disabled
/// get a delivery that is kept back.
///
/// # Errors
/// The table or the queue cannot be reached, or the message is not an event: it comes back, and
/// ends in the dead-letter queue.
pub async fn fan_out(context: &FanOut, body: &str) -> Result<Verdict, Trouble> {
    let entry: BusEntry = serde_json::from_str(body).map_err(|e| format!("not an event: {e}"))?;
    let message = entry.detail;
    let unreadable = || format!("unreadable event {}", message.id);
    let scope = message.scope().ok_or_else(unreadable)?;
    let id: EventId = message.id.parse().map_err(|_| unreadable())?;
    let kind = message.event.parse().map_err(|_| unreadable())?;
    let body = payload::body(&message).ok_or_else(unreadable)?;
    let now = clock::now();
    let text = serde_json::to_string(&message).map_err(|error| error.to_string())?;
    let trouble = |error: crate::store::Error| error.to_string();
    context.store.keep_event(scope, id, &text, now).await.map_err(trouble)?;
    let endpoints = context.store.endpoints(scope).await.map_err(trouble)?;
    let event = Event { id, kind, message, body };
    let told = endpoints.iter().map(|endpoint| tell(context, &event, endpoint, now));
    try_join_all(told).await?;
    Ok(Verdict::Done)
}

/// Makes one endpoint's delivery, if it wants the event.
async fn tell(
    context: &FanOut,
    event: &Event,
    endpoint: &WebhookEndpoint,
    now: Time,
) -> Result<(), Trouble> {
    let (message, scope) = (&event.message, endpoint.scope);
    let trouble = |error: crate::store::Error| error.to_string();
    let wanted = endpoint.wants(event.kind, message.object());
    let sent = wanted && endpoint.disabled.is_none();
    let ordered = endpoint.settings.ordered_since;
    if let Some(since) = ordered {
        let earlier = message.previous_at_ms.is_some_and(|at| at < since.ms());
        let number = message.sequence;
        let step = context.store.move_order(scope, endpoint.id, message.object(), now, |order| {
            let order = if earlier { order.starting_at(number) } else { order.clone() };
            if sent { order.opened(number, event.id) } else { order.settled(number) }
        });
        step.await.map_err(trouble)?;
    }
    if !wanted {
        return Ok(());
    }
    let of = (event.id, event.kind);
    let delivery = Delivery::due_now(scope, of, endpoint.id, event.body.clone(), now);
    if !sent {
        let kept_back = Delivery { version: 1, ..delivery.suppressed() };
        return context.store.add_delivery(&kept_back).await.map_err(trouble);
    }
    // The record stands before its message: a message can be lost, a record cannot.
    context.store.add_delivery(&delivery).await.map_err(trouble)?;
    let deliver = Deliver::new(scope, event.id, endpoint.id);
    let deliver = match ordered {
        Some(_) => deliver.at_place(message.object(), message.sequence),
        None => deliver,
    };
    let deliver = Deliver { seen: endpoint.version, ..deliver };
    context.queue.deliver_in(&deliver, 0).await.map_err(|unsent| unsent.0)
}
