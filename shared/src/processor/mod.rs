//! Who charges cards: a small contract, and its adapters.
//!
//! The contract, for whoever writes an adapter:
//! - [`Processor::charge`] is called at most once per attempt by us, but may arrive twice; the
//!   same idempotency key must never charge twice.
//! - [`Outcome::Unknown`] is the honest answer to silence. Nobody charges again to find out.
//! - [`Processor::look_up`] answers for good: after [`Found::Absent`] a charge with that key can
//!   never happen any more. An adapter whose processor cannot promise that answers
//!   [`Found::Pending`] until its processor's own deadline has passed.

pub mod simulator;

use crate::model::{
    Money, Scope, Time,
    card::{CardSummary, FailureReason},
    id::{AttemptId, MerchantAccountId, PaymentIntentId},
    payment_intent::wallet::{Leg, Progress},
    route::Rail,
};
use crate::store;
use std::{future::Future, pin::Pin};

/// One charge.
#[derive(Debug, Clone)]
pub struct Charge {
    /// The idempotency key.
    pub attempt: AttemptId,
    /// For the processor's books.
    pub intent: PaymentIntentId,
    /// Whose charge.
    pub scope: Scope,
    /// Which account takes the money; none for a customer who fills a wallet.
    pub account: Option<MerchantAccountId>,
    /// How much.
    pub amount: Money,
    /// The processor's token for the card.
    pub card_token: String,
    /// When it is asked for.
    pub now: Time,
}

/// Money to fetch from outside for a wallet, or to send outside from one.
#[derive(Debug, Clone)]
pub struct Order {
    /// The idempotency key.
    pub id: AttemptId,
    /// For the processor's books.
    pub intent: PaymentIntentId,
    /// Whose order.
    pub scope: Scope,
    /// Who is asked.
    pub processor: String,
    /// Which way.
    pub leg: Leg,
    /// Over which rail.
    pub rail: Rail,
    /// The processor's token for the card or bank account, or an e-mail address.
    pub token: String,
    /// How much.
    pub amount: Money,
    /// When it is asked for.
    pub now: Time,
}

/// What a processor said to a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Money was taken.
    Approved {
        /// The processor's reference.
        charge: String,
        /// Its token for charging the card again.
        vault_token: String,
    },
    /// No money was taken.
    Declined(FailureReason),
    /// The buyer has to pass a challenge first.
    ChallengeNeeded,
    /// No answer in time: money may or may not have been taken.
    Unknown,
}

/// What a processor knows of an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It has an outcome.
    Decided(Outcome),
    /// It is still at work.
    Pending,
    /// It never came, and from now on never can.
    Absent,
}

/// A processor that cannot be asked at all. The question may be asked again.
#[derive(Debug)]
pub struct Unreachable(pub String);

impl From<store::Error> for Unreachable {
    fn from(error: store::Error) -> Self {
        Self(error.to_string())
    }
}

/// What an adapter's calls return.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, Unreachable>> + Send + 'a>>;

/// A processor.
pub trait Processor: Send + Sync {
    /// Its name in merchant accounts. Never shown to callers or buyers.
    fn name(&self) -> &'static str;

    /// The card behind a token that the browser got from this processor; `None` for a token that
    /// is not this processor's, is over, or was made for another link.
    fn recognise(&self, card_token: &str, link: &str, now: Time) -> Option<CardSummary>;

    /// Charges. [`Unreachable`] only where the charge certainly was not made.
    fn charge<'a>(&'a self, charge: &'a Charge) -> Asked<'a, Outcome>;

    /// Goes on after a challenge that the buyer passed or not.
    fn finish_challenge(&self, attempt: AttemptId, passed: bool, now: Time) -> Asked<'_, Outcome>;

    /// Fetches or sends money for a wallet. May arrive twice: the same key never moves money twice.
    /// `None` is the honest answer to silence; [`Unreachable`] only where nothing was ordered.
    fn order<'a>(&'a self, order: &'a Order) -> Asked<'a, Option<Progress>>;

    /// What became of an order. One that never came is refused for good by this question.
    fn look_up_order<'a>(&'a self, order: &'a Order) -> Asked<'a, Option<Progress>>;

    /// What became of an idempotency key.
    fn look_up(&self, attempt: AttemptId, now: Time) -> Asked<'_, Found>;
}
