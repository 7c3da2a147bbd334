//! Card payments of every surface, as an organisation looks at them.

use super::{
    Problem, Resource, Result,
    search::{SearchKeys, find_alone},
};
use crate::{
    model::{
        Scope, Time,
        id::{PaymentIntentId, PaymentLinkId},
        transaction::{Transaction, TransactionFilter},
    },
    operations::search::Search,
    store::{
        Consistency, Table,
        list::{Listing, Slice},
        payment_link::MAX_ROWS,
    },
};
use futures_util::future::try_join_all;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A transaction as it is now.
pub async fn find(store: &Table, scope: Scope, id: PaymentIntentId) -> Result<Transaction> {
    let found = store.transaction(scope, id).await?;
    found.ok_or(Problem::NotFound(Resource::Payment))
}

/// Makes sure that a card payment is there, of whatever surface.
pub async fn check(store: &Table, scope: Scope, id: PaymentIntentId) -> Result<()> {
    let found = store.intent(scope, id, Consistency::Strong).await?;
    // A derived id shares its place with all that its key would make.
    let found = found.filter(|found| found.id == id && found.link_terms().is_some());
    found.map(|_| ()).ok_or(Problem::NotFound(Resource::Payment))
}

/// A page of a tenant's transactions, newest first.
pub async fn list(
    store: &Table,
    scope: Scope,
    filter: &TransactionFilter,
    slice: &Slice,
    now: Time,
) -> Result<Listing<Transaction>> {
    let found = store.transactions(scope, filter, slice, now).await?;
    let whole = found.entries.into_iter().map(|found| store.with_refunds(scope, found));
    Ok(Listing { entries: try_join_all(whole).await?, next: found.next })
}

/// A part of the list for a table, with the names that its rows show.
#[derive(Debug)]
pub struct Exported {
    /// The transactions of this part, newest first, as many as one table holds.
    pub rows: Vec<Transaction>,
    /// Where it goes on; `None` at the end.
    pub next: Option<Uuid>,
    /// The sellers' names of their links.
    pub names: BTreeMap<PaymentLinkId, String>,
}

/// Rows that are read at once for a table.
const ROWS_A_READ: u32 = 500;

/// Reads for one table: a filter that finds nothing ends there, too.
const MAX_READS: usize = 12;

/// As many of a tenant's transactions as one table holds, and the names of their links. With keys, what
/// the filter searches for is found by its names.
pub async fn export(
    store: &Table,
    scope: Scope,
    filter: &TransactionFilter,
    keys: Option<&SearchKeys>,
    slice: &Slice,
    now: Time,
) -> Result<Exported> {
    let most = usize::try_from(slice.limit).unwrap_or(usize::MAX);
    let mut part = Slice { limit: ROWS_A_READ, ..slice.clone() };
    let (mut rows, mut next) = (Vec::new(), None);
    for _ in 0..MAX_READS {
        let left = u32::try_from(most.saturating_sub(rows.len())).unwrap_or(u32::MAX);
        part.limit = ROWS_A_READ.min(left);
        let found = match (&filter.search, keys) {
            (Some(text), Some(keys)) => {
                find_alone(store, Search { keys, text }, scope, filter, &part, now).await?
            }
            (Some(_), None) | (None, _) => store.transactions(scope, filter, &part, now).await?,
        };
        rows.extend(found.entries);
        next = found.next;
        if next.is_none() || rows.len() >= most {
            break;
        }
        part.before = next;
    }
    let linked = rows.iter().any(|row| row.link().is_some());
    let names = if linked { names(store, scope).await? } else { BTreeMap::new() };
    Ok(Exported { rows, next, names })
}

/// What the seller calls each of its links.
async fn names(store: &Table, scope: Scope) -> Result<BTreeMap<PaymentLinkId, String>> {
    let rows = store.link_rows(scope, None, MAX_ROWS).await?.rows;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Makes sure that a link is one of this tenant's; deleted ones are.
pub async fn check_link(store: &Table, scope: Scope, link: PaymentLinkId) -> Result<()> {
    let found = store.payment_link(link, Consistency::Strong).await?;
    let ours = found.filter(|found| found.scope == scope);
    ours.map(|_| ()).ok_or(Problem::NotFound(Resource::Link))
}
