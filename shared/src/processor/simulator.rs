//! The simulator: a processor for play money that answers by card number.
//!
//! It keeps its own books (one record per charge, `simulator#<attempt>`), as a processor would,
//! and has a tokeniser for the browser. A token is the card's published behaviour under a MAC:
//! nothing about the card is stored, and the number is forgotten when the token is made.

pub mod bank_token;
pub mod banks;
pub mod cards;
mod mac;
mod orders;
pub mod routes;
pub mod token;

use super::{Asked, Charge, Found, Order, Outcome, Processor, Unreachable};
use crate::{
    model::{
        Time, card::CardSummary, card::FailureReason, id::AttemptId,
        payment_intent::wallet::Progress,
    },
    store::{self, Consistency, Error, Guard, Item, Table, Update, Write, key},
};
use cards::Behaviour;
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

    fn recognise(&self, card_token: &str, link: &str, now: Time) -> Option<CardSummary> {
        token::open(&self.key, card_token, link, now).map(|(_, summary)| summary)
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> Asked<'a, Outcome> {
        Box::pin(async move {
            let Some(behaviour) = token::behaviour(&self.key, &charge.card_token) else {
                return Err(Unreachable("not a token of the simulator".to_owned()));
            };
            if behaviour == Behaviour::Lost {
                return Ok(Outcome::Unknown);
            }
            if behaviour == Behaviour::Twice {
                self.book(charge, behaviour).await?;
            }
            if behaviour == (Behaviour::Dies { charged: false }) {
                return self.die().map(|()| Outcome::Unknown);
            }
            let booked = self.book(charge, behaviour).await?;
            if behaviour == (Behaviour::Dies { charged: true }) {
                return self.die().map(|()| Outcome::Unknown);
            }
            Ok(decided(&booked, charge.now).unwrap_or(Outcome::Unknown))
        })
    }

    fn finish_challenge(&self, attempt: AttemptId, passed: bool, now: Time) -> Asked<'_, Outcome> {
        Box::pin(async move {
            let key = key::simulator_charge(attempt);
            let item = self.store.get(&key, Consistency::Strong).await?;
            let item = item.ok_or_else(|| Unreachable("no such charge".to_owned()))?;
            let answer = match (item.text("then"), passed) {
                (Ok(then), true) => then.to_owned(),
                (_, false) => FailureReason::AuthenticationFailed.as_str().to_owned(),
                (Err(_), true) => return Err(Unreachable("no challenge was asked".to_owned())),
            };
            let update =
                Update::of(key).set("is", answer).guard(Guard::Is("is", "challenge".into()));
            let item = match self.store.update(update).await {
                Ok(item) => item,
                Err(Error::Refused { old: Some(old), .. }) => *old,
                Err(other) => return Err(other.into()),
            };
            Ok(decided(&item, now).unwrap_or(Outcome::Unknown))
        })
    }

    fn order<'a>(&'a self, order: &'a Order) -> Asked<'a, Option<Progress>> {
        self.take_order(order)
    }

    fn look_up_order<'a>(&'a self, order: &'a Order) -> Asked<'a, Option<Progress>> {
        self.ask_about_order(order)
    }

    fn look_up(&self, attempt: AttemptId, now: Time) -> Asked<'_, Found> {
        Box::pin(async move {
            // Closes the key if it never came: a charge that is still on its way finds it taken.
            let key = key::simulator_charge(attempt);
            let closed = key.item().with("v", 1_i64).with("is", "absent");
            let closed = closed.with("ttl", now.plus_days(KEPT_DAYS).seconds());
            match self.store.commit(vec![Write::Insert(closed)]).await {
                Ok(()) => Ok(Found::Absent),
                Err(Error::Refused { old: Some(old), .. }) => {
                    if old.text("is").ok() == Some("absent") {
                        return Ok(Found::Absent);
                    }
                    Ok(decided(&old, now).map_or(Found::Pending, Found::Decided))
                }
                Err(other) => Err(other.into()),
            }
        })
    }
}

impl Simulator<'_> {
    /// Ends the process, where that harms one request only.
    fn die(&self) -> Result<(), Unreachable> {
        if self.may_die { std::process::abort() } else { Ok(()) }
    }

    /// Writes a charge into the books, or finds the one that is there: the key charges once.
    async fn book(&self, charge: &Charge, behaviour: Behaviour) -> store::Result<Item> {
        let (answer, then) = match behaviour {
            Behaviour::Approve
            | Behaviour::DeclineLater(_)
            | Behaviour::Twice
            | Behaviour::Late
            | Behaviour::Lost
            | Behaviour::Dies { .. } => ("approved", None),
            Behaviour::Decline(reason) => (reason.as_str(), None),
            Behaviour::Challenge => ("challenge", Some("approved")),
            Behaviour::ChallengeThenDecline => {
                ("challenge", Some(FailureReason::CardDeclined.as_str()))
            }
        };
        let late = behaviour == Behaviour::Late;
        let known_at = late.then(|| charge.now.plus_seconds(LATE_S));
        let item = key::simulator_charge(charge.attempt)
            .item()
            .with("v", 1_i64)
            .with("is", answer)
            .with_some("then", then)
            .with_some("at", known_at)
            .with_some("vault", token::vault(&self.key, &charge.card_token))
            .with("intent", charge.intent.to_string())
            .with_some("account", charge.account.map(|id| id.to_string()))
            .with("amt", charge.amount.minor())
            .with("cur", charge.amount.currency().code())
            .with("ttl", charge.now.plus_days(KEPT_DAYS).seconds());
        match self.store.commit(vec![Write::Insert(item.clone())]).await {
            Ok(()) => Ok(item),
            Err(Error::Refused { old: Some(old), .. }) => Ok(*old),
            Err(other) => Err(other),
        }
    }
}

/// What the books say, once it is known.
fn decided(item: &Item, now: Time) -> Option<Outcome> {
    // Only a late answer has a time from which on it is known.
    if item.time_if_any("at").ok()?.is_some_and(|known_at| known_at > now) {
        return None;
    }
    match item.text("is").ok()? {
        "approved" => {
            let attempt = item.text("pk").ok()?.strip_prefix("simulator#")?;
            Some(Outcome::Approved {
                charge: format!("ch_{attempt}"),
                vault_token: item.text("vault").ok()?.to_owned(),
            })
        }
        "challenge" => Some(Outcome::ChallengeNeeded),
        "absent" => Some(Outcome::Declined(FailureReason::ProcessorUnavailable)),
        reason => reason.parse().ok().map(Outcome::Declined),
    }
}

#[cfg(test)]
mod tests;
