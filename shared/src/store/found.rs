//! Names of card payments in the table: see [`crate::operations::search`].

use super::{
    Consistency, Corrupt, Item, Query, Result, Table, Write, intent, key,
    list::{Gather, Gathered, Listing, Slice},
};
use crate::model::{
    Scope, Time,
    id::PaymentIntentId,
    payment_intent::PaymentIntent,
    transaction::{Transaction, TransactionFilter},
};
use futures_util::future::try_join_all;

/// The write that keeps one name of a payment; refused where it is kept already.
pub fn insert(scope: Scope, hash: &str, id: PaymentIntentId) -> Write {
    Write::Insert(key::found(scope, hash, id).item().with("v", 1_i64))
}

/// The write that forgets a name of a payment.
pub fn remove(scope: Scope, hash: &str, id: PaymentIntentId) -> Write {
    Write::Remove { key: key::found(scope, hash, id), version: 1 }
}

impl Table {
    /// Which of some names of payments are not kept under any of their hashes.
    pub async fn names_not_kept<T>(
        &self,
        scope: Scope,
        names: Vec<(PaymentIntentId, Vec<String>, T)>,
    ) -> Result<Vec<(PaymentIntentId, T)>> {
        let keys: Vec<_> = names
            .iter()
            .flat_map(|(id, hashes, _)| hashes.iter().map(|hash| key::found(scope, hash, *id)))
            .collect();
        let mut found = self.get_many(&keys, Consistency::Eventual).await?.into_iter();
        let missing = names.into_iter().filter_map(|(id, hashes, name)| {
            let kept = found.by_ref().take(hashes.len()).flatten().count();
            (kept == 0).then_some((id, name))
        });
        Ok(missing.collect())
    }

    /// A tenant's card payments that have one of some names and that a filter wants, newest first.
    pub async fn found(
        &self,
        scope: Scope,
        hashes: &[String],
        filter: &TransactionFilter,
        slice: &Slice,
        now: Time,
    ) -> Result<Listing<Transaction>> {
        let mut gathered = Gathered::on_links(slice);
        let mut part = slice.clone();
        loop {
            let raw = self.found_ids(scope, hashes, &part).await?;
            let raw = self.payments_by_id(scope, raw).await?;
            let raw = self.with_sessions(scope, raw).await?;
            let wanted = |found: &Transaction| filter.wants(found, now);
            match gathered.take(raw, slice, wanted, |found| *found.intent.id.uuid()) {
                Gather::Done(listing) => return Ok(listing),
                Gather::More(next) => part = next,
            }
        }
    }

    /// Card payments that have one of some names, newest first, by their ids alone.
    pub async fn found_ids(
        &self,
        scope: Scope,
        hashes: &[String],
        slice: &Slice,
    ) -> Result<Listing<PaymentIntentId>> {
        let queries = hashes.iter().map(|hash| {
            self.query(Query {
                index: None,
                pk: key::found_with(scope, hash),
                from: slice.lowest(),
                to: slice.highest(),
                consistency: Consistency::Eventual,
                oldest_first: false,
                limit: slice.limit.saturating_add(1),
            })
        });
        let pages = try_join_all(queries).await?;
        let items = pages.iter().flat_map(|page| &page.items);
        let ids = items.map(|item| item.parse("sk"));
        let mut ids = ids.collect::<std::result::Result<Vec<PaymentIntentId>, Corrupt>>()?;
        ids.sort_unstable_by(|one, other| other.cmp(one));
        ids.dedup();
        let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
        let more = ids.len() > limit;
        ids.truncate(limit);
        let next = ids.last().filter(|_| more).map(|id| *id.uuid());
        Ok(Listing { entries: ids, next })
    }

    /// Card payments by their ids; one that is gone is left out.
    pub(super) async fn payments_by_id(
        &self,
        scope: Scope,
        ids: Listing<PaymentIntentId>,
    ) -> Result<Listing<PaymentIntent>> {
        let keys: Vec<_> = ids.entries.iter().map(|id| key::intent(scope, *id)).collect();
        let found = self.get_many(&keys, Consistency::Eventual).await?;
        let read = found.into_iter().flatten().map(|item: Item| intent::from_item(scope, &item));
        let entries = read.collect::<std::result::Result<Vec<_>, Corrupt>>()?;
        Ok(Listing { entries, next: ids.next })
    }
}
