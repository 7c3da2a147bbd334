//! Transactions as they are read: submits of cards, each found by its id alone.

use super::{Problem, Resource, Result};
use crate::{
    model::{
        Scope,
        id::{AttemptId, PaymentIntentId, TransactionId},
        payment_intent::PaymentIntent,
        submit::TransactionState,
    },
    store::{
        Table,
        list::{Listing, Slice},
    },
};

pub use crate::store::submit::FoundTransaction;

/// What submits of a list have in common; nothing is left out where a field is absent.
#[derive(Debug, Clone, Default)]
pub struct SubmitFilter {
    /// By what became of them.
    pub state: Option<TransactionState>,
    /// By the payer's e-mail address, in any case.
    pub email: Option<String>,
    /// Only submits of this payment; of all payments when `None`.
    pub payment: Option<PaymentIntentId>,
}

impl SubmitFilter {
    fn wants(&self, found: &FoundTransaction) -> bool {
        let Some(transaction) = found.transaction() else { return false };
        let payer = found.email().unwrap_or_default().to_lowercase();
        self.state.is_none_or(|state| state == transaction.state())
            && self.email.as_ref().is_none_or(|email| email.to_lowercase() == payer)
    }
}

/// A page of a tenant's transactions, newest first.
pub async fn list(
    store: &Table,
    scope: Scope,
    filter: &SubmitFilter,
    slice: &Slice,
) -> Result<Listing<FoundTransaction>> {
    let wanted = |found: &FoundTransaction| filter.wants(found);
    Ok(match filter.payment {
        Some(payment) => store.submits_of(scope, payment, slice, wanted).await?,
        None => store.submits(scope, slice, wanted).await?,
    })
}

/// The payment of a transaction.
pub async fn payment(store: &Table, scope: Scope, id: TransactionId) -> Result<PaymentIntent> {
    let found = store.payment_of_attempt(scope, AttemptId::from_uuid(*id.uuid())).await?;
    found.ok_or(Problem::NotFound(Resource::Transaction))
}

/// A transaction with its payment and customer.
pub async fn find(store: &Table, scope: Scope, id: TransactionId) -> Result<FoundTransaction> {
    let payment = payment(store, scope, id).await?;
    let (customer, payer) = store.who_pays(scope, &payment).await?;
    let attempt = AttemptId::from_uuid(*id.uuid());
    Ok(FoundTransaction { payment, attempt, customer, payer, place: *id.uuid() })
}
