//! Finding card payments by a name of theirs, however many and however old they are.
//!
//! A payment has an item for each of its names from its first card on. The worker of statistics writes
//! them, off the buyer's path, so they are there within a minute. Payments of the last quarter of an
//! hour are therefore looked through as well: what was paid a moment ago is found at once. Names whose
//! message was lost are written by the nightly count.
//!
//! Names are kept as HMACs under the pepper: the table alone tells nobody who paid. Those of before a
//! pepper was replaced or revoked are found under it.

use super::{Problem, Result};
use crate::{
    digest::hex,
    model::{
        Scope, Time,
        id::{CheckoutSessionId, PaymentIntentId, PaymentLinkId},
        password::Pepper,
        search_term::SearchTerm,
        transaction::{Transaction, TransactionFilter},
    },
    queue::sqs::Count,
    store::{
        Error, Table, Write, found,
        list::{Listing, Slice},
        statistics::Span,
    },
};
use futures_util::future::try_join_all;
use ring::hmac;
use uuid::Uuid;

/// Payments younger than this are looked through, in seconds: their names may not be kept yet.
pub(super) const RECENT_S: i64 = 15 * 60;

/// The keys that names are kept under: the newest keeps, all of them find.
pub struct SearchKeys {
    newest: hmac::Key,
    older: Vec<hmac::Key>,
}

impl SearchKeys {
    /// The keys that a pepper gives, which are good for nothing else.
    pub fn of(pepper: Pepper<'_>) -> Self {
        let derived = |key: &[u8]| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, key);
            hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, b"names of payments").as_ref())
        };
        let older = pepper.older.iter().map(|(_, key)| derived(key)).collect();
        Self { newest: derived(pepper.key), older }
    }

    fn kept(&self, term: &SearchTerm) -> String {
        hash(&self.newest, term)
    }

    pub(super) fn known(&self, term: &SearchTerm) -> Vec<String> {
        let keys = std::iter::once(&self.newest).chain(&self.older);
        keys.map(|key| hash(key, term)).collect()
    }
}

fn hash(key: &hmac::Key, term: &SearchTerm) -> String {
    hex(hmac::sign(key, term.text().as_bytes()).as_ref())
}

/// Keeps the names of the payments that messages name, and answers for each message why it could not.
/// Names that are kept already stay: messages come twice.
pub async fn keep(store: &Table, keys: &SearchKeys, messages: &[String]) -> Vec<Option<String>> {
    let mut told = Vec::with_capacity(messages.len());
    for message in messages {
        let tried = serde_json::from_str::<Count>(message).ok().and_then(|count| count.tried());
        told.push(match tried {
            Some((scope, id)) => keep_names(store, keys, scope, id).await.err().map(String::from),
            None => None,
        });
    }
    told
}

/// Keeps the names of one payment.
pub async fn keep_names(
    store: &Table,
    keys: &SearchKeys,
    scope: Scope,
    id: PaymentIntentId,
) -> Result<()> {
    let Some(payment) = store.transaction_alone(scope, id).await? else { return Ok(()) };
    let names = SearchTerm::names_of(&payment);
    let writes = names.iter().map(|name| found::insert(scope, &keys.kept(name), id));
    let kept = writes.map(|write| keep_one(store, write));
    try_join_all(kept).await?;
    Ok(())
}

/// Keeps the names that are missing of payments of a link, or of all that have none, which were begun
/// in a span: the message that asked for them was lost. Answers how many were. What is kept under an
/// older pepper is found, and stays as it is; a second run finds nothing.
pub async fn keep_missing(
    store: &Table,
    keys: &SearchKeys,
    scope: Scope,
    link: Option<PaymentLinkId>,
    span: Span,
) -> Result<u64> {
    let payments = store.attempted_transactions(scope, link, span).await?;
    let names = payments.iter().flat_map(|payment| {
        let names = SearchTerm::names_of(payment).into_iter();
        names.map(|name| (payment.intent.id, keys.known(&name), name))
    });
    let missing = store.names_not_kept(scope, names.collect()).await?;
    for (id, name) in &missing {
        keep_one(store, found::insert(scope, &keys.kept(name), *id)).await?;
    }
    Ok(u64::try_from(missing.len()).unwrap_or(u64::MAX))
}

