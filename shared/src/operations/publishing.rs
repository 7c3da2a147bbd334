//! From the table's stream to the bus, and to timers.

use super::{Ambient, Cause, Problem, Result, activity, link_events, statistics};
use crate::{
    model::payment_intent::{Due, PaymentIntent},
    queue::{
        bus::{Bus, BusEvent, MAX_ENTRIES},
        sqs::{Advance, Count, MAX_DELAY_S, Number, Queue, Render},
    },
    store::{self, Item, Table, dynamo::from_stream, meter::Stopwatch},
    webhook::message::{Aggregate, Message},
};
use futures_util::future::{join_all, try_join_all};
use serde_json::Value;
use std::{collections::BTreeSet, time::Duration};

/// Calls per batch of entries before what is left goes to the queue of failed records.
const MAX_TRIES: u32 = 3;

/// After this long nothing is tried again: parking must be done before the function's time is over.
const TIMEOUT_MICROS: u64 = 15_000_000;

/// Puts the events of changed records on the bus, and their timers into the table.
pub struct Publisher {
    /// The table, into which timers of payments go.
    pub store: Table,
    /// Where events are published.
    pub bus: Bus,
    /// Where a look at a payment is asked for, before the minute's sweep would come by.
    pub advance: Queue,
    /// Where numbers are asked for, of invoices and credit notes.
    pub numbering: Queue,
    /// Where the files of documents are asked for.
    pub rendering: Queue,
    /// Where hours are asked to be counted.
    pub statistics: Queue,
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
    let mut counts: BTreeSet<Count> = BTreeSet::new();
    let read: Vec<_> = records.iter().map(|record| (record, read(record))).collect();
    let timers = read.iter().map(|(record, read)| async move {
        let credited = ask_credit_note(context, record).await;
        if let Err(problem) = credited {
            return Some((*record, problem.into()));
        }
        match read {
            Ok(Some((Aggregate::Intent(intent), _))) => {
                let set = set_timer(context, intent, ambient).await;
                set.err().map(|problem| (*record, problem.into()))
            }
            Ok(Some((Aggregate::Refund(refund), _))) => {
                let set = context.store.set_refund_timer(refund).await;
                set.err().map(|error| (*record, Problem::from(error).into()))
            }
            Ok(Some((aggregate, _))) => {
                let asked = ask_files(context, aggregate).await;
                asked.err().map(|problem| (*record, problem.into()))
            }
            Ok(None) | Err(_) => None,
        }
    });
    parked.extend(join_all(timers).await.into_iter().flatten());
    for (record, read) in read {
        match read {
            Ok(Some((aggregate, messages))) => {
                counts.extend(statistics::ask(&aggregate));
                marking.extend(aggregate.history().unmarked().map(|_| aggregate));
                pending.extend(messages.into_iter().map(|message| (record, message)));
            }
            Ok(None) => {}
            Err(problem) => parked.push((record, problem.into())),
        }
    }
    parked.extend(keep_activity(&context.store, &records).await);
    let links = records.iter().map(|record| async move {
        (record, link_events::of_record(&context.store, record).await)
    });
    for (record, made) in join_all(links).await {
        match made {
            Ok(messages) => pending.extend(messages.into_iter().map(|message| (record, message))),
            Err(problem) => parked.push((record, problem.into())),
        }
    }
    let marks: Vec<_> = marking.iter().map(|aggregate| mark(context, aggregate)).collect();
    let unmarked = join_all(marks).await.into_iter().filter_map(Result::err).map(String::from);
    let mut unmarked: Vec<String> = unmarked.collect();
    // A message that is lost is no reason to hold events up: each night counts again.
    let counts: Vec<Count> = counts.into_iter().collect();
    unmarked.extend(context.statistics.count_all(&counts).await.err().map(|unsent| unsent.0));
    let stopwatch = Stopwatch::start();
    for chunk in pending.chunks(MAX_ENTRIES) {
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

/// Keeps what was done for the activity list; answers the records whose entries could not be kept.
async fn keep_activity<'a>(store: &Table, records: &'a [Value]) -> Vec<(&'a Value, String)> {
    let kept = records.iter().map(|record| async move {
        let kept = activity::keep(store, record).await;
        kept.err().map(|problem| (record, String::from(problem)))
    });
    join_all(kept).await.into_iter().flatten().collect()
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

/// Sets the timer an intent asks for, and asks for the number of its invoice. Banks take seconds here and there: what is due before the
/// queue's longest delay is also asked for there, since the sweep comes by once a minute.
async fn set_timer(context: &Publisher, intent: &PaymentIntent, ambient: Ambient) -> Result<()> {
    context.store.set_timer(intent).await?;
    if intent.awaits_invoice() {
        let number = Number::payment(intent.scope, intent.id);
        let asked = context.numbering.number(&number).await;
        asked.map_err(|unsent| Problem::Unavailable(Cause::new(unsent.0)))?;
    }
    let Some(Due::Reconcile(due)) = intent.due().filter(|_| intent.wallet_terms().is_some()) else {
        return Ok(());
    };
    let wait_s = (due.ms_since(ambient.now()) + 999) / 1000;
    if wait_s > MAX_DELAY_S {
        return Ok(());
    }
    let advance = Advance::new(intent.scope, intent.id);
    let sent = context.advance.advance_in(&advance, wait_s).await;
    sent.map_err(|unsent| Problem::Unavailable(Cause::new(unsent.0)))
}

/// Asks for the files of a document that has none.
async fn ask_files(context: &Publisher, aggregate: &Aggregate) -> Result<()> {
    let render = match aggregate {
        Aggregate::Invoice(invoice) if invoice.files.is_none() => {
            Render::invoice(invoice.scope, invoice.id)
        }
        Aggregate::CreditNote(note) if note.files.is_none() => {
            Render::credit_note(note.scope, note.id)
        }
        Aggregate::Invoice(_)
        | Aggregate::CreditNote(_)
        | Aggregate::Intent(_)
        | Aggregate::Method(_)
        | Aggregate::Endpoint(_)
        | Aggregate::Refund(_)
        | Aggregate::Dispute(_)
        | Aggregate::Customer(_)
        | Aggregate::Finding(_) => return Ok(()),
    };
    let asked = context.rendering.render(&render).await;
    asked.map_err(|unsent| Problem::Unavailable(Cause::new(unsent.0)))
}

/// Asks for the credit note of a refund that succeeded.
async fn ask_credit_note(context: &Publisher, record: &Value) -> Result<()> {
    let Some(new) = record.get("dynamodb").and_then(|change| change.get("NewImage")) else {
        return Ok(());
    };
    let new: Item = from_stream(new)?;
    if !new.text("pk")?.starts_with("refund#") {
        return Ok(());
    }
    let refund = store::refund::from_item(store::intent::scope_of(&new)?, &new)?;
    if refund.awaits_credit_note().is_none() {
        return Ok(());
    }
    let asked = context.numbering.number(&Number::refund(refund.scope, refund.id)).await;
    asked.map_err(|unsent| Problem::Unavailable(Cause::new(unsent.0)))
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
