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

use super::{PaymentIntent, Status, StatusName, Success, Terms, Work};
use crate::model::{
    Currency, Time,
    card::FailureReason,
    event::{EventType, History},
    id::{DestinationId, PaymentIntentId, PaymentMethodId, RouteId, WalletId},
    ledger::{AccountId, Movement},
    route::{IntentType, Rail, Spendable},
};
use movements::Payment;

/// How long a provider may take to answer before the reconciler asks what became of the order.
pub const PROVIDER_S: i64 = 30;

/// Terms of a payment between wallets and the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletTerms {
    /// What it does.
    pub kind: IntentType,
    /// The wallet that pays, or is filled.
    pub wallet: WalletId,
    /// The wallet that receives a transfer.
    pub destination_wallet: Option<WalletId>,
    /// The way in or out, frozen at creation.
    pub way: Option<Way>,
    /// Escrow, for a transfer with a hold.
    pub hold: Option<Hold>,
    /// How the payment stood when the request for it was first answered; `None` until it was.
    pub first: Option<Answered>,
}

/// A way in, out or through, as its route said at creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Which route.
    pub route: RouteId,
    /// Who runs it.
    pub processor: String,
    /// Where money comes from.
    pub pull: Option<Pull>,
    /// Where money goes to.
    pub push: Option<Push>,
    /// From when on pulled money can be spent.
    pub spendable: Spendable,
}

/// Where money comes from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Over which rail.
    pub rail: Rail,
    /// The payer's card or bank account.
    pub method: PaymentMethodId,
    /// The provider's token for it.
    pub token: String,
}

/// Where money goes to outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// Over which rail.
    pub rail: Rail,
    /// As the caller named it.
    pub payee: PayeeAccount,
    /// The provider's token for it, or an e-mail address.
    pub token: String,
}

/// How a caller names where a payee takes money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayeeAccount {
    /// One of a payee's destinations.
    Destination(DestinationId),
    /// A customer's bank account.
    Method(PaymentMethodId),
}

/// Money in escrow. What is left is the amount less what was released and given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// How long money may stay in escrow, in seconds from the moment it went there.
    pub lasts_s: i64,
    /// From this moment on it reads as back with the sender.
    pub expires_at: Time,
    /// Minor units that went to the receiver.
    pub released: i64,
    /// Minor units that went back to the sender.
    pub given_back: i64,
}

/// How a payment stood at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// Its status.
    pub status: StatusName,
    /// Why it had failed.
    pub failure: Option<FailureReason>,
    /// When that was.
    pub at: Time,
}

/// Which way money is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leg {
    /// From outside.
    Pull,
    /// To the outside.
    Push,
}

/// What a provider says about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It has the order; ask again then.
    Accepted {
        /// When.
        ask_at: Time,
    },
    /// Done; a bank may still send it back until it has settled.
    Succeeded {
        /// When to ask whether it has settled; none where done is the end.
        settles: Option<Time>,
    },
    /// It has arrived for good.
    Settled,
    /// It did not happen, and cannot happen any more.
    Refused(FailureReason),
    /// It happened, and the bank sent it back.
    Returned(FailureReason),
}

/// An intent after a transition, and the money that moves with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The intent afterwards.
    pub intent: PaymentIntent,
    /// Money that moves in the same commit.
    pub movement: Option<Movement>,
}

/// Why a payment cannot do what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
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

impl WalletTerms {
    /// The accounts a payment can touch: what has to be read before it moves.
    #[must_use]
    pub fn accounts(&self, currency: Currency, intent: PaymentIntentId) -> Vec<AccountId> {
        let wallets = [Some(self.wallet), self.destination_wallet];
        let outside = self.way.iter().flat_map(|way| {
            let pull = way.pull.as_ref().map(|pull| (pull.rail, 1));
            let push = way.push.as_ref().map(|push| (push.rail, 2));
            [pull, push].into_iter().flatten()
        });
        let outside = outside.map(|(rail, leg)| AccountId::outside(rail, currency, intent, leg));
        wallets.into_iter().flatten().map(AccountId::Wallet).chain(outside).collect()
    }

