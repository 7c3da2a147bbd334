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
    model::{Time, card::FailureReason, payment_intent::wallet::Progress, route::Rail},
    processor::{Asked, Order, Unreachable},
    store::{Error, Item, Write, key},
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
    /// Done at once.
    Done,
    /// Done, and told only some seconds later.
    DoneLate,
    /// Refused at once.
    Refused(FailureReason),
    /// Accepted, then settled.
    Settles,
    /// Accepted, then refused.
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
    pub(super) fn take_order<'a>(&'a self, order: &'a Order) -> Asked<'a, Option<Progress>> {
        Box::pin(async move {
            let Some((fate, trip)) = self.behaviour(order) else {
                return Err(Unreachable("not a token of the simulator".to_owned()));
            };
            // An order that is sent again long after the payment began finds us alive.
            let again = order.id.minted_at().plus_seconds(DIES_WITHIN_S) < order.now;
            let dies = matches!(trip, Trip::Dies { .. });
            let trip = if dies && again { Trip::Arrives } else { trip };
            match trip {
                Trip::Lost => return Ok(None),
                Trip::Dies { done: false } => return self.die().map(|()| None),
                Trip::Arrives | Trip::AnswerLost | Trip::Dies { done: true } => {}
            }
            let booked = self.enter(order, "ordered").await?;
            match trip {
                Trip::Dies { .. } => self.die().map(|()| None),
                Trip::AnswerLost => Ok(None),
                Trip::Arrives | Trip::Lost => Ok(told(&booked, fate, order.now)),
            }
        })
    }

    pub(super) fn ask_about_order<'a>(&'a self, order: &'a Order) -> Asked<'a, Option<Progress>> {
        Box::pin(async move {
            let Some((fate, _)) = self.behaviour(order) else {
                return Err(Unreachable("not a token of the simulator".to_owned()));
            };
            // Closes the key if it never came: an order that is still on its way finds it taken.
            let booked = self.enter(order, "absent").await?;
            Ok(told(&booked, fate, order.now))
        })
    }

    /// Writes an order into the books, or finds what stands there: the key counts once.
    async fn enter(&self, order: &Order, what: &str) -> Result<Item, Error> {
        let item = key::simulator_charge(order.id)
            .item()
            .with("v", 1_i64)
            .with("is", what)
            .with("made", order.now)
            .with("intent", order.intent.to_string())
            .with("rail", order.rail.as_str())
            .with("amt", order.amount.minor())
            .with("cur", order.amount.currency().code())
            .with("ttl", order.now.plus_days(KEPT_DAYS).seconds());
        match self.store.commit(vec![Write::Insert(item.clone())]).await {
            Ok(()) => Ok(item),
            Err(Error::Refused { old: Some(old), .. }) => Ok(*old),
            Err(other) => Err(other),
        }
    }

    fn behaviour(&self, order: &Order) -> Option<(Fate, Trip)> {
        match order.rail {
            Rail::Card => token::vaulted(&self.key, &order.token).map(of_card),
            Rail::Ach => bank_token::behaviour(&self.key, &order.token).map(of_bank),
            Rail::Email => Some(of_bank(email_behaviour(&order.token))),
        }
    }
}

const fn of_card(behaviour: Behaviour) -> (Fate, Trip) {
    match behaviour {
        Behaviour::Approve | Behaviour::Twice | Behaviour::Challenge => (Fate::Done, Trip::Arrives),
        Behaviour::Decline(reason) | Behaviour::DeclineLater(reason) => {
            (Fate::Refused(reason), Trip::Arrives)
        }
        Behaviour::ChallengeThenDecline => {
            (Fate::Refused(FailureReason::CardDeclined), Trip::Arrives)
        }
        Behaviour::Late => (Fate::DoneLate, Trip::AnswerLost),
        Behaviour::Lost => (Fate::Done, Trip::Lost),
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
        return Some(Progress::Refused(FailureReason::ProcessorUnavailable));
    }
    let made = booked.time("made").ok()?;
    let (succeeds, settles) = (made.plus_seconds(SUCCEEDS_S), made.plus_seconds(SETTLES_S));
    Some(match fate {
        Fate::Done => Progress::Succeeded { settles: None },
        Fate::DoneLate if now < made.plus_seconds(LATE_S) => return None,
        Fate::DoneLate => Progress::Succeeded { settles: None },
        Fate::Refused(reason) => Progress::Refused(reason),
        Fate::Settles | Fate::Fails(_) | Fate::Returned(_) if now < succeeds => {
            Progress::Accepted { ask_at: succeeds }
        }
        Fate::Fails(reason) => Progress::Refused(reason),
        Fate::Settles | Fate::Returned(_) if now < settles => {
            Progress::Succeeded { settles: Some(settles) }
        }
        Fate::Settles => Progress::Settled,
        Fate::Returned(reason) => Progress::Returned(reason),
    })
}
