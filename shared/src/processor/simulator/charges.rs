//! Charges of cards in the simulator's books: one record per idempotency key.

use super::{
    KEPT_DAYS, LATE_S, Simulator,
    cards::Behaviour,
    refunds::{LATE_THEN_DONE, LATE_THEN_REFUSED},
    token,
};
use crate::{
    digest::sha256,
    model::{
        Time,
        card::FailureReason,
        id::{Id, MerchantAccountId},
        progress::{Progress, Receipt},
        secret::{ProcessorToken, Secret},
    },
    processor::{ChargedCard, Task, Unreachable},
    store::{self, Consistency, Error, Guard, Item, Key, Update, Write, key},
};

impl Simulator<'_> {
    pub(super) async fn charge(
        &self,
        task: &Task,
        account: MerchantAccountId,
        card: &ChargedCard,
    ) -> Result<Progress, Unreachable> {
        let behaviour = match card {
            ChargedCard::Typed { token, .. } => token::behaviour(&self.key, token.reveal()),
            ChargedCard::Saved { token, .. } => token::vaulted(&self.key, token.reveal()),
        };
        let Some(behaviour) = behaviour else {
            return Err(Unreachable("not a token of the simulator".to_owned()));
        };
        if behaviour == Behaviour::Lost {
            return Ok(Progress::Unknown);
        }
        let item = record(task, behaviour).with("account", account.to_string());
        let item = match card {
            ChargedCard::Typed { token, save } => {
                let vaulted = token::vault(&self.key, token.reveal()).filter(|_| *save);
                item.with_some("vault", vaulted.as_ref().map(Secret::reveal))
            }
            ChargedCard::Saved { token, agreed_with } => {
                let item = item.with("initiated", "merchant");
                let item = item.with_some("agreed", agreed_with.as_deref());
                if self.is_forgotten(token.reveal()).await? {
                    item.with("is", FailureReason::CardDeclined.as_str())
                } else {
                    item
                }
            }
        };
        if behaviour == Behaviour::Twice {
            self.book(item.clone()).await?;
        }
        if behaviour == (Behaviour::Dies { charged: false }) {
            return self.die().map(|()| Progress::Unknown);
        }
        let booked = self.book(item).await?;
        if behaviour == (Behaviour::Dies { charged: true }) {
            return self.die().map(|()| Progress::Unknown);
        }
        Ok(decided(&booked, task.now).unwrap_or(Progress::Unknown))
    }

    /// Notes that a token of the vault is deleted.
    pub(super) async fn forget_token(&self, token: &str, now: Time) -> Result<(), Unreachable> {
        let item = forgotten(token).item().with("v", 1_i64).with("is", "forgotten");
        self.book(item.with("ttl", now.plus_days(KEPT_DAYS).seconds())).await?;
        Ok(())
    }

    async fn is_forgotten(&self, token: &str) -> Result<bool, Unreachable> {
        Ok(self.store.get(&forgotten(token), Consistency::Strong).await?.is_some())
    }

    pub(super) async fn end_challenge(
        &self,
        task: &Task,
        passed: bool,
    ) -> Result<Progress, Unreachable> {
        let key = key::simulator_charge(task.id);
        let item = self.store.get(&key, Consistency::Strong).await?;
        let item = item.ok_or_else(|| Unreachable("no such charge".to_owned()))?;
        let answer = match (item.text("then"), passed) {
            (Ok(then), true) => then.to_owned(),
            (_, false) => FailureReason::AuthenticationFailed.as_str().to_owned(),
            (Err(_), true) => return Err(Unreachable("no challenge was asked".to_owned())),
        };
        let update = Update::of(key).set("is", answer).guard(Guard::Is("is", "challenge".into()));
        let item = match self.store.update(update).await {
            Ok(item) => item,
            Err(Error::Refused { old: Some(old), .. }) => *old,
            Err(other) => return Err(other.into()),
        };
        Ok(decided(&item, task.now).unwrap_or(Progress::Unknown))
    }

    /// Closes the key of a charge that never came: one that is still on its way finds it taken.
    pub(super) async fn ask_about_charge(&self, task: &Task) -> Result<Progress, Unreachable> {
        let closed = key::simulator_charge(task.id).item().with("v", 1_i64).with("is", "absent");
        let closed = closed.with("ttl", task.now.plus_days(KEPT_DAYS).seconds());
        let found = self.book(closed).await?;
        Ok(decided(&found, task.now).unwrap_or(Progress::Unknown))
    }

    /// Writes into the books, or finds the record that is there: a key counts once.
    pub(super) async fn book(&self, item: Item) -> store::Result<Item> {
        match self.store.commit(vec![Write::Insert(item.clone())]).await {
            Ok(()) => Ok(item),
            Err(Error::Refused { old: Some(old), .. }) => Ok(*old),
            Err(other) => Err(other),
        }
    }
}

/// Where the books say that a token of the vault is deleted.
fn forgotten(token: &str) -> Key {
    key::simulator_charge(Id::derive(Time::EPOCH, sha256(token)))
}

/// What a charge of a card with this behaviour puts into the books.
fn record(task: &Task, behaviour: Behaviour) -> Item {
    let (answer, then) = match behaviour {
        Behaviour::Approve
        | Behaviour::DeclineLater(_)
        | Behaviour::LoseLater
        | Behaviour::Twice
        | Behaviour::Late
        | Behaviour::Lost
        | Behaviour::RefundsLate { .. }
        | Behaviour::Dies { .. } => ("approved", None),
        Behaviour::Decline(reason) => (reason.as_str(), None),
        Behaviour::Challenge | Behaviour::ChallengeAlways => ("challenge", Some("approved")),
        Behaviour::ChallengeThenDecline => {
            ("challenge", Some(FailureReason::CardDeclined.as_str()))
        }
    };
    let late = behaviour == Behaviour::Late;
    let known_at = late.then(|| task.now.plus_seconds(LATE_S));
    key::simulator_charge(task.id)
        .item()
        .with("v", 1_i64)
        .with("is", answer)
        .with_some("then", then)
        .with_some("at", known_at)
        .with_some("refunds", late_refunds(behaviour))
        .with("intent", task.intent.to_string())
        .with("amt", task.amount.minor())
        .with("cur", task.amount.currency().code())
        .with("ttl", task.now.plus_days(KEPT_DAYS).seconds())
}

/// What a card does with refunds, where it does something of its own.
fn late_refunds(behaviour: Behaviour) -> Option<&'static str> {
    let Behaviour::RefundsLate { refused } = behaviour else { return None };
    Some(if refused { LATE_THEN_REFUSED } else { LATE_THEN_DONE })
}

/// What the books say, once it is known.
fn decided(item: &Item, now: Time) -> Option<Progress> {
    // Only a late answer has a time from which on it is known.
    if item.time_if_any("at").ok()?.is_some_and(|known_at| known_at > now) {
        return None;
    }
    match item.text("is").ok()? {
        "approved" => {
            let attempt = item.text("pk").ok()?.strip_prefix("simulator#")?;
            let vault_token = item.text_if_any("vault");
            Some(Progress::Succeeded(Receipt {
                reference: Some(format!("ch_{attempt}")),
                vault_token: vault_token.map(|text| ProcessorToken::new(text.to_owned())),
                settles: None,
            }))
        }
        "challenge" => Some(Progress::ChallengeNeeded),
        "absent" => Some(Progress::Absent),
        reason => reason.parse().ok().map(Progress::Declined),
    }
}