    /// Where money comes from outside, if it does.
    #[must_use]
    pub fn pull(&self) -> Option<&Pull> {
        self.way.as_ref()?.pull.as_ref()
    }

    /// Where money goes to outside, if it does.
    #[must_use]
    pub fn push(&self) -> Option<&Push> {
        self.way.as_ref()?.push.as_ref()
    }

    /// The leg whose order decides how the payment ends. News that come late about a relay's pull say
    /// nothing about its push.
    #[must_use]
    pub fn last_leg(&self) -> Leg {
        if self.kind == IntentType::Funding { Leg::Pull } else { Leg::Push }
    }

    /// Whether money that is pulled is only announced until the bank has it.
    fn pulls_slowly(&self) -> bool {
        self.pull().is_some_and(|pull| pull.rail != Rail::Card)
    }

    /// Whether a pull's money is in the wallet as soon as it succeeds. What a relay passes on has to
    /// be there for good.
    fn spends_early(&self) -> bool {
        let early = self.way.as_ref().is_some_and(|way| way.spendable == Spendable::AtSucceeded);
        !self.pulls_slowly() || (early && self.kind != IntentType::Relay)
    }
}

impl Hold {
    /// A hold that begins now.
    #[must_use]
    pub fn lasting(seconds: i64, now: Time) -> Self {
        let expires_at = now.plus_seconds(seconds);
        Self { lasts_s: seconds, expires_at, released: 0, given_back: 0 }
    }

    /// Minor units still in escrow.
    #[must_use]
    pub const fn left(&self, amount: i64) -> i64 {
        amount.saturating_sub(self.released).saturating_sub(self.given_back)
    }
}

