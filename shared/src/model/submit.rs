//! Transactions: the submits of a card that a payment saw, as callers see them. A payment keeps its
//! submits itself; a transaction is one of them, read out of it.

use super::{
    Amounts, Time,
    card::FailureReason,
    customer::Customer,
    event::EventType,
    id::AttemptId,
    payment_intent::{Attempt, PaymentIntent, Status, Success},
    refund::Refundable,
};
use strum::{IntoStaticStr, VariantArray};

/// One submit of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmitTransaction<'a> {
    /// The payment it belongs to.
    pub payment: &'a PaymentIntent,
    /// The submit as its payment keeps it.
    pub attempt: &'a Attempt,
    /// What became of it.
    pub outcome: TransactionOutcome,
    /// When it was submitted.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// What became of a submit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionOutcome {
    /// The outcome is not known yet: the processor's answer or the buyer's challenge is awaited.
    Pending,
    /// It took the money; some of it, or all, may have gone back.
    Succeeded(Refundable),
    /// It took no money.
    Failed(FailureReason),
}

/// A transaction's outcome in one word, as lists are narrowed by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum TransactionState {
    /// The outcome is not known yet.
    Pending,
    /// It took the money.
    Succeeded,
    /// It took no money.
    Failed,
    /// It took the money, and all of it went back.
    Refunded,
    /// It took the money, and the buyer's bank takes it back until that is decided.
    Disputed,
}

impl SubmitTransaction<'_> {
    /// The outcome in one word; it says refunded once the whole total has gone back.
    pub fn state(&self) -> TransactionState {
        match self.outcome {
            TransactionOutcome::Pending => TransactionState::Pending,
            TransactionOutcome::Failed(_) => TransactionState::Failed,
            TransactionOutcome::Succeeded(known) if known.disputed.open > 0 => {
                TransactionState::Disputed
            }
            TransactionOutcome::Succeeded(known)
                if known.refunded >= self.amounts().total().minor() =>
            {
                TransactionState::Refunded
            }
            TransactionOutcome::Succeeded(_) => TransactionState::Succeeded,
        }
    }

    /// What it was to charge: an earlier submit may have been taxed otherwise than the payment is.
    pub fn amounts(&self) -> Amounts {
        let charged = self.attempt.charged.as_ref();
        charged.map_or(self.payment.amounts, |charged| charged.amounts)
    }

    /// The payer's address: the customer's, else the one that was typed.
    pub fn email<'a>(&'a self, customer: Option<&'a Customer>) -> Option<&'a str> {
        let typed = self.attempt.buyer.as_ref().map(|buyer| buyer.email.as_str());
        customer.map(|customer| customer.email.as_str()).or(typed)
    }
}

impl PaymentIntent {
    /// The transaction with this id.
    pub fn transaction(&self, id: AttemptId) -> Option<SubmitTransaction<'_>> {
        self.transactions().find(|transaction| transaction.attempt.id == id)
    }

    /// Its transactions, newest first.
    pub fn transactions(&self) -> impl Iterator<Item = SubmitTransaction<'_>> {
        let declined = self.declined_attempts().iter().rev().map(|declined| SubmitTransaction {
            payment: self,
            attempt: &declined.attempt,
            outcome: TransactionOutcome::Failed(declined.reason),
            created_at: self.submitted_before(declined.at),
            updated_at: declined.at,
        });
        self.last_transaction().into_iter().chain(declined)
    }

    /// The submit that is under way, or decided the outcome.
    fn last_transaction(&self) -> Option<SubmitTransaction<'_>> {
        let attempt = self.status.attempt()?;
        let outcome = match &self.status {
            Status::Succeeded(Success::Card(paid)) => {
                TransactionOutcome::Succeeded(paid.refundable)
            }
            Status::Failed { reason, .. } => TransactionOutcome::Failed(*reason),
            Status::Succeeded(Success::Moved { .. })
            | Status::Pending
            | Status::PendingReview
            | Status::Processing { .. }
            | Status::RequiresAction { .. }
            | Status::Held
            | Status::Settled
            | Status::Expired
            | Status::Canceled => TransactionOutcome::Pending,
        };
        let created_at = self.submitted_before(Time::NEVER);
        Some(SubmitTransaction {
            payment: self,
            attempt,
            outcome,
            created_at,
            updated_at: self.updated_at,
        })
    }

    /// When the last card was submitted at or before this moment. Of very old submits only their end
    /// is known.
    fn submitted_before(&self, end: Time) -> Time {
        let submits = self.history.entries.iter().rev();
        let mut submits = submits.filter(|entry| entry.kind == EventType::PaymentIntentProcessing);
        let known = submits.find(|entry| entry.at <= end).map(|entry| entry.at);
        known.unwrap_or(if end < Time::NEVER { end } else { self.created_at })
    }
}
