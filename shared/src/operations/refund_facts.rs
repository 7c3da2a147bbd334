//! Refunds that were made at the processor, without us: facts, which nothing refuses.
//!
//! Whoever hears of one reads it at the processor and hands the reading over. Its id derives from the
//! processor's reference, so that it is booked once however often that happens. It lowers what is
//! refundable, never below nothing, has its events, and its credit note where the payment has an
//! invoice, as refunds that we asked for.

use super::{Anew, Now, Problem, Result};
use crate::{
    digest::sha256,
    model::{
        Money, Scope, Time,
        actor::Actor,
        event::{EventType, History},
        id::{Id, PaymentIntentId, RefundId},
        payment_intent::{CardSuccess, PaymentIntent},
        refund::{BookedFact, Refund, RefundReading, RefundStatus, RefundStatusName, Refundable},
    },
    store::{Consistency, Table, refund::RefundWritten},
};

/// What became of a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BookedRefund {
    /// It was booked before, and nothing was written.
    Known,
    /// This reading has booked it.
    Booked {
        /// The refund as it is kept.
        refund: Box<Refund>,
        /// By how many minor units it took what pending refunds hold or disputes took: not 0 is for
        /// people to look at.
        collision: i64,
    },
}

/// Books a refund that was made at the processor.
///
/// # Errors
/// The payment is not known to have succeeded, is in another currency, or cannot be written against
/// so many others: the reading may be handed over again.
pub async fn book(
    store: &Table,
    scope: Scope,
    payment: PaymentIntentId,
    reading: &RefundReading,
    clock: Now<'_>,
) -> Result<BookedRefund> {
    let mut anew = Anew::apart(payment);
    loop {
        let (found, before) = anew.next(charged(store, scope, payment)).await?;
        if reading.amount.currency() != found.amount().currency() {
            return Err(Problem::internal("a refund in another currency than its payment"));
        }
        let fact = before.book_fact(reading.amount.minor());
        let refund = booked(&found, &before, &fact, reading, clock()).ok_or(Problem::Contended)?;
        match store.book_refund(&refund, &before, &fact).await? {
            RefundWritten::Yes => {
                let (refund, collision) = (Box::new(refund), fact.collision);
                return Ok(BookedRefund::Booked { refund, collision });
            }
            RefundWritten::MovedOn => return Ok(BookedRefund::Known),
            RefundWritten::Stale => {}
        }
    }
}

/// A payment that a processor tells something of, and what of it may go back: read anew for each try
/// against others who refund it or read its disputes.
///
/// # Errors
/// Nobody here knows the payment; it is not known to have succeeded yet ([`Problem::Contended`]).
pub(super) async fn charged(
    store: &Table,
    scope: Scope,
    payment: PaymentIntentId,
) -> Result<(PaymentIntent, Refundable)> {
    let found = store.intent(scope, payment, Consistency::Strong).await?;
    let unknown =
        || Problem::internal(format!("a processor tells of payment {payment}, unknown here"));
    let found = found.ok_or_else(unknown)?;
    let refundable = found.refundable().copied().ok_or(Problem::Contended)?;
    Ok((found, refundable))
}

/// Whether a reading was booked before.
pub async fn is_booked(
    store: &Table,
    payment: &PaymentIntent,
    reading: &RefundReading,
) -> Result<bool> {
    let Some(account) = payment.charging_account() else { return Ok(false) };
    let id = id_of(&account.processor, reading);
    Ok(store.refund(payment.scope, id).await?.is_some())
}

/// The same refund has the same id, whoever reads it.
fn id_of(processor: &str, reading: &RefundReading) -> RefundId {
    Id::derive(reading.made_at, sha256(&format!("{processor}#{}#refund", reading.reference)))
}

/// The refund as it is kept: it was asked for and has succeeded. `None` for a payment that charged no
/// card.
fn booked(
    payment: &PaymentIntent,
    before: &Refundable,
    fact: &BookedFact,
    reading: &RefundReading,
    now: Time,
) -> Option<Refund> {
    let CardSuccess { attempt, charge, .. } = payment.charged()?;
    let account = payment.charging_account()?;
    let mut began = before.standing();
    began.left = fact.refundable.left;
    began.pending += reading.amount.minor();
    Some(Refund {
        id: id_of(&account.processor, reading),
        scope: payment.scope,
        surface: payment.surface,
        payment: payment.id,
        transaction: attempt.transaction(),
        link: payment.payment_link(),
        customer: payment.customer,
        amount: reading.amount,
        charge: charge.clone(),
        processor: account.processor.clone(),
        reason: reading.reason.clone(),
        requested_by: Actor::Processor,
        metadata: None,
        status: RefundStatus::Succeeded {
            reference: reading.reference.clone(),
            tax: Money::from_minor(fact.tax, reading.amount.currency()),
            at: reading.made_at,
        },
        invoice: payment.invoice().map(|invoice| invoice.id),
        invoiced: payment.gets_invoice(),
        credit_note: None,
        invoiced_later: false,
        first: Some(RefundStatusName::Succeeded),
        began,
        ended: Some(fact.refundable.standing()),
        history: History::starting(EventType::RefundCreated, now)
            .and(EventType::RefundSucceeded, now),
        created_at: reading.made_at,
        updated_at: now,
        version: 1,
    })
}
