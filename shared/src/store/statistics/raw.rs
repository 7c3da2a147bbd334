//! The records that statistics are counted from, by the time at which something happened.

use crate::{
    model::{
        Id, Money, Scope, Time,
        id::{PaymentIntentId, PaymentLinkId},
        payment_intent::PaymentIntent,
        refund::Refund,
        time::Month,
        transaction::Transaction,
    },
    store::{
        Consistency, Corrupt, Index, Item, Key, Query, Result, Table, intent, key, list::Listing,
        refund,
    },
};
use uuid::Uuid;

/// More happens to nobody between two moments that are counted at once.
const MAX_FOUND: u32 = 10_000_000;

/// A piece of time: from its first moment until the first one after it.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// The first moment that lies in it.
    pub from: Time,
    /// The first moment after it.
    pub until: Time,
}

impl Span {
    /// Whether a moment lies in it.
    pub fn has(&self, at: Time) -> bool {
        self.from <= at && at < self.until
    }
}

impl Table {
    /// When checkouts of a link were made for which no card was submitted yet.
    pub async fn untried_starts(
        &self,
        s: Scope,
        link: PaymentLinkId,
        span: Span,
    ) -> Result<Vec<Time>> {
        let ids = self.started(s, link, span, 's').await?;
        Ok(ids.into_iter().map(|id| id.minted_at()).collect())
    }

    /// Payments that were made in a span, and for which a card was submitted at any time: of a link,
    /// or all that have none.
    pub async fn attempted_payments(
        &self,
        s: Scope,
        link: Option<PaymentLinkId>,
        span: Span,
    ) -> Result<Vec<PaymentIntent>> {
        let Some(link) = link else { return self.attempted_without_link(s, span).await };
        let ids = self.started(s, link, span, 'a').await?;
        let keys: Vec<Key> = ids.into_iter().map(|id| key::intent(s, id)).collect();
        self.payments(s, &keys).await
    }

    /// The same with what their buyers typed.
    pub async fn attempted_transactions(
        &self,
        s: Scope,
        link: Option<PaymentLinkId>,
        span: Span,
    ) -> Result<Vec<Transaction>> {
        let entries = self.attempted_payments(s, link, span).await?;
        Ok(self.with_sessions(s, Listing { entries, next: None }).await?.entries)
    }

    /// Payments that were paid in a span, with the moment.
    pub async fn paid_payments(
        &self,
        s: Scope,
        link: Option<PaymentLinkId>,
        span: Span,
    ) -> Result<Vec<(Time, PaymentIntent)>> {
        let keys = self.happened(key::paid_on(s, link), span).await?;
        let paid = self.payments(s, &keys).await?;
        let paid = paid.into_iter().filter_map(|payment| Some((payment.succeeded_at()?, payment)));
        Ok(paid.filter(|(at, _)| span.has(*at)).collect())
    }

    /// What went back in a span, with the moment.
    pub async fn refunds_ended(
        &self,
        s: Scope,
        link: Option<PaymentLinkId>,
        span: Span,
    ) -> Result<Vec<(Time, Money)>> {
        let keys = self.happened(key::refunded_on(s, link), span).await?;
        let items = self.all(&keys).await?;
        let refunds = items.iter().map(|item| refund::from_item(s, item));
        let refunds = refunds.collect::<std::result::Result<Vec<Refund>, Corrupt>>()?;
        let ended =
            refunds.iter().filter_map(|refund| Some((refund.succeeded_at()?, refund.amount)));
        Ok(ended.filter(|(at, _)| span.has(*at)).collect())
    }

    async fn started(
        &self,
        s: Scope,
        link: PaymentLinkId,
        span: Span,
        which: char,
    ) -> Result<Vec<PaymentIntentId>> {
        // A time alone sorts before all ids that begin with it.
        let place = |at| format!("{which}#{}", key::ids_from(at));
        let pk = key::started_on(s, Some(link));
        let items = self.range(Some(Index::Third), pk, place(span.from), place(span.until)).await?;
        let ids = items.iter().map(|item| {
            let id = item.text("gsi3sk")?.get(2..).and_then(|id| Uuid::try_parse(id).ok());
            id.map(Id::from_uuid).ok_or_else(|| item.corrupt("gsi3sk"))
        });
        Ok(ids.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// The keys of what happened in a span.
    async fn happened(&self, pk: String, span: Span) -> Result<Vec<Key>> {
        let place = |at: Time| format!("{:015}", at.ms());
        let items =
            self.range(Some(Index::Fourth), pk, place(span.from), place(span.until)).await?;
        Ok(items.iter().map(Key::of).collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// Card payments of all surfaces stand in two lists by month.
    async fn attempted_without_link(&self, s: Scope, span: Span) -> Result<Vec<PaymentIntent>> {
        let mut found = Vec::new();
        let (from, to) = (key::ids_from(span.from), key::ids_from(span.until));
        let mut month: Month = span.from.month();
        while month <= span.until.month() {
            for (index, pk) in
                [(None, key::intents(s, month)), (Some(Index::Second), key::card_intents(s, month))]
            {
                let items = self.range(index, pk, from.clone(), to.clone()).await?;
                let payments = items.iter().map(|item| intent::from_item(s, item));
                found.extend(payments.collect::<std::result::Result<Vec<_>, Corrupt>>()?);
            }
            month = month.next();
        }
        found.retain(|it: &PaymentIntent| it.payment_link().is_none() && it.is_attempted());
        Ok(found)
    }

    async fn range(
        &self,
        index: Option<Index>,
        pk: String,
        from: String,
        to: String,
    ) -> Result<Vec<Item>> {
        let query = Query {
            index,
            pk,
            from,
            to,
            consistency: Consistency::Eventual,
            oldest_first: true,
            limit: MAX_FOUND,
        };
        Ok(self.query(query).await?.items)
    }

    async fn payments(&self, s: Scope, keys: &[Key]) -> Result<Vec<PaymentIntent>> {
        let items = self.all(keys).await?;
        let payments = items.iter().map(|item| intent::from_item(s, item));
        Ok(payments.collect::<std::result::Result<_, Corrupt>>()?)
    }

    async fn all(&self, keys: &[Key]) -> Result<Vec<Item>> {
        Ok(self.get_many(keys, Consistency::Strong).await?.into_iter().flatten().collect())
    }
}
