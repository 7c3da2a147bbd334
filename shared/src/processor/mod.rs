//! Who charges cards and moves money outside: a small contract, its adapters, and their registry.
//!
//! The contract, for whoever writes an adapter:
//! - [`Processor::start`] is called for a [`Task`] as often as somebody may have missed the answer;
//!   the same idempotency key never moves money twice.
//! - [`Progress::Unknown`] is the honest answer to silence. Nobody charges again to find out.
//! - [`Processor::look_up`] answers for good: after [`Progress::Absent`] a task with that key can
//!   never happen any more. An adapter whose processor cannot promise that answers
//!   [`Progress::Unknown`] until its processor's own deadline has passed.
//! - [`Unreachable`] is for what was certainly not begun.
//!
//! `README.md` says how to add an adapter; `tests/processor` holds the contract as cases.

mod page;
pub mod registry;
pub mod simulator;
pub mod stripe;

pub use page::{CheckSecret, PageAccount, PageFields, PageUnits, PaymentFields};
pub use registry::Processors;

use crate::model::{
    Money, Scope, Time,
    card::CardSummary,
    id::{AttemptId, PaymentIntentId},
    payment_intent::{ChargingAccount, wallet::Leg},
    progress::Progress,
    route::Rail,
    secret::ProcessorToken,
};
use crate::store;
use std::{future::Future, pin::Pin};

/// Something a processor is asked to do for a payment.
#[derive(Debug, Clone)]
pub struct Task {
    /// The idempotency key: however often the task is sent with it, money moves once.
    pub id: AttemptId,
    /// For the processor's books.
    pub intent: PaymentIntentId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// The name of the adapter that is asked.
    pub processor: String,
    /// The amount that is to move.
    pub amount: Money,
    /// When it is asked for.
    pub now: Time,
    /// What is to be done.
    pub work: TaskWork,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum TaskWork {
    /// To charge a card.
    Charge {
        /// Which account takes the money, as it was frozen into the payment.
        account: ChargingAccount,
        /// The card. Whoever only asks what became of a charge has none.
        card: Option<ChargedCard>,
    },
    /// To fetch money from outside for a wallet, or to send it outside from one.
    Order {
        /// Which way the money goes.
        leg: Leg,
        /// The rail that the money takes: card, bank transfer or e-mail.
        rail: Rail,
        /// The processor's token for the card or bank account, or an e-mail address.
        token: ProcessorToken,
    },
    /// To give money back that a card was charged. Unlike the others it may be sent again after it
    /// was looked up in vain, while the processor remembers keys.
    Refund {
        /// The processor's reference of the charge.
        charge: String,
    },
}

/// The card of a charge, as its processor knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChargedCard {
    /// Typed by a buyer who is there: a token that is good for one charge, and is never kept.
    Typed {
        /// The token that stands for the card that was typed.
        token: ProcessorToken,
        /// Whether the buyer agreed to have it charged again later.
        save: bool,
    },
    /// Saved before, and charged without its holder. No challenge can be passed.
    Saved {
        /// The token of the vault.
        token: ProcessorToken,
        /// The reference of the charge with which the holder agreed to later ones, where one was
        /// kept: schemes ask for it.
        agreed_with: Option<String>,
    },
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
pub type Asked<'a> = Pin<Box<dyn Future<Output = Result<Progress, Unreachable>> + Send + 'a>>;

/// What [`Processor::recognise`] returns: the card, or `None` for a token it does not accept.
pub type Recognised<'a> =
    Pin<Box<dyn Future<Output = Result<Option<CardSummary>, Unreachable>> + Send + 'a>>;

/// The link on whose page a card was typed.
#[derive(Debug, Clone, Copy)]
pub struct PageLink<'a> {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// The part of the page's address that names it.
    pub address: &'a str,
}

/// What [`Processor::check_secret`] returns.
pub type AskedSecret<'a> =
    Pin<Box<dyn Future<Output = Result<Option<CheckSecret>, Unreachable>> + Send + 'a>>;

/// What a call without news returns.
pub type Done<'a> = Pin<Box<dyn Future<Output = Result<(), Unreachable>> + Send + 'a>>;

/// What every adapter implements; the contract stands at the top of this module.
pub trait Processor: Send + Sync {
    /// Its name in merchant accounts, routes and payments.
    fn name(&self) -> &'static str;

    /// The card behind a token that the browser got from this processor; `None` for a token that
    /// is not this processor's, is over, or was made for another tenant or link.
    fn recognise<'a>(&'a self, token: &'a str, link: PageLink<'a>, now: Time) -> Recognised<'a>;

    /// The account at the processor in which a token is, where that is not the tenant's own: it can
    /// be charged there alone.
    fn connected<'t>(&self, _token: &'t str) -> Option<&'t str> {
        None
    }

    /// Begins a task, or finds what became of it where it was begun before. [`Unreachable`] only
    /// where it certainly was not begun.
    fn start<'a>(&'a self, task: &'a Task) -> Asked<'a>;

    /// What the processor's own script on the buyer's page shows the open challenge of a charge by;
    /// `None` where there is none to show any more, and where the page shows challenges itself.
    fn check_secret<'a>(&'a self, _charge: &'a Task) -> AskedSecret<'a> {
        Box::pin(async { Ok(None) })
    }

    /// Goes on with a charge after a challenge that the buyer passed or not.
    fn answer_challenge<'a>(&'a self, charge: &'a Task, passed: bool) -> Asked<'a>;

    /// What became of a task. One that never came is refused for good by this question, but for a
    /// refund: that is sent again.
    fn look_up<'a>(&'a self, task: &'a Task) -> Asked<'a>;

    /// Deletes a token of the vault: nothing can be charged with it any more. One that is deleted
    /// already is as good.
    fn forget<'a>(&'a self, token: &'a str, scope: Scope, now: Time) -> Done<'a>;
}
