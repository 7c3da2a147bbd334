//! Invoices and credit notes as their tenant reads them.

use super::{Problem, Resource, Result, tenant_links::LinkCustomer};
use crate::{
    model::{
        Scope,
        credit_note::CreditNote,
        id::{CreditNoteId, CustomerId, InvoiceId},
        invoice::{Invoice, InvoiceStatus},
    },
    store::{
        Consistency, Table, key,
        list::{Listing, Slice},
    },
};

/// What invoices of a list have in common; nothing is left out where a field is absent.
#[derive(Debug, Default)]
pub struct InvoiceFilter {
    /// Only invoices of this customer; of all customers when `None`.
    pub customer: Option<LinkCustomer>,
    /// Only invoices in this status; in any when `None`.
    pub status: Option<InvoiceStatus>,
}

/// Which credit notes to list.
#[derive(Debug, Default)]
pub struct CreditNoteFilter {
    /// Only credit notes of this customer; of all customers when `None`.
    pub customer: Option<LinkCustomer>,
    /// Of one invoice; `Some(None)` for one that cannot be.
    pub invoice: Option<Option<InvoiceId>>,
}

/// An invoice of the tenant; [`Problem::NotFound`] when it has none with this id.
pub async fn find(store: &Table, scope: Scope, id: InvoiceId) -> Result<Invoice> {
    let found = store.invoice(scope, id, Consistency::Eventual).await?;
    found.ok_or(Problem::NotFound(Resource::Invoice))
}

/// A tenant's invoices, newest first.
pub async fn list(
    store: &Table,
    scope: Scope,
    filter: &InvoiceFilter,
    slice: &Slice,
) -> Result<Listing<Invoice>> {
    let customer = match &filter.customer {
        None => None,
        Some(named) => match customer(store, scope, named).await? {
            Some(customer) => Some(customer),
            None => return Ok(Listing::empty()),
        },
    };
    Ok(store.invoices(scope, customer, filter.status, slice).await?)
}

/// A credit note of the tenant; [`Problem::NotFound`] when it has none with this id.
pub async fn find_credit_note(store: &Table, scope: Scope, id: CreditNoteId) -> Result<CreditNote> {
    let found = store.credit_note(scope, id, Consistency::Eventual).await?;
    found.ok_or(Problem::NotFound(Resource::CreditNote))
}

/// A tenant's credit notes, newest first.
pub async fn list_credit_notes(
    store: &Table,
    scope: Scope,
    filter: &CreditNoteFilter,
    slice: &Slice,
) -> Result<Listing<CreditNote>> {
    let customer = match &filter.customer {
        None => None,
        Some(named) => match customer(store, scope, named).await? {
            Some(customer) => Some(customer),
            None => return Ok(Listing::empty()),
        },
    };
    match filter.invoice {
        Some(None) => Ok(Listing::empty()),
        Some(Some(invoice)) => {
            Ok(store.credit_notes(scope, Some(invoice), customer, slice).await?)
        }
        None => Ok(store.credit_notes(scope, None, customer, slice).await?),
    }
}

/// The customer whom a filter names; `None` where there is none.
async fn customer(store: &Table, scope: Scope, named: &LinkCustomer) -> Result<Option<CustomerId>> {
    match named {
        LinkCustomer::Known(id) => Ok(Some(*id)),
        LinkCustomer::Nobody => Ok(None),
        LinkCustomer::Own(own) => {
            let claim = store.find(&key::customer_own_id(scope, own)).await?;
            Ok(claim.map(|claim| claim.parse("cust")).transpose()?)
        }
    }
}