async fn keep_one(store: &Table, write: Write) -> Result<()> {
    match store.commit(vec![write]).await {
        Ok(()) | Err(Error::Refused { .. }) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

/// A search by a text.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// What searchable texts are hashed with.
    pub keys: &'a SearchKeys,
    /// What somebody typed: the id of a payment or of its order, or another name of a payment.
    pub text: &'a str,
}

/// A page of a tenant's card payments that a text names, newest first, with their refunds.
pub async fn find(
    store: &Table,
    search: Search<'_>,
    scope: Scope,
    filter: &TransactionFilter,
    slice: &Slice,
    now: Time,
) -> Result<Listing<Transaction>> {
    let page = find_alone(store, search, scope, filter, slice, now).await?;
    with_refunds(store, scope, page).await
}

/// The same without their refunds.
pub async fn find_alone(
    store: &Table,
    search: Search<'_>,
    scope: Scope,
    filter: &TransactionFilter,
    slice: &Slice,
    now: Time,
) -> Result<Listing<Transaction>> {
    let Search { keys, text } = search;
    if let Some(id) = named(text) {
        return by_id(store, scope, id, filter, slice, now).await;
    }
    let since = now.plus_seconds(-RECENT_S);
    let recent = Slice { from: slice.from.max(since), ..slice.clone() };
    let mut page = match recent.from <= recent.until {
        true => store.transactions(scope, filter, &recent, now).await?,
        false => Listing::empty(),
    };
    let room = slice.limit.saturating_sub(u32::try_from(page.entries.len()).unwrap_or(u32::MAX));
    if page.next.is_some() || slice.from >= since {
        return Ok(page);
    }
    let until = slice.until.min(since.plus_ms(-1));
    let older = Slice { until, limit: room.max(1), ..slice.clone() };
    let terms = SearchTerm::meant_by(text);
    let hashes: Vec<String> = terms.iter().flat_map(|term| keys.known(term)).collect();
    let found = store.found(scope, &hashes, filter, &older, now).await?;
    if room == 0 {
        // Whether anything follows is all that was asked.
        page.next = page.entries.last().filter(|_| !found.entries.is_empty()).map(place);
    } else {
        page.next = found.next;
        page.entries.extend(found.entries);
    }
    Ok(page)
}

/// The payment that a text names, by its own id or its order's.
fn named(text: &str) -> Option<PaymentIntentId> {
    let order = || CheckoutSessionId::from_links_form(text).map(|id| *id.uuid());
    let own = PaymentIntentId::from_links_form(text);
    own.or_else(|| order().map(PaymentIntentId::from_uuid))
}

fn place(payment: &Transaction) -> Uuid {
    *payment.intent.id.uuid()
}

async fn by_id(
    store: &Table,
    scope: Scope,
    id: PaymentIntentId,
    filter: &TransactionFilter,
    slice: &Slice,
    now: Time,
) -> Result<Listing<Transaction>> {
    let made = id.minted_at();
    let within = slice.from <= made && made <= slice.until;
    let after_cursor = slice.before.is_none_or(|before| *id.uuid() < before);
    let found = match within && after_cursor {
        true => store.transaction_alone(scope, id).await?,
        false => None,
    };
    let wanted = found.filter(|found| found.intent.id == id && filter.wants(found, now));
    Ok(Listing { entries: wanted.into_iter().collect(), next: None })
}

async fn with_refunds(
    store: &Table,
    scope: Scope,
    page: Listing<Transaction>,
) -> Result<Listing<Transaction>> {
    let whole = page.entries.into_iter().map(|found| store.with_refunds(scope, found));
    let entries = try_join_all(whole).await.map_err(Problem::from)?;
    Ok(Listing { entries, next: page.next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn names_that_were_kept_under_an_older_pepper_are_found() {
        let older = [(1_u8, Arc::new(vec![1; 32]))];
        let before = SearchKeys::of(Pepper { number: 1, key: &[1; 32], older: &[] });
        let now = SearchKeys::of(Pepper { number: 2, key: &[2; 32], older: &older });
        let term = SearchTerm::Email("ada@example.com".to_owned());
        assert_ne!(before.kept(&term), now.kept(&term));
        assert_eq!(now.known(&term), [now.kept(&term), before.kept(&term)]);
        let other = SearchTerm::Reference("ada@example.com".to_owned());
        assert_ne!(now.kept(&term), now.kept(&other), "the kind is part of the name");
    }
}
