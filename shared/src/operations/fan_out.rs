//! From an event on the bus to a delivery for each endpoint that wants it.
//!
//! Running twice is harmless: records are inserted under derived keys, and a message too many
//! finds its delivery over.

use super::{Problem, Result, delivering::send};
use crate::{
    model::{
        Surface, Time,
        delivery::{Delivery, EventPlace},
        event::NamedEvent,
        webhook_endpoint::WebhookEndpoint,
    },
    queue::sqs::{Deliver, Queue},
    store::Table,
    webhook::{
        message::Message,
        payload::{self, Unreadable},
    },
};
use futures_util::future::try_join_all;
use serde::Deserialize;

/// What the fan-out and the workers behind it work with.
pub struct FanOut {
    /// Where events are kept, endpoints looked up and deliveries written down.
    pub store: Table,
    /// Takes a message for each delivery that is to be sent.
    pub queue: Queue,
}

/// The bus's envelope, as its rule puts it on the queue.
#[derive(Deserialize)]
struct BusEntry {
    detail: Message,
}

/// An event, read, and what its surface makes of it.
struct Event {
    message: Message,
    told: Vec<Told>,
}

/// An event as it is told: under one name, in one body.
struct Told {
    event: NamedEvent,
    body: String,
}

impl From<Unreadable> for Problem {
    #[track_caller]
    fn from(unreadable: Unreadable) -> Self {
        Self::internal(unreadable)
    }
}

/// Keeps an event, makes a delivery for each endpoint of its surface that wants it, and puts these
/// on the queue. Endpoints that are disabled get a delivery that is kept back.
///
/// # Errors
/// The table or the queue cannot be reached, or the message is not an event: it comes back, and
/// ends in the dead-letter queue.
pub async fn fan_out(context: &FanOut, message: &str, now: Time) -> Result<()> {
    // The records stand before their messages: a message can be lost, a record cannot.
    let delivers = record(&context.store, message, now).await?;
    try_join_all(delivers.iter().map(|deliver| send(&context.queue, deliver, 0))).await?;
    Ok(())
}

/// Keeps an event and its deliveries, and returns what to put on the queue.
async fn record(store: &Table, message: &str, now: Time) -> Result<Vec<Deliver>> {
    let entry: BusEntry = serde_json::from_str(message)
        .map_err(|error| Problem::internal(format!("not an event: {error}")))?;
    let message = entry.detail;
    let unreadable = || Unreadable { id: message.id.clone() };
    let scope = message.scope().ok_or_else(unreadable)?;
    let id = message.id.parse().map_err(|_| unreadable())?;
    let told = payload::events(&message)?.into_iter().map(|event| {
        let body = payload::body(&message, &event)?;
        Ok(Told { event, body })
    });
    let told: Vec<Told> = told.collect::<Result<_>>()?;
    let text = serde_json::to_string(&message).map_err(Problem::internal)?;
    store.keep_event(scope, id, &text, now).await?;
    let endpoints = store.endpoints_on(scope, message.surface).await?;
    let event = Event { message, told };
    let all = endpoints.iter().map(|endpoint| tell(store, &event, endpoint, now));
    Ok(try_join_all(all).await?.concat())
}

/// Makes one endpoint's deliveries, if it wants the event.
async fn tell(
    store: &Table,
    Event { message, told }: &Event,
    endpoint: &WebhookEndpoint,
    now: Time,
) -> Result<Vec<Deliver>> {
    let scope = endpoint.scope;
    let wanted = || told.iter().filter(|told| endpoint.wants(&told.event, message.object()));
    let enabled = endpoint.disabled.is_none();
    let ordered = endpoint.settings.ordered_since;
    if let Some(since) = ordered {
        let earlier = message.previous_at_ms.is_some_and(|at| at < since.ms());
        let number = message.sequence;
        // Surfaces whose endpoints may ask for order tell each event under one name.
        let first = wanted().next().filter(|_| enabled).map(|told| told.event.id);
        let step = store.move_order(scope, endpoint.id, message.object(), now, |order| {
            let order = if earlier { order.starting_at(number) } else { order.clone() };
            match first {
                Some(event) => order.opened(number, event),
                None => order.settled(number),
            }
        });
        step.await?;
    }
    let mut delivers = Vec::new();
    for Told { event, body } in wanted() {
        let place = ordered.map(|_| EventPlace {
            object: message.object().to_owned(),
            sequence: message.sequence,
        });
        let delivery = Delivery::due_now(scope, event, endpoint.id, body.clone(), now);
        let by_endpoint = endpoint.surface != Surface::Platform;
        let delivery = Delivery { place, by_endpoint, ..delivery };
        if !enabled {
            let kept_back = Delivery { version: 1, ..delivery.suppressed() };
            store.add_delivery(&kept_back).await?;
            continue;
        }
        store.add_delivery(&delivery).await?;
        let deliver = Deliver::new(scope, event.id, endpoint.id);
        let deliver = match ordered {
            Some(_) => deliver.at_place(message.object(), message.sequence),
            None => deliver,
        };
        delivers.push(Deliver { seen: endpoint.version, ..deliver });
    }
    Ok(delivers)
}

#[cfg(test)]
mod tests;
