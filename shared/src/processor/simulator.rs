//! The simulator: a processor for play money that answers by card number.
//!
//! It keeps its own books (one record per charge, `simulator#<attempt>`), as a processor would,
//! and has a tokeniser for the browser. A token is the card's published behaviour under a MAC:
//! nothing about the card is stored, and the number is forgotten when the token is made.

pub mod bank_token;
pub mod banks;
pub mod cards;
mod charges;
mod orders;
mod refunds;
pub mod routes;
pub mod token;

use super::{Asked, Done, PageLink, Processor, Recognised, Task, TaskWork, Unreachable};
use crate::{
    model::{Scope, Time},
    store::Table,
};
use ring::hmac;

pub use token::{Card, CardProblem, tokenise};

/// The simulator's name in merchant accounts.
pub const NAME: &str = "simulator";

/// The books go back this far.
const KEPT_DAYS: i64 = 120;

/// A late answer is known this much later, in seconds.
const LATE_S: i64 = 5;

/// The simulator with its key and its books.
pub struct Simulator<'a> {
    /// Its books are part of the table.
    pub store: &'a Table,
    /// Makes and checks its tokens.
    pub key: hmac::Key,
    /// Whether cards and accounts that end our process do so. Only where the process serves one
    /// request: in workers they would end what others are waiting for. There the answer gets lost.
    pub may_die: bool,
}

impl Processor for Simulator<'_> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn recognise<'a>(&'a self, token: &'a str, link: PageLink<'a>, now: Time) -> Recognised<'a> {
        let opened = token::open(&self.key, token, link.address, now);
        Box::pin(async move { Ok(opened.map(|(_, summary)| summary)) })
    }

    fn start<'a>(&'a self, task: &'a Task) -> Asked<'a> {
        Box::pin(async move {
            match &task.work {
                TaskWork::Charge { account, card: Some(card) } => {
                    self.charge(task, account.id, card).await
                }
                TaskWork::Charge { card: None, .. } => {
                    Err(Unreachable("no card to charge".to_owned()))
                }
                TaskWork::Order { rail, token, .. } => {
                    self.take_order(task, *rail, token.reveal()).await
                }
                TaskWork::Refund { charge } => self.give_back(task, charge).await,
            }
        })
    }

    fn answer_challenge<'a>(&'a self, charge: &'a Task, passed: bool) -> Asked<'a> {
        Box::pin(self.end_challenge(charge, passed))
    }

    fn look_up<'a>(&'a self, task: &'a Task) -> Asked<'a> {
        Box::pin(async move {
            match &task.work {
                TaskWork::Charge { .. } => self.ask_about_charge(task).await,
                TaskWork::Order { rail, token, .. } => {
                    self.ask_about_order(task, *rail, token.reveal()).await
                }
                TaskWork::Refund { .. } => self.ask_about_refund(task).await,
            }
        })
    }

    fn forget<'a>(&'a self, token: &'a str, _: Scope, now: Time) -> Done<'a> {
        Box::pin(self.forget_token(token, now))
    }
}

impl Simulator<'_> {
    /// Ends the process, where that harms one request only.
    fn die(&self) -> Result<(), Unreachable> {
        if self.may_die { std::process::abort() } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
