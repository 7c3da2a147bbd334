//! Republishing: an operator puts committed events onto the bus again, from the records themselves,
//! after the stream was not read for longer than it keeps its records.
//!
//! Every record holds its own history, so what was committed is known; what was published is kept
//! as an event. What is only committed is published now, and timers that the stream would have set
//! are set. What people did comes back into the activity list as far as records still say who changed
//! them last. Once too often is harmless: events and entries keep their ids.

mod acts;

use super::{Ambient, Problem, Result, activity, publishing::on_bus};
use crate::{
    model::{Scope, Time, delivery::KEPT_DAYS, id::EventId, payment_intent::PaymentIntent},
    queue::bus::{Bus, BusEvent, MAX_ENTRIES},
    store::{Consistency, Table, list::Slice, meter::Stopwatch, refund},
    webhook::message::{Aggregate, Message},
};
use futures_util::future::try_join_all;
use uuid::Uuid;

/// Records that are read at once.
const PAGE: u32 = 100;

/// Events looked up at the same time.
const AT_ONCE: usize = 25;

/// After this long no new page is begun; the answer says where to go on.
const TIMEOUT_MICROS: u64 = 40_000_000;

/// A payment may be made long before its last event; no link, hold or outcome takes longer than
/// this.
const LOOKED_BACK_DAYS: i64 = 100;

/// Puts events on the bus again that its queues may have lost.
pub struct Republisher {
    /// Where records with their histories and kept events are read.
    pub store: Table,
    /// Where events are published again.
    pub bus: Bus,
}

/// Which events to put onto the bus again.
#[derive(Debug, Clone, Copy)]
pub struct Republish {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Events from this moment on.
    pub from: Time,
    /// Events up to this moment; now when `None`.
    pub to: Option<Time>,
    /// Where a run before this one stopped.
    pub before: Option<Uuid>,
}

/// What a run has published, and where the next one goes on.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Republished {
    /// Events in the range that were committed.
    pub committed: u32,
    /// Of these, how many were not published before and are now.
    pub published: u32,
    /// Payments that wait for a sweep, and are sure to be found by it now.
    pub timers: u32,
    /// Entries of the activity list that were missing and are there now.
    pub acts: u32,
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
    let (from, to) = (wish.from, wish.to.unwrap_or(now));
    if to < from {
        return Err(Problem::field("to", "must not be before from"));
    }
    // Before, nobody can tell what was published from what was not.
    if from < now.plus_days(1 - KEPT_DAYS) {
        let days = KEPT_DAYS - 1;
        return Err(Problem::field("from", format!("must not be more than {days} days ago")));
    }
    let stopwatch = Stopwatch::start();
    let mut found = Republished::default();
    if before.is_none() {
        let endpoints = context.store.endpoints(scope).await?;
        let findings = context.store.findings(scope, from, to).await?;
        let others = endpoints.into_iter().map(|endpoint| Aggregate::Endpoint(Box::new(endpoint)));
        let others =
            others.chain(findings.into_iter().map(|finding| Aggregate::Finding(Box::new(finding))));
        publish(context, scope, from, to, others.collect(), &mut found).await?;
        publish_documents(context, scope, from, to, &mut found).await?;
        publish_customers(context, scope, from, to, &mut found).await?;
        found.acts = acts::of_settings(&context.store, scope, from, to).await?;
    }
    let mut slice =
        Slice { before, from: from.plus_days(-LOOKED_BACK_DAYS), until: to, limit: PAGE };
    found.next = loop {
        let page = context.store.every_intent(scope, &slice).await?;
        let mut aggregates = Vec::new();
        for intent in page.entries {
            let acts = acts::of_payment(&context.store, &intent, from, to).await?;
            found.acts = found.acts.saturating_add(acts);
            redo(context, intent, from, to, &mut aggregates, &mut found).await?;
        }
        publish(context, scope, from, to, aggregates, &mut found).await?;
        match page.next {
            Some(_) if stopwatch.micros() > TIMEOUT_MICROS => break page.next,
            Some(next) => slice.before = Some(next),
            None => break None,
        }
    };
    Ok(found)
}

