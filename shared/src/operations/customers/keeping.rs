//! Customers as callers of the payments surface keep them: found by either id, made or found again,
//! changed field by field.

use crate::{
    model::{
        Scope, Surface, Time,
        customer::Customer,
        id::{CustomerId, PaymentMethodId},
        payment_method::PaymentMethod,
    },
    operations::{
        Commit, FieldError, Idempotency, IdempotentAnswer, Problem, Remember, Resource, Result,
        Unique,
    },
    store::{
        Consistency, Table, Write, customer, key,
        list::{Listing, Slice},
        write::Guard,
    },
};

/// Tries of a change against others who change the same customer.
const MAX_TRIES: u32 = 4;

/// How a request names a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerRef {
    /// By the id that Paylink gave it.
    Known(CustomerId),
    /// By the tenant's own id.
    Own(String),
    /// By what cannot be an id.
    Nobody,
}

/// A customer that a request made, or found under its own id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCustomer {
    /// The customer as it is kept; one that was there before stays as it was.
    pub customer: Customer,
    /// Whether this request made the customer; false where its own id was known.
    pub new: bool,
}

/// What customers of a list have in common; nothing is left out where a field is absent.
#[derive(Debug, Clone, Default)]
pub struct CustomerFilter {
    /// The one with this own id.
    pub own_id: Option<String>,
    /// Those with this address, in lower case.
    pub email: Option<String>,
}

/// The customer that a request names.
pub async fn resolve(store: &Table, scope: Scope, named: &CustomerRef) -> Result<Customer> {
    let missing = || Problem::NotFound(Resource::Customer);
    let id = resolve_id(store, scope, named).await?.ok_or_else(missing)?;
    store.customer(scope, id, Consistency::Strong).await?.ok_or_else(missing)
}

/// The id of the customer that a request names, which need not exist.
pub async fn resolve_id(
    store: &Table,
    scope: Scope,
    named: &CustomerRef,
) -> Result<Option<CustomerId>> {
    match named {
        CustomerRef::Known(id) => Ok(Some(*id)),
        CustomerRef::Own(own) => Ok(store.customer_with_own_id(scope, own).await?),
        CustomerRef::Nobody => Ok(None),
    }
}

/// Keeps a new customer, or finds the one that has its own id already: that one stays as it is.
/// `render` is what is remembered of the answer.
///
/// # Errors
/// [`Problem::Repeated`].
pub async fn create_or_get(
    store: &Table,
    new: &Customer,
    idempotency: &Idempotency,
    render: impl Fn(&KeptCustomer) -> String,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = idempotency.earlier(store).await? {
        return Ok(answer);
    }
    let kept = KeptCustomer { customer: new.clone(), new: true };
    let commit =
        Commit::new().all(customer::insert_kept(new, None), &Problem::Taken(Unique::OwnId));
    match idempotency.commit(store, commit, render(&kept), now).await {
        Err(Problem::Taken(_)) => {
            let known = known(store, new).await?;
            idempotency.commit(store, Commit::new(), render(&known), now).await
        }
        done => done,
    }
}

/// Keeps one of many new customers. `request` names it where the batch has an idempotency key, so
/// that a batch that comes again makes nobody twice.
pub async fn create_or_get_one(
    store: &Table,
    new: &Customer,
    request: Option<&str>,
) -> Result<Customer> {
    let writes = customer::insert_kept(new, request);
    let commit = Commit::new().all(writes, &Problem::Taken(Unique::OwnId));
    match commit.run(store).await {
        Ok(()) => Ok(new.clone()),
        Err(Problem::Taken(_)) => {
            if let Some(id) = match request {
                Some(request) => store.customer_of_request(new.scope, request).await?,
                None => None,
            } {
                return resolve(store, new.scope, &CustomerRef::Known(id)).await;
            }
            Ok(known(store, new).await?.customer)
        }
        Err(other) => Err(other),
    }
}

/// The customer that has this one's own id already.
async fn known(store: &Table, new: &Customer) -> Result<KeptCustomer> {
    let own = new.profile.own_id.clone().ok_or(Problem::Contended)?;
    match resolve(store, new.scope, &CustomerRef::Own(own)).await {
        Ok(customer) => Ok(KeptCustomer { customer, new: false }),
        // It took another own id at this moment.
        Err(Problem::NotFound(_)) => Err(Problem::Contended),
        Err(other) => Err(other),
    }
}

