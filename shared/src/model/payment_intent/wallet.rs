//! Payments between wallets and the outside: funding, payout, transfer with escrow, relay.
//!
//! | from \ action  | start      | accepted   | succeeded      | settled        | refused | returned | release         | cancel   | expire  |
//! |----------------|------------|------------|----------------|----------------|---------|----------|-----------------|----------|---------|
//! | pending_review | by type    | -          | -              | -              | -       | -        | -               | canceled | -       |
//! | processing     | -          | processing | succeeded, leg | succeeded, leg | failed  | -        | -               | -        | -       |
//! | held           | -          | -          | -              | -              | -       | -        | held, succeeded | canceled | expired |
//! | succeeded (bank) | -        | -          | -              | settled        | -       | failed   | -               | -        | -       |
//! | all others     | -          | -          | -              | -              | -       | -        | -               | -        | -       |
//!
//! A step is the intent after a transition together with the money that moves because of it. Both
//! are written in one commit, or neither.

mod movements;
mod news;
mod terms;

use super::{PaymentIntent, Status, Success, Terms, Work};
use crate::model::{
    Time,
    card::FailureReason,
    event::{EventType, History},
    ledger::Movement,
    progress::Progress,
    route::IntentType,
};
use movements::Payment;

pub use terms::{AnsweredState, Hold, Leg, PayeeAccount, Pull, Push, WalletTerms, Way};

/// How long a provider may take to answer before the reconciler asks what became of the order.
pub const PROVIDER_S: i64 = 30;

/// An intent after a transition, and the money that moves with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The intent after the transition; it is written in one commit with `movement`.
    pub intent: PaymentIntent,
    /// Money that moves in the same commit.
    pub movement: Option<Movement>,
}

/// Why a payment cannot do what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepRefusal {
    /// Nothing of it is in escrow.
    NotHeld,
    /// The hold's time is over; the money is back with the sender.
    HoldExpired,
    /// There is less in escrow than should be released.
    MoreThanHeld {
        /// Minor units that are left.
        left: i64,
    },
    /// It does not wait for a review.
    NotInReview,
    /// It can no longer be called off.
    NotCancelable,
    /// The provider's news does not fit what is known: somebody else was faster.
    OutOfTurn,
    /// It is not due yet.
    NotDue,
}

