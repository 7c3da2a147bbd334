//! Disputes: what a processor says of them becomes part of the payment.
//!
//! Whoever hears of a dispute reads it at the processor and hands the reading over here. It may be
//! handed over twice, late, by two at once or in another order than it was read: what is decided stays.

use super::{Anew, Now, Result, refund_facts::charged};
use crate::{
    digest::sha256,
    model::{
        Money, Scope, Time,
        dispute::{Dispute, DisputeReading, DisputeStatus, Disputed},
        event::{EventType, History},
        id::{DisputeId, Id, PaymentIntentId},
        payment_intent::PaymentIntent,
    },
    store::{Table, refund::RefundWritten},
};

/// What became of a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DisputeNews {
    /// It says what is known.
    Nothing,
    /// The dispute as this reading has written it down.
    Kept(Box<Dispute>),
    /// It says the opposite of what was decided before, which stays: for people to look at.
    Contradiction(Box<Dispute>),
}

/// Writes down what a processor says of a dispute of a payment.
///
/// # Errors
/// The payment is not known to have succeeded, or cannot be written against so many others: the
/// reading may be handed over again.
pub async fn read(
    store: &Table,
    scope: Scope,
    payment: PaymentIntentId,
    reading: &DisputeReading,
    clock: Now<'_>,
) -> Result<DisputeNews> {
    let mut anew = Anew::apart(payment);
    loop {
        let (found, before) = anew.next(charged(store, scope, payment)).await?;
        let id = id_of(&found, reading);
        let known = store.dispute(scope, id).await?;
        let next = match &known {
            Some(known) if known.is_contradicted_by(reading) => {
                return Ok(DisputeNews::Contradiction(Box::new(known.clone())));
            }
            Some(known) => known.read_again(reading, clock()),
            None => opened(&found, id, reading, clock()),
        };
        let Some(next) = next else { return Ok(DisputeNews::Nothing) };
        let weighed = known.as_ref().map_or_else(Disputed::default, Dispute::weight);
        let after = before.disputed(weighed, next.weight());
        if store.keep_dispute(&next, &before, &after).await? == RefundWritten::Yes {
            return Ok(DisputeNews::Kept(Box::new(next)));
        }
    }
}

/// The same dispute has the same id, whoever reads it.
fn id_of(payment: &PaymentIntent, reading: &DisputeReading) -> DisputeId {
    let processor = payment.charging_account().map_or("", |account| account.processor.as_str());
    let named = format!("{processor}#{}#dispute", reading.reference);
    Id::derive(reading.opened_at, sha256(&named))
}

/// A dispute as it is heard of first; nothing for a payment that charged no card.
fn opened(
    payment: &PaymentIntent,
    id: DisputeId,
    reading: &DisputeReading,
    now: Time,
) -> Option<Dispute> {
    let attempt = &payment.charged()?.attempt;
    let account = payment.charging_account()?;
    let total = payment.amount();
    let taken = reading.amount.filter(|amount| amount.currency() == total.currency());
    let minor = taken.map_or(total.minor(), |amount| amount.minor().clamp(1, total.minor()));
    let dispute = Dispute {
        id,
        scope: payment.scope,
        surface: payment.surface,
        payment: payment.id,
        transaction: attempt.transaction(),
        link: payment.payment_link(),
        by_link: payment.link_terms().is_some(),
        customer: payment.customer,
        customer_own_id: payment.customer_own_id.clone(),
        invoice: payment.invoice().cloned(),
        amount: Money::from_minor(minor, total.currency()),
        reference: reading.reference.clone(),
        processor: account.processor.clone(),
        reason: reading.reason.clone(),
        status: DisputeStatus::Open,
        history: History::starting(EventType::DisputeOpened, now),
        opened_at: reading.opened_at,
        updated_at: now,
        version: 1,
    };
    // Heard of only when it was over: it was opened all the same.
    let over = dispute.read_again(reading, now);
    Some(over.map_or(dispute, |over| Dispute { version: 1, ..over }))
}
