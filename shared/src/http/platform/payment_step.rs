//! What callers do with a payment that is there: release, cancel, review.

use crate::{
    http::field::{Amount, Field, Text},
    model::Invalid,
    operations::payment_steps::{PaymentStep, ReviewDecision},
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
    /// Makes repeating the request harmless, as the header `Idempotency-Key` does: the two must
    /// agree.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// Calls a payment off.
#[derive(Body)]
pub struct CancelPayment {
    /// Makes repeating the request harmless, as the header `Idempotency-Key` does: the two must
    /// agree.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// What became of a review.
#[derive(Body)]
pub struct ReviewPayment {
    /// What the reviewer decides: `approve` sets the payment going, `reject` ends it.
    pub decision: ReviewDecision,
    /// Makes repeating the request harmless, as the header `Idempotency-Key` does: the two must
    /// agree.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

impl ReleasePayment {
    /// The step that is asked for.
    pub fn command(self) -> PaymentStep {
        PaymentStep::Release {
            amount: self.amount.map(|amount| amount.0),
            r#final: self.r#final == Some(true),
        }
    }
}

impl CancelPayment {
    /// The step that is asked for.
    pub fn command(&self) -> PaymentStep {
        PaymentStep::Cancel
    }
}

impl ReviewPayment {
    /// The step that is asked for.
    pub fn command(self) -> PaymentStep {
        PaymentStep::Review(self.decision)
    }
}

impl Field for ReviewDecision {
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
