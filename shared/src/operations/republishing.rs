//! Republishing: an operator puts committed events onto the bus again, from the records themselves,
//! after the stream was not read for longer than it keeps its records.
//!
//! Every record holds its own history, so what was committed is known; what was published is kept
//! as an event. What is only committed is published now, and timers that the stream would have set
//! are set. Once too often is harmless: events keep their ids.

use super::{Ambient, Problem, Result, publishing::on_bus};
use crate::{
    model::{Scope, Time, delivery::KEPT_DAYS, id::EventId},
    queue::bus::{Bus, BusEvent, MOST_ENTRIES},
    store::{Consistency, Table, intent::IntentFilter, list::Slice, meter::Stopwatch},
    webhook::message::{Aggregate, Message},
};
use futures_util::future::try_join_all;
use uuid::Uuid;

/// Records looked at together.
const PAGE: u32 = 100;

/// Events looked up at the same time.
const AT_ONCE: usize = 25;

/// After this long no new page is begun; the answer says where to go on.
const TIMEOUT_MICROS: u64 = 40_000_000;

/// A payment may be made long before its last event; no link, hold or outcome takes longer than
/// this.
const LOOKED_BACK_DAYS: i64 = 100;

/// What republishing works with.
pub struct Republisher {
    /// The table.
    pub store: Table,
    /// The bus.
    pub bus: Bus,
}

/// Which events to put onto the bus again.
#[derive(Debug, Clone, Copy)]
pub struct Republish {
    /// Whose.
    pub scope: Scope,
    /// Events from this moment on.
    pub from: Time,
    /// Events up to this moment; now when `None`.
    pub to: Option<Time>,
    /// Where a run before this one stopped.
    pub before: Option<Uuid>,
}

/// What a run did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Republished {
    /// Events in the range that were committed.
    pub committed: u32,
    /// Of these, how many were not published before and are now.
    pub published: u32,
    /// Payments that wait for a sweep, and are sure to be found by it now.
    pub timers: u32,
    /// Where to go on, if the run did not come to its end.
    pub next: Option<Uuid>,
}

/// Publishes the committed events of one tenant and a range of time that were not published, and
/// sets the timers of its payments that are still open.
///
/// # Errors
/// The range ends before it starts, or begins before what is known of published events; the table
/// or the bus cannot be reached.
pub async fn republish(
    context: &Republisher,
    wish: Republish,
    ambient: Ambient,
) -> Result<Republished> {
    let (scope, now, before) = (wish.scope, ambient.now(), wish.before);
    let range = (wish.from, wish.to.unwrap_or(now));
    if range.1 < range.0 {
        return Err(Problem::field("to", "must not be before from"));
    }
    // Before, nobody can tell what was published from what was not.
    if range.0 < now.plus_days(1 - KEPT_DAYS) {
        let days = KEPT_DAYS - 1;
        return Err(Problem::field("from", format!("must not be more than {days} days ago")));
    }
    let stopwatch = Stopwatch::start();
    let mut found = Republished::default();
    if before.is_none() {
        let endpoints = context.store.endpoints(scope).await?;
        let findings = context.store.findings(scope, range).await?;
        let others = endpoints.into_iter().map(|endpoint| Aggregate::Endpoint(Box::new(endpoint)));
        let others =
            others.chain(findings.into_iter().map(|finding| Aggregate::Finding(Box::new(finding))));
        publish(context, scope, range, others.collect(), &mut found).await?;
    }
    let mut slice =
        Slice { before, from: range.0.plus_days(-LOOKED_BACK_DAYS), until: range.1, limit: PAGE };
    found.next = loop {
        let all = IntentFilter::default();
        let page = context.store.intents(scope, all, &slice, now).await?;
        let mut aggregates = Vec::new();
        for intent in page.entries {
            if intent.due().is_some() {
                context.store.set_timer(&intent).await?;
                found.timers = found.timers.saturating_add(1);
            }
            if let (Some(owner), Some(id)) = (intent.customer, intent.status.saved_method()) {
                let method =
                    context.store.payment_method(scope, owner, id, Consistency::Strong).await?;
                aggregates.extend(method.map(|method| Aggregate::Method(Box::new(method))));
            }
            aggregates.push(Aggregate::Intent(Box::new(intent)));
        }
        publish(context, scope, range, aggregates, &mut found).await?;
        match page.next {
            Some(_) if stopwatch.micros() > TIMEOUT_MICROS => break page.next,
            Some(next) => slice.before = Some(next),
            None => break None,
        }
    };
    Ok(found)
}

/// Publishes what of these records' events lies in the range and was not published.
async fn publish(
    context: &Republisher,
    scope: Scope,
    (from, to): (Time, Time),
    aggregates: Vec<Aggregate>,
    found: &mut Republished,
) -> Result<()> {
    let committed: Vec<Message> = aggregates
        .iter()
        .flat_map(|aggregate| aggregate.events_after(0))
        .filter(|message| (from.ms()..=to.ms()).contains(&message.occurred_at_ms))
        .collect();
    found.committed = found.committed.saturating_add(count(committed.len()));
    let mut known = Vec::with_capacity(committed.len());
    for some in committed.chunks(AT_ONCE) {
        let looked = some.iter().map(|message| async move {
            let id: EventId =
                message.id.parse().map_err(|_| Problem::internal("an unreadable id"))?;
            Ok::<bool, Problem>(context.store.has_event(scope, id).await?)
        });
        known.extend(try_join_all(looked).await?);
    }
    let missing = committed.iter().zip(known).filter(|(_, known)| !known);
    let missing: Vec<BusEvent> = missing.map(|(message, _)| on_bus(message)).collect();
    for chunk in missing.chunks(MOST_ENTRIES) {
        for result in context.bus.publish(chunk).await {
            result.map_err(Problem::internal)?;
        }
        found.published = found.published.saturating_add(count(chunk.len()));
    }
    Ok(())
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
