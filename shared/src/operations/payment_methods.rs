//! Cards and bank accounts that a customer saved.

use super::{
    Commit, IdempotentAnswer, Problem, Remember, Resource, Result, customers, vault::take_away,
};
use crate::{
    digest::sha256,
    model::{
        Id, Scope, Time,
        bank::Vaulted,
        id::{CustomerId, PaymentMethodId},
        payment_method::{MethodOwner, PaymentMethod, VaultPlace},
    },
    store::{
        Consistency, Table, gone,
        list::{Listing, Slice},
        payment_method,
    },
};

/// What deleted payment methods are noted as.
const GONE: &str = "payment-method";

/// Saves a bank account that its provider has vaulted. The same account of the same customer is
/// saved once.
///
/// # Errors
/// No such customer; [`Problem::Contended`].
pub async fn save_bank_account(
    store: &Table,
    owner: MethodOwner,
    vaulted: Vaulted,
    remember: Remember<'_, PaymentMethod>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    let MethodOwner { scope, customer } = owner;
    customers::check(store, scope, customer).await?;
    let new = bank_account(owner, vaulted, now);
    let known = store.payment_method(scope, customer, new.id, Consistency::Strong).await?;
    let (method, commit) = match known {
        Some(known) => (known, Commit::new()),
        None => {
            let writes = payment_method::insert(&new);
            (new, Commit::new().all(writes, &Problem::Contended))
        }
    };
    remember.commit(store, commit, &method, now).await
}

/// Its id is derived from customer and account, so that saving the same account twice keeps one.
fn bank_account(owner: MethodOwner, vaulted: Vaulted, now: Time) -> PaymentMethod {
    let text = format!("{}#{}", owner.customer, vaulted.summary.fingerprint);
    let id: PaymentMethodId = Id::derive(owner.customer.minted_at(), sha256(&text));
    let vault = VaultPlace { processor: vaulted.processor, token: vaulted.token };
    PaymentMethod::bank(id, owner, vaulted.summary, vault, now)
}

/// A page of a customer's saved cards and bank accounts, newest first.
pub async fn list(
    store: &Table,
    scope: Scope,
    customer: CustomerId,
    slice: &Slice,
) -> Result<Listing<PaymentMethod>> {
    customers::check(store, scope, customer).await?;
    Ok(store.payment_methods(scope, customer, slice).await?)
}

/// Forgets a payment method, and has its token deleted at its processor. One that was forgotten already is as good.
///
/// # Errors
/// [`Problem::NotFound`] where the customer never had one with this id.
pub async fn delete(
    store: &Table,
    owner: MethodOwner,
    id: PaymentMethodId,
    now: Time,
) -> Result<()> {
    let MethodOwner { scope, customer } = owner;
    let name = format!("{customer}#{id}");
    let Some(method) = store.payment_method(scope, customer, id, Consistency::Strong).await? else {
        let gone = store.gone(scope, GONE, &name).await?;
        return gone.map(|_| ()).ok_or(Problem::NotFound(Resource::PaymentMethod));
    };
    let commit = Commit::new()
        .all(take_away(&method, now), &Problem::Contended)
        .write(gone::note(scope, GONE, &name, &id.to_string(), now), Problem::Contended);
    match commit.run(store).await {
        // It is written once and never changed: who is refused finds it removed.
        Err(Problem::Contended) if store.gone(scope, GONE, &name).await?.is_some() => Ok(()),
        done => done,
    }
}
