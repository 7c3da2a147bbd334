//! From the table's stream to the bus, and to timers.

use super::{clock, context::Publisher, work::Trouble};
use crate::{
    model::payment_intent::{Due, PaymentIntent},
    queue::{
        bus::MOST_ENTRIES,
        sqs::{Advance, LONGEST_DELAY_S},
    },
    store::{Item, dynamo::from_stream, meter::Stopwatch},
    webhook::message::{Aggregate, Message},
};
use futures_util::future::{join_all, try_join_all};
use serde_json::Value;
use std::time::Duration;

/// Calls per batch of entries before what is left goes to the queue of failed records.
const MOST_TRIES: u32 = 3;

/// After this long nothing is tried again: parking must be done before the function's time is over.
const PATIENCE_MICROS: u64 = 15_000_000;

/// Publishes the events of stream records and sets the timers their intents ask for. What cannot
/// be published after all tries is parked whole; only if that fails too does the batch come back.
///
/// # Errors
/// A record that could be neither published nor parked.
pub async fn publish(context: &Publisher, records: Vec<Value>) -> Result<Vec<Trouble>, Trouble> {
    let mut parked: Vec<(&Value, Trouble)> = Vec::new();
    let mut pending: Vec<(&Value, Message)> = Vec::new();
    let read: Vec<_> = records.iter().map(|record| (record, read(record))).collect();
    let timers = read.iter().map(|(record, read)| async move {
        match read {
            Ok(Some((Aggregate::Intent(intent), _))) => {
                set_timer(context, intent).await.err().map(|trouble| (*record, trouble))
            }
            Ok(_) | Err(_) => None,
        }
    });
    parked.extend(join_all(timers).await.into_iter().flatten());
    for (record, read) in read {
        match read {
            Ok(Some((_, messages))) => {
                pending.extend(messages.into_iter().map(|message| (record, message)));
            }
            Ok(None) => {}
            Err(trouble) => parked.push((record, trouble)),
        }
    }
    let stopwatch = Stopwatch::start();
    for chunk in pending.chunks(MOST_ENTRIES) {
        parked.extend(publish_chunk(context, chunk, &stopwatch).await);
    }
    let parking = parked.into_iter().map(|(record, trouble)| async move {
        let text = serde_json::to_string(record).unwrap_or_default();
        let sent = context.failed.park(text).await;
        sent.map_err(|unsent| format!("{trouble}; {}", unsent.0)).map(|()| trouble)
    });
    try_join_all(parking).await
}

/// Sets the timer an intent asks for. Banks take seconds here and there: what is due before the
/// queue's longest delay is also asked for there, since the sweep comes by once a minute.
async fn set_timer(context: &Publisher, intent: &PaymentIntent) -> Result<(), Trouble> {
    context.store.set_timer(intent).await.map_err(|error| error.to_string())?;
    let Some(Due::Reconcile(due)) = intent.due().filter(|_| intent.wallet_terms().is_some()) else {
        return Ok(());
    };
    let wait_s = (due.ms_since(clock::now()) + 999) / 1000;
    if wait_s > LONGEST_DELAY_S {
        return Ok(());
    }
    let advance = Advance::new(intent.scope, intent.id);
    context.advance.advance_in(&advance, wait_s).await.map_err(|unsent| unsent.0)
}

/// Publishes up to ten events; answers the records of those that the bus would not take.
async fn publish_chunk<'a>(
    context: &Publisher,
    chunk: &[(&'a Value, Message)],
    stopwatch: &Stopwatch,
) -> Vec<(&'a Value, Trouble)> {
    let mut left: Vec<&(&'a Value, Message)> = chunk.iter().collect();
    let mut why: Vec<Trouble> = Vec::new();
    for tried in 0..MOST_TRIES {
        if stopwatch.micros() > PATIENCE_MICROS {
            break;
        }
        if tried > 0 {
            let jitter = u64::from(u8::from_be_bytes(clock::random()));
            tokio::time::sleep(Duration::from_millis(100 * u64::from(tried) + jitter)).await;
        }
        let messages: Vec<&Message> = left.iter().map(|(_, message)| message).collect();
        let results = context.bus.publish(&messages).await;
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

/// The aggregate a record holds and the events that came with this very write; `None` for records
/// without events, such as removals.
fn read(record: &Value) -> Result<Option<(Aggregate, Vec<Message>)>, Trouble> {
    let change = record.get("dynamodb");
    let image = |name| change.and_then(|change| change.get(name));
    let Some(new) = image("NewImage") else {
        return Ok(None);
    };
    let corrupt = |error: crate::store::Corrupt| error.to_string();
    let new: Item = from_stream(new).map_err(corrupt)?;
    let old = image("OldImage").map(from_stream).transpose().map_err(corrupt)?;
    let before = match &old {
        Some(old) => old.history().map_err(corrupt)?.last_sequence(),
        None => 0,
    };
    let aggregate = Aggregate::read(&new).map_err(corrupt)?;
    Ok(aggregate.map(|aggregate| {
        let messages = aggregate.events_after(before);
        (aggregate, messages)
    }))
}