/// Sets the timers of a payment and its refunds; adds what has events of its own to the aggregates.
async fn redo(
    context: &Republisher,
    intent: PaymentIntent,
    from: Time,
    to: Time,
    aggregates: &mut Vec<Aggregate>,
    found: &mut Republished,
) -> Result<()> {
    let (scope, store) = (intent.scope, &context.store);
    if intent.due().is_some() {
        store.set_timer(&intent).await?;
        found.timers = found.timers.saturating_add(1);
    }
    if let (Some(owner), Some(id)) = (intent.customer, intent.status.saved_method()) {
        let method = store.payment_method(scope, owner, id, Consistency::Strong).await?;
        aggregates.extend(method.map(|method| Aggregate::Method(Box::new(method))));
    }
    if intent.refundable().is_some_and(|refundable| refundable.count > 0) {
        for refund in store.refunds_of_payment(scope, intent.id).await? {
            if refund.due().is_some() {
                store.set_refund_timer(&refund).await?;
                found.timers = found.timers.saturating_add(1);
            }
            let acts = activity::keep_again(store, &refund::to_item(&refund), from, to).await?;
            found.acts = found.acts.saturating_add(acts);
            aggregates.push(Aggregate::Refund(Box::new(refund)));
        }
    }
    if intent.refundable().is_some_and(|refundable| refundable.is_touched_by_banks()) {
        let disputes = store.disputes_of_payment(scope, intent.id).await?;
        aggregates.extend(disputes.into_iter().map(|one| Aggregate::Dispute(Box::new(one))));
    }
    aggregates.push(Aggregate::Intent(Box::new(intent)));
    Ok(())
}

/// Publishes what is missing of invoices and credit notes.
async fn publish_documents(
    context: &Republisher,
    scope: Scope,
    from: Time,
    to: Time,
    found: &mut Republished,
) -> Result<()> {
    let slice =
        || Slice { before: None, from: from.plus_days(-LOOKED_BACK_DAYS), until: to, limit: PAGE };
    let mut part = Some(slice());
    while let Some(slice) = part {
        let page = context.store.invoices(scope, None, None, &slice).await?;
        let invoices = page.entries.into_iter();
        let all = invoices.map(|invoice| Aggregate::Invoice(Box::new(invoice))).collect();
        publish(context, scope, from, to, all, found).await?;
        part = page.next.map(|next| Slice { before: Some(next), ..slice });
    }
    let mut part = Some(slice());
    while let Some(slice) = part {
        let page = context.store.credit_notes(scope, None, None, &slice).await?;
        let notes = page.entries.into_iter();
        let all = notes.map(|note| Aggregate::CreditNote(Box::new(note))).collect();
        publish(context, scope, from, to, all, found).await?;
        part = page.next.map(|next| Slice { before: Some(next), ..slice });
    }
    Ok(())
}

/// Publishes what is missing of customers, however old they are: they change at any time.
async fn publish_customers(
    context: &Republisher,
    scope: Scope,
    from: Time,
    to: Time,
    found: &mut Republished,
) -> Result<()> {
    let oldest = scope.tenant.minted_at().min(from);
    let mut part = Some(Slice { before: None, from: oldest, until: to, limit: PAGE });
    while let Some(slice) = part {
        let page = context.store.customers(scope, &slice).await?;
        let customers = page.entries.into_iter();
        let all = customers.map(|customer| Aggregate::Customer(Box::new(customer))).collect();
        publish(context, scope, from, to, all, found).await?;
        part = page.next.map(|next| Slice { before: Some(next), ..slice });
    }
    Ok(())
}

/// Publishes what of these records' events lies in the range and was not published.
async fn publish(
    context: &Republisher,
    scope: Scope,
    from: Time,
    to: Time,
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
    for chunk in missing.chunks(MAX_ENTRIES) {
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
