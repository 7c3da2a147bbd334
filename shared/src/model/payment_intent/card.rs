//! A payment through a link, by card: from a submit to its outcome.
//!
//! | from \ action     | reserve    | ask challenge  | settle ok | settle declined | expire  | cancel   |
//! |-------------------|------------|----------------|-----------|-----------------|---------|----------|
//! | pending           | processing | -              | -         | -               | expired | canceled |
//! | processing        | -          | requires action| succeeded | failed, pending | -       | -        |
//! | requires action   | -          | -              | succeeded | failed, pending | -       | -        |
//! | all others        | -          | -              | -         | -               | -       | -        |
//!
//! A decline is final when no attempt is left; else the link is pending again, or expired where a
//! tenant's own link is past its time ([`super::attempts`]).

use super::{
    Billing, Buyer, CardSuccess, ChargeStanding, Invoicing, PaymentIntent, Status, Success, Work,
};
use crate::model::{
    Time,
    card::{CardSummary, FailureReason},
    event::EventType,
    id::{AttemptId, PaymentMethodId, TransactionId},
    refund::Refundable,
    tax::AttemptTax,
};

/// How long a charge may take before the reconciler asks the processor what became of it.
pub const RESERVATION_S: i64 = 30;

/// How long a buyer has to pass a challenge.
pub const CHALLENGE_S: i64 = 15 * 60;

/// One submit of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The idempotency key the processor sees.
    pub id: AttemptId,
    /// The card, as people recognise it.
    pub card: CardSummary,
    /// Whether the buyer ticked "save card".
    pub save_card: bool,
    /// Who pays, as typed, where the link was made for nobody.
    pub buyer: Option<Buyer>,
    /// What else was typed about the buyer.
    pub billing: Option<Box<Billing>>,
    /// What it charges and how that is taxed: the server's own computation for this very submit;
    /// nothing where no tax is looked at.
    pub charged: Option<Box<AttemptTax>>,
}

impl Attempt {
    /// The transaction that callers see of it.
    pub const fn transaction(&self) -> TransactionId {
        TransactionId::from_uuid(*self.id.uuid())
    }
}

/// What a processor made of a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChargeOutcome {
    /// Money was taken; the charge has a reference at the processor.
    Approved {
        /// The processor's reference of the charge, which refunds have to name.
        charge: String,
        /// The card, where it is saved in the same commit.
        payment_method: Option<PaymentMethodId>,
    },
    /// No money was taken.
    Declined(FailureReason),
}

/// Why an intent cannot do what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChargeRefusal {
    /// The link's time is over.
    Expired,
    /// The link was called off.
    Canceled,
    /// The link was used: its one attempt is under way or over.
    Used,
    /// The attempt is not the one under way.
    NotUnderWay,
    /// It is not due yet.
    NotDue,
    /// The link was made for nobody, and the submit does not say who pays.
    NoBuyer,
    /// Too many declines in a short time.
    Slow {
        /// From when the next submit is taken.
        until: Time,
    },
}

impl PaymentIntent {
    /// Takes the link for one submit.
    ///
    /// # Errors
    /// In this order: [`ChargeRefusal::Canceled`], [`ChargeRefusal::Used`], [`ChargeRefusal::Expired`],
    /// [`ChargeRefusal::NoBuyer`], [`ChargeRefusal::Slow`].
    pub fn reserve(&self, attempt: Attempt, now: Time) -> Result<Self, ChargeRefusal> {
        if self.status != Status::Pending {
            return Err(self.no_longer_pending());
        }
        if self.link_is_over(now) {
            return Err(ChargeRefusal::Expired);
        }
        if self.attempts_left() == 0 || self.was_declined_with(attempt.id) {
            return Err(ChargeRefusal::Used);
        }
        if self.needs_buyer() && attempt.buyer.is_none() {
            return Err(ChargeRefusal::NoBuyer);
        }
        if let Some(until) = self.slow_until().filter(|until| now < *until) {
            return Err(ChargeRefusal::Slow { until });
        }
        let until = now.plus_seconds(RESERVATION_S);
        let amounts = attempt.charged.as_ref().map_or(self.amounts, |charged| charged.amounts);
        let status = Status::Processing { work: Work::Card(attempt), until };
        let mut next = self.moved_to(status, EventType::PaymentIntentProcessing, now);
        if let Some(terms) = next.link_terms_mut() {
            terms.link.attempts = terms.link.attempts.and_one();
        }
        next.amounts = amounts;
        Ok(next)
    }

    /// Why somebody who came too late cannot pay, or call it off.
    fn no_longer_pending(&self) -> ChargeRefusal {
        if self.status == Status::Canceled {
            ChargeRefusal::Canceled
        } else if self.status == Status::Expired {
            ChargeRefusal::Expired
        } else {
            ChargeRefusal::Used
        }
    }

