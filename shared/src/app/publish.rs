//! From the table's stream to the bus, and to timers.

use super::{context::Publisher, work::Trouble};
use crate::{
    queue::bus::MOST_ENTRIES,
    store::{Item, dynamo::from_stream},
    webhook::message::{Aggregate, Message},
};
use futures_util::future::join_all;
use serde_json::Value;

/// Calls per batch of entries before what is left goes to the queue of failed records.
const MOST_TRIES: usize = 3;

/// Publishes the events of stream records and sets the timers their intents ask for. What cannot
/// be published after all tries is parked whole; only if that fails too does the batch come back.
///
/// # Errors
/// A record that could be neither published nor parked.
pub async fn publish(context: &Publisher, records: Vec<Value>) -> Result<Vec<Trouble>, Trouble> {
    let mut troubles = Vec::new();
    let mut parked: Vec<(&Value, Trouble)> = Vec::new();
    let mut pending: Vec<(&Value, Message)> = Vec::new();
    let read: Vec<_> = records.iter().map(|record| (record, read(record))).collect();
    let timers = read.iter().map(|(record, read)| async move {
        match read {
            Ok(Some((Aggregate::Intent(intent), _))) => {
                let set = context.store.set_timer(intent).await;
                set.err().map(|error| (*record, error.to_string()))
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
    for chunk in pending.chunks(MOST_ENTRIES) {
        parked.extend(publish_chunk(context, chunk).await);
    }
    for (record, trouble) in parked {
        let text = serde_json::to_string(record).unwrap_or_default();
        context.failed.park(text).await.map_err(|unsent| format!("{trouble}; {}", unsent.0))?;
        troubles.push(trouble);
    }
    Ok(troubles)
}

/// Publishes up to ten events; answers the records of those that the bus would not take.
async fn publish_chunk<'a>(
    context: &Publisher,
    chunk: &[(&'a Value, Message)],
) -> Vec<(&'a Value, Trouble)> {
    let mut left: Vec<&(&'a Value, Message)> = chunk.iter().collect();
    let mut why = Vec::new();
    for _ in 0..MOST_TRIES {
        let messages: Vec<&Message> = left.iter().map(|(_, message)| message).collect();
        let results = context.bus.publish(&messages).await;
        let failed = left.into_iter().zip(results);
        let failed = failed.filter_map(|(entry, result)| result.err().map(|error| (entry, error)));
        (left, why) = failed.unzip();
        if left.is_empty() {
            return Vec::new();
        }
    }
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
