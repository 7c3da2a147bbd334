//! What callers do with a payment that is there: release, cancel, review.

use super::{
    IdempotentAnswer, Now, Problem, Remember, Result, new_payment,
    wallet_payments::{self, Objection, PaymentFault},
};
use crate::{
    model::{
        Money, Scope, Time,
        card::FailureReason,
        id::PaymentIntentId,
        payment_intent::{
            PaymentIntent, Status, StatusName,
            wallet::{Refusal, Step},
        },
    },
    store::{Consistency, Table},
};

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
    /// Ends a review.
    Review(Decision),
}

/// What became of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The payment is carried out.
    Approve,
    /// It is not.
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
            Self::Cancel if payment.link_terms().is_none() => {
                Ok(payment.call_off(now).map_err(|_| Refusal::NotCancelable)?)
            }
            Self::Cancel => {
                let intent = payment.cancel(now).map_err(|_| Refusal::NotCancelable)?;
                Ok(Step { intent, movement: None })
            }
            Self::Review(Decision::Approve) if payment.status == Status::PendingReview => {
                Ok(payment.start(now)?)
            }
            Self::Review(Decision::Approve) => Err(Refusal::NotInReview.into()),
            Self::Review(Decision::Reject) => Ok(payment.reject(now)?),
        }
    }
}

impl PaymentStep {
    /// Whether the payment stands already where the step leads: asking again changes nothing.
    fn is_reached(&self, payment: &PaymentIntent, now: Time) -> bool {
        match self {
            Self::Cancel => payment.status_at(now) == StatusName::Canceled,
            Self::Review(Decision::Reject) => {
                payment.status.failure() == Some(FailureReason::ReviewRejected)
            }
            Self::Release { .. } | Self::Review(Decision::Approve) => false,
        }
    }
}

/// Takes one step that a caller asked for, and remembers the answer in the same commit. A request
/// that came before gets its first answer.
///
/// # Errors
/// [`Problem::Repeated`] for a key that came before with another request; then as
/// [`wallet_payments::step`].
pub async fn take(
    store: &Table,
    payment: (Scope, PaymentIntentId),
    asked: &PaymentStep,
    remember: Remember<'_, PaymentIntent>,
    clock: Now<'_>,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    let checked = match asked {
        PaymentStep::Review(Decision::Approve) => check_again(store, payment).await,
        PaymentStep::Release { .. }
        | PaymentStep::Cancel
        | PaymentStep::Review(Decision::Reject) => Ok(()),
    };
    if let Err(problem) = checked {
        return refused(store, &remember, problem).await;
    }
    let decide = |payment: &PaymentIntent, _: i64, now| asked.decide(payment, now);
    let extra = |next: &PaymentIntent| remember.write(next, clock()).into_iter().collect();
    match wallet_payments::step(store, payment, decide, extra, clock).await {
        Ok(next) => Ok(remember.answer(&next)),
        Err(fault) => {
            let objected = matches!(fault, PaymentFault::Objection(_));
            match refused(store, &remember, fault.into()).await {
                Err(problem) if objected && !matches!(problem, Problem::Repeated { .. }) => {
                    let known = store.intent(payment.0, payment.1, Consistency::Strong).await?;
                    let reached = known.filter(|known| asked.is_reached(known, clock()));
                    reached.map(|reached| remember.answer(&reached)).ok_or(problem)
                }
                answer => answer,
            }
        }
    }
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
async fn check_again(store: &Table, (scope, id): (Scope, PaymentIntentId)) -> Result<()> {
    let payment = store.intent(scope, id, Consistency::Strong).await?;
    match payment.filter(|payment| payment.status == Status::PendingReview) {
        Some(payment) => new_payment::check_again(store, &payment).await,
        // What is missing, or waits for no review, is told by the step itself.
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
