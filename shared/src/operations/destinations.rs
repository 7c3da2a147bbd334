//! Where the payees of a customer take money.

use super::{Commit, IdempotentAnswer, Problem, Remember, Result, customers};
use crate::{
    model::{
        Scope, Time,
        destination::Destination,
        id::{CustomerId, PayeeId},
    },
    store::{
        Table, destination,
        list::{Listing, Slice},
    },
};

/// Adds a destination to its customer's address book.
///
/// # Errors
/// No such customer; [`Problem::Contended`].
pub async fn create(
    store: &Table,
    new: &Destination,
    remember: Remember<'_, Destination>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    customers::check(store, new.scope, new.customer).await?;
    let commit = Commit::new().write(destination::insert(new), Problem::Contended);
    remember.commit(store, commit, new, now).await
}

/// A page of where one payee of a customer takes money, newest first.
pub async fn list(
    store: &Table,
    scope: Scope,
    customer: CustomerId,
    payee: PayeeId,
    slice: &Slice,
) -> Result<Listing<Destination>> {
    customers::check(store, scope, customer).await?;
    Ok(store.destinations(scope, customer, payee, slice).await?)
}
