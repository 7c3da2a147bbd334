//! From the table's stream to the bus, and to timers.

use super::{Ambient, Cause, Problem, Result};
use crate::{
    model::payment_intent::{Due, PaymentIntent},
    queue::{
        bus::{Bus, BusEvent, MOST_ENTRIES},
        sqs::{Advance, LONGEST_DELAY_S, Queue},
    },
    store::{Item, Table, dynamo::from_stream, meter::Stopwatch},
    webhook::message::{Aggregate, Message},
};
use futures_util::future::{join_all, try_join_all};
use serde_json::Value;
use std::time::Duration;

/// Calls per batch of entries before what is left goes to the queue of failed records.
const MAX_TRIES: u32 = 3;

/// After this long nothing is tried again: parking must be done before the function's time is over.
const TIMEOUT_MICROS: u64 = 15_000_000;

/// What publishing works with.
pub struct Publisher {
    /// The table, for timers.
    pub store: Table,
    /// The bus.
    pub bus: Bus,
    /// Where a look at a payment is asked for, before the minute's sweep would come by.
    pub advance: Queue,
    /// Where records go that cannot be published.
    pub failed: Queue,
}

/// Publishes the events of stream records and sets the timers their intents ask for. What cannot
/// be published after all tries is parked whole; only if that fails too does the batch come back.
/// Returns why records were parked, for the log.
///
/// # Errors
/// A record that could be neither published nor parked.
pub async fn publish(
    context: &Publisher,
    records: Vec<Value>,
    ambient: Ambient,
) -> Result<Vec<String>> {
    let mut parked: Vec<(&Value, String)> = Vec::new();
    let mut pending: Vec<(&Value, Message)> = Vec::new();
    let mut marking: Vec<Aggregate> = Vec::new();
    let read: Vec<_> = records.iter().map(|record| (record, read(record))).collect();
    let timers = read.iter().map(|(record, read)| async move {
        match read {
            Ok(Some((Aggregate::Intent(intent), _))) => {
                let set = set_timer(context, intent, ambient).await;
                set.err().map(|problem| (*record, problem.into()))
            }
            Ok(_) | Err(_) => None,
        }
    });
    parked.extend(join_all(timers).await.into_iter().flatten());
    for (record, read) in read {
        match read {
            Ok(Some((aggregate, messages))) => {
                marking.extend(aggregate.history().unmarked().map(|_| aggregate));
                pending.extend(messages.into_iter().map(|message| (record, message)));
            }
            Ok(None) => {}
            Err(problem) => parked.push((record, problem.into())),
        }
    }
    let marks: Vec<_> = marking.iter().map(|aggregate| mark(context, aggregate)).collect();
    let unmarked = join_all(marks).await.into_iter().filter_map(Result::err).map(String::from);
    let unmarked: Vec<String> = unmarked.collect();
    let stopwatch = Stopwatch::start();
    for chunk in pending.chunks(MOST_ENTRIES) {
        parked.extend(publish_chunk(context, chunk, &stopwatch, ambient).await);
    }
    let parking = parked.into_iter().map(|(record, why)| async move {
        let text = serde_json::to_string(record).unwrap_or_default();
        let sent = context.failed.park(text).await;
        let unparked = |text| Problem::Unavailable(Cause::new(text));
        sent.map_err(|unsent| unparked(format!("{why}; {}", unsent.0))).map(|()| why)
    });
    let mut why = try_join_all(parking).await?;
    why.extend(unmarked);
    Ok(why)
}

/// Writes down up to which number an object's events are known to be published: what the fan-out
/// has kept, without a gap. Only that may ever be dropped from the object's history.
async fn mark(context: &Publisher, aggregate: &Aggregate) -> Result<()> {
    let (scope, Some(key)) = (aggregate.scope(), aggregate.key()) else { return Ok(()) };
    let history = aggregate.history();
    // What older versions dropped was taken for published.
    let before = history.published.max(history.dropped);
    let mut published = before;
    for message in aggregate.events_after(before) {
        let id = message.id.parse().map_err(|_| Problem::internal("an unreadable id"))?;
        if message.sequence != published.saturating_add(1)
            || !context.store.has_event(scope, id).await?
        {
            break;
        }
        published = message.sequence;
    }
    if published > before {
        context.store.mark_published(key, published).await?;
    }
    Ok(())
}

/// Sets the timer an intent asks for. Banks take seconds here and there: what is due before the
/// queue's longest delay is also asked for there, since the sweep comes by once a minute.
async fn set_timer(context: &Publisher, intent: &PaymentIntent, ambient: Ambient) -> Result<()> {
    context.store.set_timer(intent).await?;
    let Some(Due::Reconcile(due)) = intent.due().filter(|_| intent.wallet_terms().is_some()) else {
        return Ok(());
    };
    let wait_s = (due.ms_since(ambient.now()) + 999) / 1000;
    if wait_s > LONGEST_DELAY_S {
        return Ok(());
    }
    let advance = Advance::new(intent.scope, intent.id);
    let sent = context.advance.advance_in(&advance, wait_s).await;
    sent.map_err(|unsent| Problem::Unavailable(Cause::new(unsent.0)))
}

/// Publishes up to ten events; returns the records of those that the bus would not take.
async fn publish_chunk<'a>(
    context: &Publisher,
    chunk: &[(&'a Value, Message)],
    stopwatch: &Stopwatch,
    ambient: Ambient,
) -> Vec<(&'a Value, String)> {
    let mut left: Vec<&(&'a Value, Message)> = chunk.iter().collect();
    let mut why: Vec<String> = Vec::new();
    for tried in 0..MAX_TRIES {
        if stopwatch.micros() > TIMEOUT_MICROS {
            break;
        }
        if tried > 0 {
            let jitter = u64::from(ambient.byte());
            tokio::time::sleep(Duration::from_millis(100 * u64::from(tried) + jitter)).await;
        }
        let events: Vec<BusEvent> = left.iter().map(|(_, message)| on_bus(message)).collect();
        let results = context.bus.publish(&events).await;
        let failed = left.into_iter().zip(results);
        let failed = failed.filter_map(|(entry, result)| result.err().map(|error| (entry, error)));
        (left, why) = failed.unzip();
        if left.is_empty() {
            return Vec::new();
        }
    }
    why.resize(left.len(), "the bus did not answer in time".to_owned());
    left.into_iter().map(|(record, _)| *record).zip(why).collect()
}

/// An event as it goes onto the bus.
pub(super) fn on_bus(message: &Message) -> BusEvent {
    // A message holds nothing that can fail to become JSON.
    let detail = serde_json::to_string(message).unwrap_or_default();
    BusEvent { name: message.event.clone(), detail }
}

/// The aggregate a record holds and the events that came with this very write; `None` for records
/// without events, such as removals.
fn read(record: &Value) -> Result<Option<(Aggregate, Vec<Message>)>> {
    let change = record.get("dynamodb");
    let image = |name| change.and_then(|change| change.get(name));
    let Some(new) = image("NewImage") else {
        return Ok(None);
    };
    let new: Item = from_stream(new)?;
    let old = image("OldImage").map(from_stream).transpose()?;
    let before = match &old {
        Some(old) => old.history()?.last_sequence(),
        None => 0,
    };
    let aggregate = Aggregate::read(&new)?;
    Ok(aggregate.map(|aggregate| {
        let messages = aggregate.events_after(before);
        (aggregate, messages)
    }))
}

#[cfg(test)]
mod tests;
