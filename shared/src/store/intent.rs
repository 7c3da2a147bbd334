//! Payment intents in the table. One item is the intent, its terms, its attempt and its outbox.
//!
//! [`item`] is its form, [`reservation`] the write that takes it for a submit.

mod card_payments;
pub mod item;
pub mod reservation;
mod taxed;
pub mod terms;

pub use item::{
    amounts, attempt_from_item, attempt_to_item, card_from_item, card_to_item, from_item, scope_of,
    to_item,
};
pub use reservation::Reserved;
pub use taxed::{record_from_item, record_to_item};

use super::{
    Consistency, Error, Index, Result, Table, Update, Write, key,
    list::{Gather, Gathered, ListPlace, Listing, MAX_PER_PAGE, Slice},
};
use crate::model::{
    Scope, Time,
    id::{AttemptId, CustomerId, Id, PaymentIntentId, WalletId},
    payment_intent::{PaymentIntent, StatusName},
    payment_method::PaymentMethod,
    route::IntentType,
};

/// Which intents to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct IntentFilter {
    /// Of one customer, from the index.
    pub customer: Option<CustomerId>,
    /// Through one wallet; best together with its customer.
    pub wallet: Option<WalletId>,
    /// By status at the time of listing; a surface may show several under one name.
    pub statuses: Option<&'static [StatusName]>,
    /// By type; `Some(None)` for payments through links.
    pub kind: Option<Option<IntentType>>,
}

impl IntentFilter {
    fn wants(&self, intent: &PaymentIntent, now: Time) -> bool {
        let terms = intent.wallet_terms();
        self.statuses.is_none_or(|statuses| statuses.contains(&intent.status_at(now)))
            && self.kind.is_none_or(|kind| kind == terms.map(|terms| terms.kind))
            && self.wallet.is_none_or(|wallet| terms.is_some_and(|terms| terms.wallet == wallet))
    }
}

/// What is written together with an outcome.
#[derive(Debug, Default)]
pub struct Settlement {
    /// What is counted: the use of a link that the charge held, a decline of a saved card.
    pub counted: Option<Update>,
    /// The customer whom the payment made, and what it changes of a customer and its cards. All of it
    /// must still be as it was read.
    pub customer: Vec<Write>,
    /// The card that was paid with; one that is saved already stays as it is.
    pub save: Option<PaymentMethod>,
}

impl Table {
    /// One intent of this tenant.
    pub async fn intent(
        &self,
        scope: Scope,
        id: PaymentIntentId,
        consistency: Consistency,
    ) -> Result<Option<PaymentIntent>> {
        let key = key::intent(scope, id);
        let item = match consistency {
            Consistency::Eventual => self.find(&key).await?,
            Consistency::Strong => self.get(&key, Consistency::Strong).await?,
        };
        item.map(|item| from_item(scope, &item)).transpose().map_err(Error::from)
    }

    /// A tenant's intents, newest first. A page that a filter leaves unfilled is filled from what
    /// follows, as far as [`super::list::MAX_LOOKED_AT`] records allow.
    pub async fn intents(
        &self,
        scope: Scope,
        filter: IntentFilter,
        slice: &Slice,
        now: Time,
    ) -> Result<Listing<PaymentIntent>> {
        let mut gathered = Gathered::new(slice);
        let mut part = slice.clone();
        loop {
            let raw = self.unfiltered(scope, filter.customer, &part).await?;
            let wanted = |intent: &PaymentIntent| filter.wants(intent, now);
            match gathered.take(raw, slice, wanted, |intent| *intent.id.uuid()) {
                Gather::Done(listing) => return Ok(listing),
                Gather::More(next) => part = next,
            }
        }
    }

    /// Payments of every kind and surface, newest first: what an operator looks through.
    pub async fn every_intent(
        &self,
        scope: Scope,
        slice: &Slice,
    ) -> Result<Listing<PaymentIntent>> {
        let all = |month| key::intents(scope, month);
        let by_card = |month| key::card_intents(scope, month);
        let places = [
            ListPlace { index: None, partition: &all },
            ListPlace { index: Some(Index::Second), partition: &all },
            ListPlace { index: Some(Index::Second), partition: &by_card },
        ];
        self.list_places(&places, slice).await?.try_map(|item| from_item(scope, item))
    }

