//! Card payments of a tenant, whichever surface made them, newest first.

use super::from_item;
use crate::{
    model::{Scope, Surface, id::CustomerId, payment_intent::PaymentIntent},
    store::{
        Index, Item, Result, Table, key,
        list::{Gather, Gathered, ListPlace, Listing, Slice},
    },
};

impl Table {
    /// A page of a tenant's card payments, or of those of one customer. What a buyer has only begun on
    /// the links surface is none yet.
    pub async fn card_payments(
        &self,
        scope: Scope,
        customer: Option<CustomerId>,
        slice: &Slice,
    ) -> Result<Listing<PaymentIntent>> {
        let mut gathered = Gathered::new(slice);
        let mut part = slice.clone();
        loop {
            let raw = match customer {
                Some(customer) => self.intents_of(scope, customer, &part).await?,
                None => self.by_card(scope, &part).await?,
            };
            let raw = raw.try_map(|item| from_item(scope, item))?;
            match gathered.take(raw, slice, is_listed, |payment| *payment.id.uuid()) {
                Gather::Done(listing) => return Ok(listing),
                Gather::More(next) => part = next,
            }
        }
    }

    async fn by_card(&self, scope: Scope, slice: &Slice) -> Result<Listing<Item>> {
        let (links, others) =
            (|month| key::intents(scope, month), |month| key::card_intents(scope, month));
        let places = [
            ListPlace { index: None, partition: &links },
            ListPlace { index: Some(Index::Second), partition: &others },
        ];
        self.list_places(&places, slice).await
    }

    async fn intents_of(
        &self,
        scope: Scope,
        customer: CustomerId,
        slice: &Slice,
    ) -> Result<Listing<Item>> {
        self.list_of(key::intents_of_customer(scope, customer), slice).await
    }
}

/// Whether an intent is a card payment: through a link, and on the links surface tried.
fn is_listed(intent: &PaymentIntent) -> bool {
    let begun = intent.surface == Surface::Links
        && intent.link_terms().is_none_or(|terms| terms.link.attempts.made == 0);
    intent.is_by_card() && !begun
}
