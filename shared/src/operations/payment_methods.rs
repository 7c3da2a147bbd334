//! Cards and bank accounts that a customer saved.

use super::{Commit, IdempotentAnswer, Problem, Remember, Resource, Result, customers};
use crate::{
    digest::sha256,
    model::{
        Id, Scope, Time,
        bank::Vaulted,
        id::{CustomerId, PaymentMethodId},
        payment_method::PaymentMethod,
    },
    store::{
        Consistency, Table,
        list::{Listing, Slice},
        payment_method,
    },
};

/// Saves a bank account that its provider has vaulted. The same account of the same customer is
/// saved once.
///
/// # Errors
/// No such customer; [`Problem::Conflict`].
pub async fn save_bank_account(
    store: &Table,
    (scope, customer): (Scope, CustomerId),
    vaulted: Vaulted,
    remember: Remember<'_, PaymentMethod>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    customers::check(store, scope, customer).await?;
    let new = bank_account((scope, customer), vaulted, now);
    let known = store.payment_method(scope, customer, new.id, Consistency::Strong).await?;
    let (method, commit) = match known {
        Some(known) => (known, Commit::new()),
        None => {
            let writes = payment_method::insert(&new);
            (new, Commit::new().all(writes, &Problem::Conflict))
        }
    };
    remember.commit(store, commit, &method, now).await
}

/// Its id is derived from customer and account, so that saving the same account twice keeps one.
fn bank_account(owner: (Scope, CustomerId), vaulted: Vaulted, now: Time) -> PaymentMethod {
    let text = format!("{}#{}", owner.1, vaulted.summary.fingerprint);
    let id: PaymentMethodId = Id::derive(owner.1.minted_at(), sha256(&text));
    let vault = (vaulted.processor, vaulted.token);
    PaymentMethod::bank(id, owner, vaulted.summary, vault, now)
}

/// A page of a customer's saved cards and bank accounts, newest first.
///
/// # Errors
/// [`Problem::NotFound`] where the tenant has no such customer.
pub async fn list(
    store: &Table,
    scope: Scope,
    customer: CustomerId,
    slice: &Slice,
) -> Result<Listing<PaymentMethod>> {
    customers::check(store, scope, customer).await?;
    Ok(store.payment_methods(scope, customer, slice).await?)
}

/// Forgets a payment method.
///
/// # Errors
/// [`Problem::NotFound`] where the customer has none with this id; [`Problem::Conflict`].
pub async fn delete(
    store: &Table,
    scope: Scope,
    customer: CustomerId,
    id: PaymentMethodId,
) -> Result<()> {
    let method = store.payment_method(scope, customer, id, Consistency::Strong).await?;
    let method = method.ok_or(Problem::NotFound(Resource::PaymentMethod))?;
    Commit::new().all(payment_method::remove(&method), &Problem::Conflict).run(store).await
}
