//! What callers do with a payment that is there: release, cancel, review.

use crate::{
    http::field::{Amount, Field, Text},
    model::{
        Invalid, Money, Time,
        payment_intent::{
            self, PaymentIntent, Status,
            wallet::{Refusal, Step},
        },
    },
};
use derive::Body;
use serde_json::{Value, json};

/// Lets money go from escrow to the receiver.
#[derive(Body)]
pub struct ReleasePayment {
    /// How much, in major units; all that is left when absent.
    pub amount: Option<Amount>,
    /// Whether what is left afterwards goes back to the sender; false when absent.
    #[body(default = false)]
    pub r#final: Option<bool>,
    /// Makes repeating the request harmless.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// Calls a payment off.
#[derive(Body)]
pub struct CancelPayment {
    /// Makes repeating the request harmless.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// What became of a review.
#[derive(Body)]
pub struct ReviewPayment {
    /// `approve` or `reject`.
    pub decision: Decision,
    /// Makes repeating the request harmless.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// What became of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The payment is carried out.
    Approve,
    /// It is not.
    Reject,
}

/// Why a step is not taken: the payment's state, or the request.
#[derive(Debug)]
pub enum Objection {
    /// The payment does not allow it.
    State(Refusal),
    /// A payment through a link does not allow it.
    Link(payment_intent::Refusal),
    /// A field does not fit the payment.
    Field(&'static str, Invalid),
}

impl From<Refusal> for Objection {
    fn from(refusal: Refusal) -> Self {
        Self::State(refusal)
    }
}

impl ReleasePayment {
    /// The idempotency key in the body.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.idempotency_key.as_ref().map(|key| key.0.as_str())
    }

    /// The step that is asked for.
    ///
    /// # Errors
    /// The payment has nothing in escrow, or not that much; an amount that its currency does not
    /// have.
    pub fn decide(&self, payment: &PaymentIntent, now: Time) -> Result<Step, Objection> {
        let currency = payment.amount.currency();
        let part = self.amount.as_ref().map(|amount| Money::parse_major(&amount.0, currency));
        let part = part.transpose().map_err(|why| Objection::Field("amount", why))?;
        Ok(payment.release(part.map(|part| part.minor()), self.r#final == Some(true), now)?)
    }
}

impl CancelPayment {
    /// The idempotency key in the body.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.idempotency_key.as_ref().map(|key| key.0.as_str())
    }

    /// The step that is asked for.
    ///
    /// # Errors
    /// The payment does not wait for anybody, and nothing of it is in escrow.
    pub fn decide(&self, payment: &PaymentIntent, now: Time) -> Result<Step, Objection> {
        if payment.link_terms().is_none() {
            return Ok(payment.call_off(now)?);
        }
        let intent = payment.cancel(now).map_err(Objection::Link)?;
        Ok(Step { intent, movement: None })
    }
}

impl ReviewPayment {
    /// The idempotency key in the body.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.idempotency_key.as_ref().map(|key| key.0.as_str())
    }

    /// The step that is asked for.
    ///
    /// # Errors
    /// The payment does not wait for a review.
    pub fn decide(&self, payment: &PaymentIntent, now: Time) -> Result<Step, Objection> {
        let waits = payment.status == Status::PendingReview;
        match self.decision {
            Decision::Approve if waits => Ok(payment.start(now)?),
            Decision::Approve => Err(Refusal::NotInReview.into()),
            Decision::Reject => Ok(payment.reject(now)?),
        }
    }
}

impl Field for Decision {
    fn read(json: &str) -> Result<Self, Invalid> {
        match Text::<1, 20>::read(json)?.0.as_str() {
            "approve" => Ok(Self::Approve),
            "reject" => Ok(Self::Reject),
            _ => Err(Invalid::new("must be approve or reject")),
        }
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["approve", "reject"]})
    }

    fn meaning(&self) -> String {
        match self {
            Self::Approve => "approve".to_owned(),
            Self::Reject => "reject".to_owned(),
        }
    }
}
