//! What callers do with a payment that is there: release, cancel, review.

use super::{
    IdempotentAnswer, Now, Problem, Remember, Result,
    wallet_payments::{self, Objection, PaymentFault},
};
use crate::{
    model::{
        Money, Scope, Time,
        id::PaymentIntentId,
        payment_intent::{
            PaymentIntent, Status,
            wallet::{Refusal, Step},
        },
    },
    store::Table,
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
            Self::Cancel if payment.link_terms().is_none() => Ok(payment.call_off(now)?),
            Self::Cancel => {
                let intent = payment.cancel(now).map_err(Objection::Link)?;
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
    let decide = |payment: &PaymentIntent, _: i64, now| asked.decide(payment, now);
    let extra = |next: &PaymentIntent| remember.write(next, clock()).into_iter().collect();
    match wallet_payments::step(store, payment, decide, extra, clock).await {
        Ok(next) => Ok(remember.answer(&next)),
        Err(PaymentFault::Extra) => remember.earlier(store).await?.ok_or(Problem::Conflict),
        Err(PaymentFault::Objection(objection)) => match remember.earlier(store).await? {
            // A duplicate was faster, and the state that objects is its work.
            Some(answer) => Ok(answer),
            None => Err(PaymentFault::Objection(objection).into()),
        },
        Err(fault) => Err(fault.into()),
    }
}
