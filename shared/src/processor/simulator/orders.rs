//! Money the simulator fetches and sends for wallets. An order goes into its books once, with the
//! moment it came; what has become of it follows from the behaviour of the card, account or address
//! and the time since. So it answers the same after a restart, and days pass in seconds.

use super::{
    KEPT_DAYS, LATE_S, Simulator, bank_token,
    banks::{BankBehaviour, email_behaviour},
    cards::Behaviour,
    token,
};
use crate::{
    model::{Time, card::FailureReason, progress::Progress, route::Rail},
    processor::{Task, Unreachable},
    store::{Item, key},
};

/// A bank accepts an order, and this many seconds later the money has moved.
const SUCCEEDS_S: i64 = 2;

/// This many seconds after it was ordered it has settled, or comes back.
const SETTLES_S: i64 = 4;

/// Our process dies at orders that come this soon after their payment began, in seconds.
const DIES_WITHIN_S: i64 = 10;

/// What becomes of an order, whoever carries it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The money has moved as soon as the order is asked for.
    Done,
    /// Done, and told only some seconds later.
    DoneLate,
    /// The order is declined as soon as it is asked for.
    Refused(FailureReason),
    /// Accepted at first, and settled some seconds later.
    Settles,
    /// Accepted at first, and declined some seconds later.
    Fails(FailureReason),
    /// Succeeded, then sent back.
    Returned(FailureReason),
}

/// What happens to the request itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trip {
    Arrives,
    Lost,
    AnswerLost,
    Dies { done: bool },
}

impl Simulator<'_> {
    pub(super) async fn take_order(
        &self,
        task: &Task,
        rail: Rail,
        token: &str,
    ) -> Result<Progress, Unreachable> {
        let Some((fate, trip)) = self.behaviour(rail, token) else {
            return Err(Unreachable("not a token of the simulator".to_owned()));
        };
        // An order that is sent again long after the payment began finds us alive.
        let again = task.id.minted_at().plus_seconds(DIES_WITHIN_S) < task.now;
        let dies = matches!(trip, Trip::Dies { .. });
        let trip = if dies && again { Trip::Arrives } else { trip };
        match trip {
            Trip::Lost => return Ok(Progress::Unknown),
            Trip::Dies { done: false } => return self.die().map(|()| Progress::Unknown),
            Trip::Arrives | Trip::AnswerLost | Trip::Dies { done: true } => {}
        }
        let booked = self.book(record(task, rail, "ordered")).await?;
        match trip {
            Trip::Dies { .. } => self.die().map(|()| Progress::Unknown),
            Trip::AnswerLost => Ok(Progress::Unknown),
            Trip::Arrives | Trip::Lost => {
                Ok(told(&booked, fate, task.now).unwrap_or(Progress::Unknown))
            }
        }
    }

    /// Closes the key of an order that never came: one that is still on its way finds it taken.
    pub(super) async fn ask_about_order(
        &self,
        task: &Task,
        rail: Rail,
        token: &str,
    ) -> Result<Progress, Unreachable> {
        let Some((fate, _)) = self.behaviour(rail, token) else {
            return Err(Unreachable("not a token of the simulator".to_owned()));
        };
        let booked = self.book(record(task, rail, "absent")).await?;
        Ok(told(&booked, fate, task.now).unwrap_or(Progress::Unknown))
    }

    fn behaviour(&self, rail: Rail, token: &str) -> Option<(Fate, Trip)> {
        match rail {
            Rail::Card => token::vaulted(&self.key, token).map(of_card),
            Rail::Ach => bank_token::behaviour(&self.key, token).map(of_bank),
            Rail::Email => Some(of_bank(email_behaviour(token))),
        }
    }
}

/// What an order, or the question about one that never came, puts into the books.
fn record(task: &Task, rail: Rail, what: &str) -> Item {
    key::simulator_charge(task.id)
        .item()
        .with("v", 1_i64)
        .with("is", what)
        .with("made", task.now)
        .with("intent", task.intent.to_string())
        .with("rail", rail.as_str())
        .with("amt", task.amount.minor())
        .with("cur", task.amount.currency().code())
        .with("ttl", task.now.plus_days(KEPT_DAYS).seconds())
}

const fn of_card(behaviour: Behaviour) -> (Fate, Trip) {
    match behaviour {
        Behaviour::Approve
        | Behaviour::Twice
        | Behaviour::Challenge
        | Behaviour::RefundsLate { .. } => (Fate::Done, Trip::Arrives),
        Behaviour::ChallengeAlways => {
            (Fate::Refused(FailureReason::AuthenticationRequired), Trip::Arrives)
        }
        Behaviour::Decline(reason) | Behaviour::DeclineLater(reason) => {
            (Fate::Refused(reason), Trip::Arrives)
        }
        Behaviour::ChallengeThenDecline => {
            (Fate::Refused(FailureReason::CardDeclined), Trip::Arrives)
        }
        Behaviour::Late => (Fate::DoneLate, Trip::AnswerLost),
        Behaviour::Lost | Behaviour::LoseLater => (Fate::Done, Trip::Lost),
        Behaviour::Dies { charged } => (Fate::Done, Trip::Dies { done: charged }),
    }
}

const fn of_bank(behaviour: BankBehaviour) -> (Fate, Trip) {
    match behaviour {
        BankBehaviour::Settles => (Fate::Settles, Trip::Arrives),
        BankBehaviour::Refused(reason) => (Fate::Refused(reason), Trip::Arrives),
        BankBehaviour::Fails(reason) => (Fate::Fails(reason), Trip::Arrives),
        BankBehaviour::ReturnedAfterSuccess(reason) => (Fate::Returned(reason), Trip::Arrives),
        BankBehaviour::Lost => (Fate::Settles, Trip::Lost),
        BankBehaviour::Late => (Fate::Settles, Trip::AnswerLost),
        BankBehaviour::Dies { done } => (Fate::Settles, Trip::Dies { done }),
    }
}

/// What the books say at `now`; `None` while the answer is not known yet.
fn told(booked: &Item, fate: Fate, now: Time) -> Option<Progress> {
    if booked.text("is").ok()? != "ordered" {
        return Some(Progress::Absent);
    }
    let made = booked.time("made").ok()?;
    let (succeeds, settles) = (made.plus_seconds(SUCCEEDS_S), made.plus_seconds(SETTLES_S));
    Some(match fate {
        Fate::Done => Progress::moved(None),
        Fate::DoneLate if now < made.plus_seconds(LATE_S) => return None,
        Fate::DoneLate => Progress::moved(None),
        Fate::Refused(reason) => Progress::Declined(reason),
        Fate::Settles | Fate::Fails(_) | Fate::Returned(_) if now < succeeds => {
            Progress::Accepted { ask_at: succeeds }
        }
        Fate::Fails(reason) => Progress::Declined(reason),
        Fate::Settles | Fate::Returned(_) if now < settles => Progress::moved(Some(settles)),
        Fate::Settles => Progress::Settled,
        Fate::Returned(reason) => Progress::Returned(reason),
    })
}