impl PaymentIntent {
    fn payment(&self) -> Option<Payment<'_>> {
        let (terms, customer) = (self.wallet_terms()?, self.customer?);
        Some(Payment { intent: self, terms, customer, minor: self.amount().minor() })
    }

    /// Stops a new payment for a review: nothing is reserved and no provider is asked.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn stop_for_review(&self, now: Time) -> Self {
        let next = Self { status: Status::PendingReview, ..self.clone() };
        next.with_events(self, &[EventType::PaymentIntentPendingReview], now)
    }

    /// Starts a payment that is new or was approved.
    ///
    /// # Errors
    /// [`StepRefusal::NotInReview`] when it has started already.
    pub fn start(&self, now: Time) -> Result<Step, StepRefusal> {
        let fits = matches!(self.status, Status::Pending | Status::PendingReview);
        let payment = self.payment().filter(|_| fits).ok_or(StepRefusal::NotInReview)?;
        let slow = payment.terms.pulls_slowly();
        let (intent, movement) = match (payment.terms.kind, payment.terms.hold) {
            (IntentType::Transfer, None) => {
                let status = Status::Succeeded(Success::Moved { settles: None });
                let next = payment.to(status, &[EventType::PaymentIntentSucceeded], now);
                (next, Some(payment.transfer()))
            }
            (IntentType::Transfer, Some(hold)) => {
                let expires_at = now.plus_seconds(hold.lasts_s);
                let hold = Hold { expires_at, ..hold };
                let events = [EventType::PaymentIntentHeld];
                (payment.to_with(hold, Status::Held, &events, now), Some(payment.hold()))
            }
            (IntentType::Funding | IntentType::Relay, _) => {
                (payment.moving(Leg::Pull, now), slow.then(|| payment.announce_pull()))
            }
            (IntentType::Payout, _) => (payment.moving(Leg::Push, now), Some(payment.reserve())),
        };
        Ok(Step { intent, movement })
    }

    /// Records what a provider says about the order under way. `available` is what the wallet can
    /// spend at this moment; a return takes no more than that from it.
    ///
    /// # Errors
    /// [`StepRefusal::OutOfTurn`] for news that were known or do not fit.
    pub fn progress(
        &self,
        leg: Leg,
        news: &Progress,
        available: i64,
        now: Time,
    ) -> Result<Step, StepRefusal> {
        let payment = self.payment().ok_or(StepRefusal::OutOfTurn)?;
        if let Status::Processing { work: Work::Order { leg: current, .. }, .. } = &self.status
            && *current == leg
        {
            return payment.moved(leg, news, now);
        }
        if let Status::Succeeded(Success::Moved { settles: Some(_) }) = &self.status
            && payment.terms.last_leg() == leg
        {
            return payment.done(news, available, now);
        }
        Err(StepRefusal::OutOfTurn)
    }

    /// Lets money go from escrow to the receiver: `part` minor units, or all that is left. What a
    /// final release leaves goes back to the sender.
    ///
    /// # Errors
    /// [`StepRefusal::NotHeld`], [`StepRefusal::HoldExpired`], [`StepRefusal::MoreThanHeld`].
    pub fn release(&self, part: Option<i64>, last: bool, now: Time) -> Result<Step, StepRefusal> {
        let (payment, hold) = self.held(now)?;
        let left = hold.left(payment.minor);
        let part = part.unwrap_or(left);
        if part > left {
            return Err(StepRefusal::MoreThanHeld { left });
        }
        let rest = left - part;
        let over = last || rest == 0;
        let back = if over { rest } else { 0 };
        let (status, events): (_, &[EventType]) = if over {
            let done = Status::Succeeded(Success::Moved { settles: None });
            (done, &[EventType::PaymentIntentReleased, EventType::PaymentIntentSucceeded])
        } else {
            (Status::Held, &[EventType::PaymentIntentReleased])
        };
        let (released, given_back) = (hold.released + part, hold.given_back + back);
        let hold = Hold { released, given_back, ..hold };
        let intent = payment.to_with(hold, status, events, now);
        Ok(Step { intent, movement: Some(payment.release(part, back)) })
    }

    /// Calls off what waits for a review, or gives money in escrow back.
    ///
    /// # Errors
    /// [`StepRefusal::HoldExpired`], [`StepRefusal::NotCancelable`].
    pub fn call_off(&self, now: Time) -> Result<Step, StepRefusal> {
        if let (Status::PendingReview, Some(payment)) = (&self.status, self.payment()) {
            let events = [EventType::PaymentIntentCanceled];
            return Ok(Step { intent: payment.to(Status::Canceled, &events, now), movement: None });
        }
        match self.held(now) {
            Ok((payment, hold)) => Ok(payment.give_back(hold, Status::Canceled, now)),
            Err(StepRefusal::HoldExpired) => Err(StepRefusal::HoldExpired),
            Err(_) => Err(StepRefusal::NotCancelable),
        }
    }

    /// Writes down that a hold's time is over.
    ///
    /// # Errors
    /// [`StepRefusal::NotDue`] before its time, or when nothing is held.
    pub fn let_go(&self, now: Time) -> Result<Step, StepRefusal> {
        let payment = self.payment().filter(|_| self.status == Status::Held);
        let payment = payment.ok_or(StepRefusal::NotDue)?;
        match payment.terms.hold {
            Some(hold) if hold.expires_at <= now => {
                Ok(payment.give_back(hold, Status::Expired, now))
            }
            Some(_) | None => Err(StepRefusal::NotDue),
        }
    }

    /// Writes down that whoever reviewed it said no.
    ///
    /// # Errors
    /// [`StepRefusal::NotInReview`].
    pub fn reject(&self, now: Time) -> Result<Step, StepRefusal> {
        let payment = self.payment().filter(|_| self.status == Status::PendingReview);
        let payment = payment.ok_or(StepRefusal::NotInReview)?;
        Ok(Step { intent: payment.fail(FailureReason::ReviewRejected, now), movement: None })
    }

    /// The same with its answer fixed, if it has none yet: what a repeated request is answered.
    pub fn answered(mut self) -> Self {
        let (status, failure, at) = (self.status.name(), self.status.failure(), self.updated_at);
        if let Terms::Wallet(terms) = &mut self.terms {
            terms.first = terms.first.or(Some(AnsweredState { status, failure, at }));
        }
        self
    }

    fn held(&self, now: Time) -> Result<(Payment<'_>, Hold), StepRefusal> {
        let payment = self.payment().filter(|_| self.status == Status::Held);
        let payment =
            payment.ok_or(if self.status == Status::Expired && self.payment().is_some() {
                StepRefusal::HoldExpired
            } else {
                StepRefusal::NotHeld
            })?;
        let hold = payment.terms.hold.ok_or(StepRefusal::NotHeld)?;
        if hold.expires_at <= now { Err(StepRefusal::HoldExpired) } else { Ok((payment, hold)) }
    }

    fn set_hold(&mut self, hold: Hold) {
        if let Terms::Wallet(terms) = &mut self.terms {
            terms.hold = Some(hold);
        }
    }
}

impl Payment<'_> {
    fn to(&self, status: Status, events: &[EventType], now: Time) -> PaymentIntent {
        self.moved_on(self.intent.clone(), status, events, now)
    }

    /// The same with what is in escrow now.
    fn to_with(
        &self,
        hold: Hold,
        status: Status,
        events: &[EventType],
        now: Time,
    ) -> PaymentIntent {
        let mut next = self.intent.clone();
        next.set_hold(hold);
        self.moved_on(next, status, events, now)
    }

    fn moved_on(
        &self,
        next: PaymentIntent,
        status: Status,
        events: &[EventType],
        now: Time,
    ) -> PaymentIntent {
        let version = self.intent.version.saturating_add(1);
        let next = PaymentIntent { status, updated_at: now, version, ..next };
        next.with_events(self.intent, events, now)
    }

    fn fail(&self, reason: FailureReason, now: Time) -> PaymentIntent {
        self.to(Status::Failed { attempt: None, reason }, &[EventType::PaymentIntentFailed], now)
    }

    /// The intent a provider works for.
    fn moving(&self, leg: Leg, now: Time) -> PaymentIntent {
        let until = now.plus_seconds(PROVIDER_S);
        let status = Status::Processing { work: Work::Order { leg, accepted: false }, until };
        self.to(status, &[EventType::PaymentIntentProcessing], now)
    }

    fn give_back(&self, hold: Hold, status: Status, now: Time) -> Step {
        let expired = status == Status::Expired;
        let event = if expired {
            EventType::PaymentIntentExpired
        } else {
            EventType::PaymentIntentCanceled
        };
        let left = hold.left(self.minor);
        let hold = Hold { given_back: hold.given_back + left, ..hold };
        let intent = self.to_with(hold, status, &[event], now);
        Step { intent, movement: Some(self.release(0, left)) }
    }
}

/// A new intent's history: it was made, and then started in the same moment.
pub fn history(now: Time) -> History {
    History::starting(EventType::PaymentIntentCreated, now)
}

#[cfg(test)]
mod tests;