/// Changes a customer, unless the same request came before. Where nothing changes, nothing is
/// written, and nobody is told.
///
/// # Errors
/// [`Problem::Repeated`]; [`Problem::NotFound`]; what `change` refuses; [`Problem::Taken`] for an
/// own id, or an address, of another customer; [`Problem::Contended`].
pub async fn change(
    store: &Table,
    scope: Scope,
    named: &CustomerRef,
    change: impl Fn(&mut Customer) -> Result<()>,
    remember: Remember<'_, Customer>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    for _ in 0..MAX_TRIES {
        let known = resolve(store, scope, named).await?;
        let mut wanted = known.clone();
        change(&mut wanted)?;
        check(&wanted)?;
        let next = known.changed(|next| *next = wanted, now);
        let commit = next.as_ref().map_or_else(Commit::new, |next| replacement(&known, next));
        let shown = next.as_ref().unwrap_or(&known);
        match remember.commit(store, commit, shown, now).await {
            Err(Problem::Contended) => {}
            done => return done,
        }
    }
    Err(Problem::Contended)
}

/// What only the whole customer can break.
///
/// # Errors
/// An exemption without its reason.
pub fn check(customer: &Customer) -> Result<()> {
    let profile = &customer.profile;
    if profile.exemption.needs_reason() && profile.exemption_reason.is_none() {
        let (field, message) = ("exemptionReason".to_owned(), "is required with exempt".to_owned());
        return Err(Problem::Invalid(vec![FieldError { field, message }]));
    }
    Ok(())
}

/// The writes that put a changed customer in place, with what it claims.
fn replacement(known: &Customer, next: &Customer) -> Commit {
    let mut commit = Commit::new().write(customer::replace(next), Problem::Contended);
    let scope = known.scope;
    if known.profile.own_id != next.profile.own_id {
        if let Some(own) = &known.profile.own_id {
            let key = key::customer_own_id(scope, own);
            commit = commit.write(Write::Remove { key, version: 1 }, Problem::Contended);
        }
        if let Some(own) = &next.profile.own_id {
            let claim = customer::claim_own_id(next, own);
            commit = commit.write(claim, Problem::Taken(Unique::OwnId));
        }
    }
    // Addresses are unique among those that the platform surface made.
    if known.email != next.email && known.surface == Surface::Platform {
        let key = key::customer_email(scope, &known.email);
        commit = commit
            .write(Write::Remove { key, version: 1 }, Problem::Contended)
            .write(customer::claim_email(next), Problem::Taken(Unique::Email));
    }
    commit
}

/// A page of a tenant's customers, newest first.
pub async fn page(
    store: &Table,
    scope: Scope,
    filter: &CustomerFilter,
    slice: &Slice,
) -> Result<Listing<Customer>> {
    let fits = |customer: &Customer| {
        filter.email.as_ref().is_none_or(|email| *email == customer.email)
            && slice.before.is_none_or(|before| *customer.id.uuid() < before)
    };
    if let Some(own) = &filter.own_id {
        return match resolve(store, scope, &CustomerRef::Own(own.clone())).await {
            Ok(customer) => {
                let entries = Some(customer).filter(fits).into_iter().collect();
                Ok(Listing { entries, next: None })
            }
            Err(Problem::NotFound(_)) => Ok(Listing::empty()),
            Err(other) => Err(other),
        };
    }
    match &filter.email {
        Some(email) => Ok(store.customers_with_email(scope, email, slice).await?),
        None => Ok(store.customers(scope, slice).await?),
    }
}

/// A customer's saved cards, newest first.
pub async fn saved_cards(
    store: &Table,
    scope: Scope,
    named: &CustomerRef,
) -> Result<(Customer, Vec<PaymentMethod>)> {
    let customer = resolve(store, scope, named).await?;
    let mut cards = store.saved_methods(scope, customer.id).await?;
    cards.retain(|method| method.card().is_some());
    cards.sort_by_key(|method| std::cmp::Reverse((method.created_at, method.id)));
    Ok((customer, cards))
}

/// Makes a saved card the one that is charged where none is named. It must still be there when that
/// is written.
///
/// # Errors
/// [`Problem::NotFound`] for the customer or the card; [`Problem::Contended`].
pub async fn make_default(
    store: &Table,
    scope: Scope,
    named: &CustomerRef,
    id: Option<PaymentMethodId>,
    remember: Remember<'_, PaymentMethod>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    for _ in 0..MAX_TRIES {
        let missing = || Problem::NotFound(Resource::PaymentMethod);
        let known = resolve(store, scope, named).await?;
        let id = id.ok_or_else(missing)?;
        let method = store.payment_method(scope, known.id, id, Consistency::Strong).await?;
        let method = method.filter(|method| method.card().is_some()).ok_or_else(missing)?;
        let next = known.changed(|next| next.profile.default_method = Some(id), now);
        let commit = next.as_ref().map_or_else(Commit::new, |next| {
            let there = Write::Check {
                key: key::payment_method(scope, known.id, id),
                guards: vec![Guard::AtLeast("v", 1)],
            };
            replacement(&known, next).write(there, Problem::Contended)
        });
        match remember.commit(store, commit, &method, now).await {
            Err(Problem::Contended) => {}
            done => return done,
        }
    }
    Err(Problem::Contended)
}

#[cfg(test)]
mod tests;
