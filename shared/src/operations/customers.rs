//! Customers of a tenant.

pub mod batches;
pub mod keeping;

use super::{Commit, IdempotentAnswer, Problem, Remember, Resource, Result, Unique};
use crate::{
    model::{Scope, Time, customer::Customer, id::CustomerId},
    store::{
        Consistency, Table, customer,
        list::{Listing, Slice},
    },
};

/// Keeps a new customer, and claims its e-mail address.
///
/// # Errors
/// [`Problem::Taken`] when another customer of the tenant has the address.
pub async fn create(
    store: &Table,
    new: &Customer,
    remember: Remember<'_, Customer>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    let [customer, claim] = customer::insert(new);
    let commit = Commit::new()
        .write(customer, Problem::Contended)
        .write(claim, Problem::Taken(Unique::Email));
    remember.commit(store, commit, new, now).await
}

/// A customer as it is now.
pub async fn find(store: &Table, scope: Scope, id: CustomerId) -> Result<Customer> {
    let found = store.customer(scope, id, Consistency::Strong).await?;
    found.ok_or(Problem::NotFound(Resource::Customer))
}

/// Checks that there is such a customer, which never goes away again: a cheap read will do.
pub async fn check(store: &Table, scope: Scope, id: CustomerId) -> Result<()> {
    let found = store.customer(scope, id, Consistency::Eventual).await?;
    found.map(|_| ()).ok_or(Problem::NotFound(Resource::Customer))
}

/// A page of a tenant's customers, newest first.
pub async fn list(store: &Table, scope: Scope, slice: &Slice) -> Result<Listing<Customer>> {
    Ok(store.customers(scope, slice).await?)
}