impl PaymentIntent {
    fn payment(&self) -> Option<Payment<'_>> {
        let (terms, customer) = (self.wallet_terms()?, self.customer?);
        Some(Payment { intent: self, terms, customer, minor: self.amount().minor() })
    }

    /// Stops a new payment for a review: nothing is reserved and no provider is asked.
    #[must_use]
    pub fn stop_for_review(&self, now: Time) -> Self {
        let next = Self { status: Status::PendingReview, ..self.clone() };
        next.with_events(self, &[EventType::PaymentIntentPendingReview], now)
    }

    /// Starts a payment that is new or was approved.
    ///
    /// # Errors
    /// [`Refusal::NotInReview`] when it has started already.
    pub fn start(&self, now: Time) -> Result<Step, Refusal> {
        let fits = matches!(self.status, Status::Pending | Status::PendingReview);
        let payment = self.payment().filter(|_| fits).ok_or(Refusal::NotInReview)?;
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
                (payment.moving(Leg::Pull, now), slow.then(|| payment.expect()))
            }
            (IntentType::Payout, _) => (payment.moving(Leg::Push, now), Some(payment.reserve())),
        };
        Ok(Step { intent, movement })
    }

    /// Records what a provider says about the order under way. `available` is what the wallet can
    /// spend at this moment; a return takes no more than that from it.
    ///
    /// # Errors
    /// [`Refusal::OutOfTurn`] for news that were known or do not fit.
    pub fn progress(
        &self,
        leg: Leg,
        news: Progress,
        available: i64,
        now: Time,
    ) -> Result<Step, Refusal> {
        let payment = self.payment().ok_or(Refusal::OutOfTurn)?;
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
        Err(Refusal::OutOfTurn)
    }

    /// Lets money go from escrow to the receiver: `part` minor units, or all that is left. What a
    /// final release leaves goes back to the sender.
    ///
    /// # Errors
    /// [`Refusal::NotHeld`], [`Refusal::HoldExpired`], [`Refusal::MoreThanHeld`].
    pub fn release(&self, part: Option<i64>, last: bool, now: Time) -> Result<Step, Refusal> {
        let (payment, hold) = self.held(now)?;
        let left = hold.left(payment.minor);
        let part = part.unwrap_or(left);
        if part > left {
            return Err(Refusal::MoreThanHeld { left });
        }
        let rest = left.saturating_sub(part);
        let over = last || rest == 0;
        let back = if over { rest } else { 0 };
        let (status, events): (_, &[EventType]) = if over {
            let done = Status::Succeeded(Success::Moved { settles: None });
            (done, &[EventType::PaymentIntentReleased, EventType::PaymentIntentSucceeded])
        } else {
            (Status::Held, &[EventType::PaymentIntentReleased])
        };
        let (released, given_back) =
            (hold.released.saturating_add(part), hold.given_back.saturating_add(back));
        let hold = Hold { released, given_back, ..hold };
        let intent = payment.to_with(hold, status, events, now);
        Ok(Step { intent, movement: Some(payment.release(part, back)) })
    }

    /// Calls off what waits for a review, or gives money in escrow back.
    ///
    /// # Errors
    /// [`Refusal::HoldExpired`], [`Refusal::NotCancelable`].
    pub fn call_off(&self, now: Time) -> Result<Step, Refusal> {
        if let (Status::PendingReview, Some(payment)) = (&self.status, self.payment()) {
            let events = [EventType::PaymentIntentCanceled];
            return Ok(Step { intent: payment.to(Status::Canceled, &events, now), movement: None });
        }
        match self.held(now) {
            Ok((payment, hold)) => Ok(payment.give_back(hold, Status::Canceled, now)),
            Err(Refusal::HoldExpired) => Err(Refusal::HoldExpired),
            Err(_) => Err(Refusal::NotCancelable),
        }
    }

    /// Writes down that a hold's time is over.
    ///
    /// # Errors
    /// [`Refusal::NotDue`] before its time, or when nothing is held.
    pub fn let_go(&self, now: Time) -> Result<Step, Refusal> {
        let payment = self.payment().filter(|_| self.status == Status::Held);
        let payment = payment.ok_or(Refusal::NotDue)?;
        match payment.terms.hold {
            Some(hold) if hold.expires_at <= now => {
                Ok(payment.give_back(hold, Status::Expired, now))
            }
            Some(_) | None => Err(Refusal::NotDue),
        }
    }

    /// Writes down that whoever reviewed it said no.
    ///
    /// # Errors
    /// [`Refusal::NotInReview`].
    pub fn reject(&self, now: Time) -> Result<Step, Refusal> {
        let payment = self.payment().filter(|_| self.status == Status::PendingReview);
        let payment = payment.ok_or(Refusal::NotInReview)?;
        Ok(Step { intent: payment.fail(FailureReason::ReviewRejected, now), movement: None })
    }

    /// The same with its answer fixed, if it has none yet: what a repeated request is answered.
    #[must_use]
    pub fn answered(mut self) -> Self {
        let (status, failure, at) = (self.status.name(), self.status.failure(), self.updated_at);
        if let Terms::Wallet(terms) = &mut self.terms {
            terms.first = terms.first.or(Some(Answered { status, failure, at }));
        }
        self
    }

    fn held(&self, now: Time) -> Result<(Payment<'_>, Hold), Refusal> {
        let payment = self.payment().filter(|_| self.status == Status::Held);
        let payment =
            payment.ok_or(if self.status == Status::Expired && self.payment().is_some() {
                Refusal::HoldExpired
            } else {
                Refusal::NotHeld
            })?;
        let hold = payment.terms.hold.ok_or(Refusal::NotHeld)?;
        if hold.expires_at <= now { Err(Refusal::HoldExpired) } else { Ok((payment, hold)) }
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

    /// News about an order whose outcome is open.
    fn moved(&self, leg: Leg, news: Progress, now: Time) -> Result<Step, Refusal> {
        let relay = self.terms.kind == IntentType::Relay;
        match (leg, news) {
            (_, Progress::Accepted { ask_at }) => Ok(self.wait(leg, ask_at, now)),
            (Leg::Pull, Progress::Succeeded { settles: Some(then) }) if relay => {
                Ok(self.wait(leg, then, now))
            }
            (Leg::Pull, Progress::Succeeded { .. } | Progress::Settled) if relay => {
                let intent = self.moving(Leg::Push, now);
                Ok(Step { intent, movement: Some(self.arrive()) })
            }
            (Leg::Pull, Progress::Succeeded { settles }) => {
                let early = self.terms.spends_early() || settles.is_none();
                Ok(self.succeed(settles, early.then(|| self.arrive()), now))
            }
            (Leg::Push, Progress::Succeeded { settles }) => {
                Ok(self.succeed(settles, Some(self.leave()), now))
            }
            // Nobody heard of the success in between: it is written down first.
            (Leg::Pull, Progress::Settled) => {
                let early = self.terms.spends_early();
                Ok(self.succeed(Some(now), early.then(|| self.arrive()), now))
            }
            (Leg::Push, Progress::Settled) => Ok(self.succeed(Some(now), Some(self.leave()), now)),
            (Leg::Pull, Progress::Refused(reason) | Progress::Returned(reason)) => {
                Ok(Step { intent: self.fail(reason, now), movement: self.miss() })
            }
            (Leg::Push, Progress::Refused(reason) | Progress::Returned(reason)) => {
                let reason = if relay { FailureReason::PayoutLegFailed } else { reason };
                Ok(Step { intent: self.fail(reason, now), movement: Some(self.stay()) })
            }
        }
    }

    /// News about an order that succeeded and may still come back.
    fn done(&self, news: Progress, available: i64, now: Time) -> Result<Step, Refusal> {
        let funding = self.terms.kind == IntentType::Funding;
        let early = self.terms.spends_early();
        match news {
            Progress::Settled => {
                let intent = self.to(Status::Settled, &[EventType::PaymentIntentSettled], now);
                Ok(Step { intent, movement: (funding && !early).then(|| self.arrive()) })
            }
            Progress::Returned(reason) | Progress::Refused(reason) => {
                let (reason, movement) = match (self.terms.kind, early) {
                    (IntentType::Funding, true) => (reason, Some(self.take_back(available))),
                    (IntentType::Funding, false) => (reason, self.miss()),
                    (IntentType::Relay, _) => {
                        (FailureReason::PayoutLegFailed, Some(self.come_back()))
                    }
                    (IntentType::Payout | IntentType::Transfer, _) => {
                        (reason, Some(self.come_back()))
                    }
                };
                let events = [EventType::PaymentIntentReturned, EventType::PaymentIntentFailed];
                Ok(Step {
                    intent: self.to(Status::Failed { attempt: None, reason }, &events, now),
                    movement,
                })
            }
            Progress::Accepted { ask_at } | Progress::Succeeded { settles: Some(ask_at) } => {
                let status = Status::Succeeded(Success::Moved { settles: Some(ask_at) });
                let version = self.intent.version.saturating_add(1);
                Ok(Step {
                    intent: PaymentIntent { status, version, ..self.intent.clone() },
                    movement: None,
                })
            }
            Progress::Succeeded { settles: None } => Err(Refusal::OutOfTurn),
        }
    }

    /// The provider is at work: no news for anybody, only a later time to ask.
    fn wait(&self, leg: Leg, until: Time, now: Time) -> Step {
        let status = Status::Processing { work: Work::Order { leg, accepted: true }, until };
        let version = self.intent.version.saturating_add(1);
        let updated_at = now;
        Step {
            intent: PaymentIntent { status, version, updated_at, ..self.intent.clone() },
            movement: None,
        }
    }

    fn succeed(&self, settles: Option<Time>, movement: Option<Movement>, now: Time) -> Step {
        let events = [EventType::PaymentIntentSucceeded];
        Step {
            intent: self.to(Status::Succeeded(Success::Moved { settles }), &events, now),
            movement,
        }
    }

    fn give_back(&self, hold: Hold, status: Status, now: Time) -> Step {
        let expired = status == Status::Expired;
        let event = if expired {
            EventType::PaymentIntentExpired
        } else {
            EventType::PaymentIntentCanceled
        };
        let left = hold.left(self.minor);
        let hold = Hold { given_back: hold.given_back.saturating_add(left), ..hold };
        let intent = self.to_with(hold, status, &[event], now);
        Step { intent, movement: Some(self.release(0, left)) }
    }
}

/// A new intent's history: it was made, and then started in the same moment.
#[must_use]
pub fn history(now: Time) -> History {
    History::starting(EventType::PaymentIntentCreated, now)
}

#[cfg(test)]
mod tests;
