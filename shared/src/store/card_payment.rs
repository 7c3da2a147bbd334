//! Card payments of every surface, with the checkouts that belong to them: what the links surface
//! lists as transactions.

use super::{
    Consistency, Corrupt, Error, Index, Item, Query, Result, Table, checkout_session, intent, key,
    list::{Gather, Gathered, ListPlace, Listing, Slice},
};
use crate::model::{
    Scope, Surface, Time,
    id::{CheckoutSessionId, PaymentIntentId, PaymentLinkId},
    payment_intent::PaymentIntent,
    transaction::{Transaction, TransactionFilter},
};
use uuid::Uuid;

impl Table {
    /// One card payment of this tenant, as it is now.
    pub async fn transaction(
        &self,
        scope: Scope,
        id: PaymentIntentId,
    ) -> Result<Option<Transaction>> {
        match self.transaction_alone(scope, id).await? {
            Some(found) => Ok(Some(self.with_refunds(scope, found).await?)),
            None => Ok(None),
        }
    }

    /// The same without its refunds.
    pub async fn transaction_alone(
        &self,
        scope: Scope,
        id: PaymentIntentId,
    ) -> Result<Option<Transaction>> {
        let session = CheckoutSessionId::from_uuid(*id.uuid());
        let keys = [key::intent(scope, id), key::checkout_session(scope, session)];
        let [payment, typed] = self.get_all(keys, Consistency::Strong).await?;
        let payment = payment.map(|item| intent::from_item(scope, &item)).transpose()?;
        let Some(intent) = payment.filter(PaymentIntent::is_by_card) else {
            return Ok(None);
        };
        let session =
            typed.map(|item| checkout_session::from_item(scope, session, &item)).transpose()?;
        Ok(Some(Transaction { intent, session, refunds: Vec::new() }))
    }

    /// A transaction with its refunds: a read where there are any.
    pub async fn with_refunds(&self, scope: Scope, found: Transaction) -> Result<Transaction> {
        if !found.has_refunds() {
            return Ok(found);
        }
        let refunds = self.refunds_of_payment(scope, found.intent.id).await?;
        Ok(Transaction { refunds, ..found })
    }

    /// A tenant's card payments, newest first. A page that a filter leaves unfilled is filled from
    /// what follows, as far as [`super::list::MAX_LOOKED_AT_ON_LINKS`] records allow.
    pub async fn transactions(
        &self,
        scope: Scope,
        filter: &TransactionFilter,
        slice: &Slice,
        now: Time,
    ) -> Result<Listing<Transaction>> {
        let mut gathered = Gathered::on_links(slice);
        let mut part = slice.clone();
        loop {
            let raw = match filter.link {
                Some(link) => self.attempted_on(scope, link, &part).await?,
                None => self.card_intents(scope, &part).await?,
            };
            let raw = self.with_sessions(scope, raw).await?;
            let wanted = |transaction: &Transaction| filter.wants(transaction, now);
            match gathered.take(raw, slice, wanted, |found| *found.intent.id.uuid()) {
                Gather::Done(listing) => return Ok(listing),
                Gather::More(next) => part = next,
            }
        }
    }

    async fn card_intents(&self, scope: Scope, slice: &Slice) -> Result<Listing<PaymentIntent>> {
        let platform = |month| key::intents(scope, month);
        let others = |month| key::card_intents(scope, month);
        let places = [
            ListPlace { index: None, partition: &platform },
            ListPlace { index: Some(Index::Second), partition: &others },
        ];
        let raw = self.list_places(&places, slice).await?;
        raw.try_map(|item| intent::from_item(scope, item))
    }

    /// The payments of a link for which a card was submitted: their keys from the index, then they
    /// themselves.
    async fn attempted_on(
        &self,
        scope: Scope,
        link: PaymentLinkId,
        slice: &Slice,
    ) -> Result<Listing<PaymentIntent>> {
        let query = Query {
            index: Some(Index::Third),
            pk: key::started_on(scope, Some(link)),
            from: format!("a#{}", slice.lowest()),
            to: format!("a#{}", slice.highest()),
            consistency: Consistency::Eventual,
            oldest_first: false,
            limit: slice.limit.saturating_add(1),
        };
        let page = self.query(query).await?;
        let ids = page.items.iter().map(|item| attempted_id(item).map_err(Error::from));
        let mut ids = ids.collect::<Result<Vec<PaymentIntentId>>>()?;
        let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
        let more = ids.len() > limit;
        ids.truncate(limit);
        let next = ids.last().filter(|_| more).map(|id| *id.uuid());
        self.payments_by_id(scope, Listing { entries: ids, next }).await
    }

    pub(super) async fn with_sessions(
        &self,
        scope: Scope,
        payments: Listing<PaymentIntent>,
    ) -> Result<Listing<Transaction>> {
        let ours = |payment: &PaymentIntent| payment.surface == Surface::Links;
        let wanted: Vec<CheckoutSessionId> = payments
            .entries
            .iter()
            .filter(|payment| ours(payment))
            .map(|payment| CheckoutSessionId::from_uuid(*payment.id.uuid()))
            .collect();
        let keys: Vec<_> = wanted.iter().map(|id| key::checkout_session(scope, *id)).collect();
        let found = self.get_many(&keys, Consistency::Eventual).await?;
        let mut sessions = wanted.into_iter().zip(found);
        let mut entries = Vec::with_capacity(payments.entries.len());
        for intent in payments.entries {
            let typed = if ours(&intent) { sessions.next() } else { None };
            let session = match typed {
                Some((id, Some(item))) => {
                    Some(checkout_session::from_item(scope, id, &item).map_err(Error::from)?)
                }
                Some((_, None)) | None => None,
            };
            entries.push(Transaction { intent, session, refunds: Vec::new() });
        }
        Ok(Listing { entries, next: payments.next })
    }
}

fn attempted_id(item: &Item) -> std::result::Result<PaymentIntentId, Corrupt> {
    let id = item.text("gsi3sk")?.strip_prefix("a#").and_then(|id| Uuid::try_parse(id).ok());
    id.map(PaymentIntentId::from_uuid).ok_or_else(|| item.corrupt("gsi3sk"))
}