    async fn unfiltered(
        &self,
        scope: Scope,
        customer: Option<CustomerId>,
        slice: &Slice,
    ) -> Result<Listing<PaymentIntent>> {
        let raw = match customer {
            Some(customer) => {
                self.list_of(key::intents_of_customer(scope, customer), slice).await?
            }
            None => {
                let places = [None, Some(Index::Second)];
                self.list_merged(&places, |month| key::intents(scope, month), slice).await?
            }
        };
        raw.try_map(|item| from_item(scope, item))
    }

    /// The payment by card that saw this submit. A submit's id begins with the moment at which its
    /// payment was made, so that only payments of that millisecond are looked at.
    pub async fn payment_of_attempt(
        &self,
        scope: Scope,
        id: AttemptId,
    ) -> Result<Option<PaymentIntent>> {
        let made = id.minted_at();
        let slice = Slice { before: None, from: made, until: made, limit: MAX_PER_PAGE };
        let (links, cards) =
            (|month| key::intents(scope, month), |month| key::card_intents(scope, month));
        let places = [
            ListPlace { index: None, partition: &links },
            ListPlace { index: Some(Index::Second), partition: &cards },
        ];
        let found = self.list_places(&places, &slice).await?;
        for item in &found.entries {
            let payment = from_item(scope, item)?;
            if payment.was_attempted_with(id) {
                return Ok(Some(payment));
            }
        }
        self.payment_of_first_attempt(scope, id).await
    }

    /// The payment of a submit that was made together with it, by the item that lists the submit:
    /// in its first moments the index may not have it yet.
    async fn payment_of_first_attempt(
        &self,
        scope: Scope,
        id: AttemptId,
    ) -> Result<Option<PaymentIntent>> {
        let listed = key::transaction(scope, id.minted_at(), Id::from_uuid(*id.uuid()));
        let Some(listed) = self.get(&listed, Consistency::Strong).await? else { return Ok(None) };
        let payment = self.intent(scope, listed.parse("pay")?, Consistency::Strong).await?;
        Ok(payment.filter(|payment| payment.was_attempted_with(id)))
    }

    /// Replaces an intent that has moved on by one transition, and saves the card that was paid
    /// with where there is one: in the same commit, or not at all. A card that is saved already
    /// stays as it is.
    ///
    /// # Errors
    /// [`Error::Refused`] with index 0 when the intent has moved on meanwhile.
    pub async fn replace_intent(
        &self,
        next: &PaymentIntent,
        save: Option<&PaymentMethod>,
    ) -> Result<()> {
        self.settle_intent(next, Settlement { save: save.cloned(), ..Settlement::default() }).await
    }

    /// Replaces an intent that has moved on by one transition, together with everything that its
    /// outcome changes, or not at all.
    ///
    /// # Errors
    /// [`Error::Refused`] with index 0 when the intent has moved on meanwhile, or somebody else
    /// made the customer: look again.
    pub async fn settle_intent(&self, next: &PaymentIntent, with: Settlement) -> Result<()> {
        let version = next.version.saturating_sub(1);
        let made = with.customer.len();
        let mut writes = vec![Write::Replace { item: to_item(next), version }];
        writes.extend(with.customer);
        writes.extend(with.counted.map(Write::Update));
        let Some(method) = with.save else {
            return self.commit(writes).await.map_err(|error| stale_until(error, made));
        };
        let last = writes.len();
        let insert = Write::Insert(super::payment_method::to_item(&method));
        let all = writes.iter().cloned().chain([insert]).collect();
        let written = match self.commit(all).await {
            Err(Error::Refused { index, .. }) if index == last => self.commit(writes).await,
            other => other,
        };
        written.map_err(|error| stale_until(error, made))
    }
}

/// What was read is no longer true: the intent, or that there is no such customer.
fn stale_until(error: Error, last: usize) -> Error {
    match error {
        Error::Refused { index, old } if index <= last => Error::Refused { index: 0, old },
        other @ (Error::Refused { .. }
        | Error::Contended
        | Error::Unavailable(_)
        | Error::Rejected(_)
        | Error::Corrupt(_)) => other,
    }
}

/// The write that replaces an intent which has moved on by one transition.
pub fn replace(next: &PaymentIntent) -> Write {
    Write::Replace { item: to_item(next), version: next.version.saturating_sub(1) }
}

/// The write that creates an intent.
pub fn insert(intent: &PaymentIntent) -> Write {
    Write::Insert(to_item(intent))
}

#[cfg(test)]
mod tests;
