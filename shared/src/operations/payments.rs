//! Payments of every kind, as they are read.

use super::{Problem, Resource, Result};
use crate::{
    model::{Scope, Time, id::PaymentIntentId, ledger::AccountId, payment_intent::PaymentIntent},
    store::{
        Consistency, Table,
        intent::IntentFilter,
        list::{Listing, Slice},
    },
};

/// A payment as it is now.
pub async fn find(store: &Table, scope: Scope, id: PaymentIntentId) -> Result<PaymentIntent> {
    let found = store.intent(scope, id, Consistency::Strong).await?;
    found.ok_or(Problem::NotFound(Resource::Payment))
}

/// A page of a tenant's payments as they stand at `now`, newest first.
pub async fn list(
    store: &Table,
    scope: Scope,
    filter: IntentFilter,
    slice: &Slice,
    now: Time,
) -> Result<Listing<PaymentIntent>> {
    match resolve_filter(store, scope, filter).await? {
        Some(filter) => Ok(store.intents(scope, filter, slice, now).await?),
        None => Ok(Listing::empty()),
    }
}

/// Where to look: a wallet's payments stand among those of its owner. `None` when there is no such
/// wallet, and so nothing to find.
async fn resolve_filter(
    store: &Table,
    scope: Scope,
    filter: IntentFilter,
) -> Result<Option<IntentFilter>> {
    let Some(wallet) = filter.wallet.filter(|_| filter.customer.is_none()) else {
        return Ok(Some(filter));
    };
    let account = store.account(scope, AccountId::Wallet(wallet)).await?;
    let owner = account.and_then(|account| account.owner);
    Ok(owner.map(|owner| IntentFilter { customer: Some(owner), ..filter }))
}