    /// The processor wants a challenge for the charge under way.
    ///
    /// # Errors
    /// [`ChargeRefusal::NotUnderWay`] unless this very attempt is being charged.
    pub fn ask_challenge(&self, id: AttemptId, now: Time) -> Result<Self, ChargeRefusal> {
        let attempt = self.being_charged(id)?.clone();
        let status = Status::RequiresAction { attempt, until: now.plus_seconds(CHALLENGE_S) };
        Ok(self.moved_to(status, EventType::PaymentIntentRequiresAction, now))
    }

    /// Records what became of the charge under way. A decline is final when no attempt is left.
    ///
    /// # Errors
    /// [`ChargeRefusal::NotUnderWay`] unless this very attempt is open.
    pub fn settle(
        &self,
        id: AttemptId,
        outcome: &ChargeOutcome,
        now: Time,
    ) -> Result<Self, ChargeRefusal> {
        let attempt = self.open_attempt(id).ok_or(ChargeRefusal::NotUnderWay)?.clone();
        let said = match outcome {
            ChargeOutcome::Approved { .. } => ChargeStanding::Paid,
            ChargeOutcome::Declined(reason) => ChargeStanding::Declined(*reason),
        };
        let next = match outcome {
            ChargeOutcome::Approved { charge, payment_method } => {
                let (charge, payment_method) = (charge.clone(), *payment_method);
                let status = Status::Succeeded(Success::Card(CardSuccess {
                    attempt,
                    charge,
                    payment_method,
                    invoicing: Invoicing::default(),
                    refundable: Refundable::all_of(self.amounts),
                }));
                self.moved_to(status, EventType::PaymentIntentSucceeded, now)
            }
            ChargeOutcome::Declined(reason) if self.attempts_left() == 0 => {
                let status = Status::Failed { attempt: Some(attempt), reason: *reason };
                self.moved_to(status, EventType::PaymentIntentFailed, now)
            }
            ChargeOutcome::Declined(reason) => self.declined(attempt, *reason, now),
        };
        Ok(next.with_answer(id, said, now))
    }

    /// Nothing is known yet: the reconciler asks again after `wait_s` seconds.
    ///
    /// # Errors
    /// [`ChargeRefusal::NotUnderWay`] unless this very attempt is being charged.
    pub fn ask_again_in(
        &self,
        id: AttemptId,
        wait_s: i64,
        now: Time,
    ) -> Result<Self, ChargeRefusal> {
        let attempt = self.being_charged(id)?.clone();
        let until = now.plus_seconds(wait_s);
        let version = self.version.saturating_add(1);
        let status = Status::Processing { work: Work::Card(attempt), until };
        Ok(Self { status, version, ..self.clone() })
    }

    /// Writes down that nobody paid in time.
    ///
    /// # Errors
    /// [`ChargeRefusal::NotDue`] before the time, or when it is not pending.
    pub fn expire(&self, now: Time) -> Result<Self, ChargeRefusal> {
        if self.status == Status::Pending && self.link_is_over(now) {
            Ok(self.moved_to(Status::Expired, EventType::PaymentIntentExpired, now))
        } else {
            Err(ChargeRefusal::NotDue)
        }
    }

    /// Calls a payment off that nobody has started.
    ///
    /// # Errors
    /// The refusal a buyer would get now.
    pub fn cancel(&self, now: Time) -> Result<Self, ChargeRefusal> {
        if self.status != Status::Pending {
            return Err(self.no_longer_pending());
        }
        if self.link_is_over(now) {
            return Err(ChargeRefusal::Expired);
        }
        Ok(self.moved_to(Status::Canceled, EventType::PaymentIntentCanceled, now))
    }

    /// The attempt whose outcome is still open, if it is this one.
    pub fn open_attempt(&self, id: AttemptId) -> Option<&Attempt> {
        self.status.open().filter(|attempt| attempt.id == id)
    }

    /// Whether the buyer can still pass a challenge.
    pub fn awaits_challenge(&self, now: Time) -> bool {
        matches!(&self.status, Status::RequiresAction { until, .. } if now < *until)
    }

    /// Whether this attempt is under way, decided the outcome, or was declined.
    pub fn was_attempted_with(&self, id: AttemptId) -> bool {
        let last = self.status.attempt().is_some_and(|attempt| attempt.id == id);
        last || self.was_declined_with(id)
    }

    fn being_charged(&self, id: AttemptId) -> Result<&Attempt, ChargeRefusal> {
        let Status::Processing { work: Work::Card(attempt), .. } = &self.status else {
            return Err(ChargeRefusal::NotUnderWay);
        };
        Some(attempt).filter(|attempt| attempt.id == id).ok_or(ChargeRefusal::NotUnderWay)
    }
}
