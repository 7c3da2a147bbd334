//! What callers do with a payment that is there: release, cancel, review.

use super::{
    IdempotentAnswer, Now, Problem, Remember, Result,
    engine::{self, Objection, PaymentFault},
    new_payment,
};
use crate::{
    model::{
        Money, Time,
        card::FailureReason,
        number,
        payment_intent::{
            PaymentIntent, PaymentRef, Status, StatusName,
            wallet::{Step, StepRefusal},
        },
    },
    store::{Consistency, Table},
};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// A step that a caller asks for.
#[derive(Debug, Clone)]
pub enum PaymentStep {
    /// Lets money go from escrow to the receiver.
    Release {
        /// How much, in major units of the payment's currency; all that is left when absent.
        amount: Option<String>,
        /// Whether what is left afterwards goes back to the sender.
        r#final: bool,
    },
    /// Calls the payment off.
    Cancel,
    /// Ends a review: the payment is carried out, or it fails.
    Review(ReviewDecision),
}

/// What became of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewDecision {
    /// The payment is carried out.
    Approve,
    /// The payment fails with [`FailureReason::ReviewRejected`].
    Reject,
}

impl PaymentStep {
    /// The step from where the payment stands.
    ///
    /// # Errors
    /// The payment's state does not allow it: nothing (or not that much) is in escrow, it waits for
    /// nobody, or not for a review; or an amount that its currency does not have.
    pub fn decide(
        &self,
        payment: &PaymentIntent,
        now: Time,
    ) -> std::result::Result<Step, Objection> {
        match self {
            Self::Release { amount, r#final } => {
                let currency = payment.amount().currency();
                let part = amount.as_ref().map(|amount| Money::parse_major(amount, currency));
                let part = part.transpose().map_err(|why| Objection::Field("amount", why))?;
                Ok(payment.release(part.map(|part| part.minor()), *r#final, now)?)
            }
            // Whatever else became of it, there is one answer: it can no longer be called off.
            Self::Cancel if payment.wallet_terms().is_some() => {
                Ok(payment.call_off(now).map_err(|_| StepRefusal::NotCancelable)?)
            }
            Self::Cancel => {
                let intent = payment.cancel(now).map_err(|_| StepRefusal::NotCancelable)?;
                Ok(Step { intent, movement: None })
            }
            Self::Review(ReviewDecision::Approve) if payment.status == Status::PendingReview => {
                Ok(payment.start(now)?)
            }
            Self::Review(ReviewDecision::Approve) => Err(StepRefusal::NotInReview.into()),
            Self::Review(ReviewDecision::Reject) => Ok(payment.reject(now)?),
        }
    }
}

impl PaymentStep {
    /// What is remembered of a step, knowing what a release means that names no amount: whoever
    /// repeats the request and spells it out asks for the same, and so does the other way round. A
    /// release of a part is remembered as it is.
    fn with_defaults<'a>(
        &self,
        remember: Remember<'a, PaymentIntent>,
        all: Money,
    ) -> Remember<'a, PaymentIntent> {
        let Self::Release { amount, .. } = self else { return remember };
        let named = amount.as_ref().map(|text| Money::parse_major(text, all.currency()));
        if named.is_some_and(|named| named != Ok(all)) {
            return remember;
        }
        let text = all.major();
        remember.by_default("amount", &number::exact(&text).unwrap_or(text))
    }

    /// Whether the payment stands already where the step leads: asking again changes nothing.
    fn is_reached(&self, payment: &PaymentIntent, now: Time) -> bool {
        match self {
            Self::Cancel => payment.status_at(now) == StatusName::Canceled,
            Self::Review(ReviewDecision::Reject) => {
                payment.status.failure() == Some(FailureReason::ReviewRejected)
            }
            Self::Release { .. } | Self::Review(ReviewDecision::Approve) => false,
        }
    }
}

/// Takes one step that a caller asked for, and remembers the answer in the same commit. A request
/// that came before gets its first answer.
///
/// # Errors
/// [`Problem::Repeated`] for a key that came before with another request; then as
/// [`engine::step`].
pub async fn take(
    store: &Table,
    payment: PaymentRef,
    asked: &PaymentStep,
    remember: Remember<'_, PaymentIntent>,
    clock: Now<'_>,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    let checked = match asked {
        PaymentStep::Review(ReviewDecision::Approve) => check_again(store, payment).await,
        PaymentStep::Release { .. }
        | PaymentStep::Cancel
        | PaymentStep::Review(ReviewDecision::Reject) => Ok(()),
    };
    if let Err(problem) = checked {
        return refused(store, &remember, problem).await;
    }
    let rest = AtomicI64::new(0);
    let decide = |payment: &PaymentIntent, _: i64, now| {
        rest.store(in_escrow(payment), Relaxed);
        asked.decide(payment, now)
    };
    let extra = |next: &PaymentIntent| {
        let all = Money::from_minor(rest.load(Relaxed), next.amount().currency());
        let remember = asked.with_defaults(remember.clone(), all);
        remember.write(next, clock()).into_iter().collect()
    };
    match engine::step(store, payment, decide, extra, clock).await {
        Ok(next) => Ok(remember.answer(&next)),
        Err(fault) => {
            let objected = matches!(fault, PaymentFault::Objection(_));
            match refused(store, &remember, fault.into()).await {
                Err(problem) if objected && !matches!(problem, Problem::Repeated { .. }) => {
                    let known =
                        store.intent(payment.scope, payment.id, Consistency::Strong).await?;
                    let reached = known.filter(|known| asked.is_reached(known, clock()));
                    reached.map(|reached| remember.answer(&reached)).ok_or(problem)
                }
                answer => answer,
            }
        }
    }
}

/// What of a payment is in escrow, in minor units.
fn in_escrow(payment: &PaymentIntent) -> i64 {
    let hold = payment.wallet_terms().and_then(|terms| terms.hold.as_ref());
    hold.map_or(0, |hold| hold.left(payment.amount().minor()))
}

/// The answer of a duplicate that was faster, where there is one: what refuses may be its work, be it
/// the payment's state, the money that is gone, or the accounts that both of them wanted.
async fn refused(
    store: &Table,
    remember: &Remember<'_, PaymentIntent>,
    problem: Problem,
) -> Result<IdempotentAnswer> {
    match remember.earlier(store).await {
        Ok(Some(answer)) => Ok(answer),
        Err(repeated @ Problem::Repeated { .. }) => Err(repeated),
        Ok(None) | Err(_) => Err(problem),
    }
}

/// Whether everything that a payment in review rests on is still there and still allows it: time has
/// passed since it was asked for.
async fn check_again(store: &Table, payment: PaymentRef) -> Result<()> {
    let payment = store.intent(payment.scope, payment.id, Consistency::Strong).await?;
    match payment.filter(|payment| payment.status == Status::PendingReview) {
        Some(payment) => new_payment::check_again(store, &payment).await,
        // What is missing, or waits for no review, is told by the step itself.
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
