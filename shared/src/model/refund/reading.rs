//! Refunds that were made at the processor, as it tells of them.

use crate::model::{Money, Time};

/// What the processor says of a refund that it has made without us, and that has succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundReading {
    /// The processor's own reference of it.
    pub reference: String,
    /// What went back, in the payment's currency.
    pub amount: Money,
    /// Why, in the processor's words.
    pub reason: Option<String>,
    /// When it was made.
    pub made_at: Time,
}
