//! Invoices: one per succeeded payment, and adjustments that a tenant makes itself.
//!
//! | from \ action | mark paid | void | credit a refund |
//! |---|---|---|---|
//! | outstanding | paid | void, with a credit note | - |
//! | paid | paid | - | paid |
//! | void | - | void | - |
//!
//! Number, seller, buyer, line and tax are copies of the moment in which it was made. What changes is
//! its status, what was credited, and which files there are.

pub mod document;
mod of_payment;
pub mod series;
pub mod settings;

pub use document::{
    DocumentBuyer, DocumentFiles, DocumentId, DocumentLine, DocumentSeller, DocumentTerms,
    FileKind, NamedFile, PostalAddress, StoredFile,
};
pub use of_payment::{InvoiceSources, InvoicedTax, id_for};
pub use series::{Prefix, SeriesCounter, TakenNumber};
pub use settings::{InvoiceSettings, Language};

use super::{
    Invalid, Scope, Surface, Time,
    date::Date,
    event::{EventType, History},
    id::{CreditNoteId, CustomerId, InvoiceId, PaymentIntentId, TransactionId},
    metadata::Metadata,
    refund::split_tax,
    tax::TaxLine,
};
use std::str::FromStr;

/// An invoice, made for a succeeded payment or by the tenant itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// Derived from the payment, where there is one; `inv_...` to callers.
    pub id: InvoiceId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Through which API its payment was made: the endpoints there hear of it.
    pub surface: Surface,
    /// The payment it was made for, or that the tenant made it itself.
    pub kind: InvoiceKind,
    /// Paid from the start where a payment made it; the tenant may change an outstanding one.
    pub status: InvoiceStatus,
    /// Who pays, where that is a customer.
    pub customer: Option<CustomerId>,
    /// The caller's own id of the customer.
    pub customer_own_id: Option<String>,
    /// What it says: copies of the moment in which it was made, which never change.
    pub terms: DocumentTerms,
    /// When it is due.
    pub due_on: Date,
    /// When the goods were supplied.
    pub supplied_on: Date,
    /// What the caller attaches: answered and told as it came, and read by nobody here.
    pub metadata: Option<Metadata>,
    /// What went back so far.
    pub credited: Credited,
    /// Its files, once they are made.
    pub files: Option<DocumentFiles>,
    /// Its events, which are written in the commit that they report.
    pub history: History,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed, its files not counted.
    pub updated_at: Time,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// What made an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvoiceKind {
    /// A payment that succeeded.
    Payment(PaidBy),
    /// The tenant itself. Negative amounts are a credit.
    Adjustment,
}

/// The payment behind an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidBy {
    /// The payment that was charged.
    pub payment: PaymentIntentId,
    /// The submit that took the money.
    pub transaction: TransactionId,
    /// Scheme of the card.
    pub brand: String,
    /// Its last four digits.
    pub last4: String,
    /// When the card was charged.
    pub at: Time,
}

/// Where an invoice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvoiceStatus {
    /// Not paid yet; it may be marked paid or, unless it is a credit, taken back.
    Outstanding,
    /// Paid. Final: it cannot be taken back, but refunds of it are still credited.
    Paid,
    /// Taken back, with a credit note. Final.
    Void,
}

/// What of an invoice went back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Credited {
    /// Minor units that refunds gave back, tax included.
    pub refunded: i64,
    /// Tax that credit notes took back, for each of the invoice's tax lines.
    pub tax: Vec<i64>,
    /// The credit notes, oldest first.
    pub notes: Vec<CreditNoteRef>,
}

/// A credit note as its invoice names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditNoteRef {
    /// The id of the credit note; `cn_...` to callers.
    pub id: CreditNoteId,
    /// The number that stands on it, from the tenant's series of credit notes.
    pub number: String,
    /// Minor units, tax included.
    pub total: i64,
}

/// An invoice as its payment names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceRef {
    /// The id of the invoice; `inv_...` to callers.
    pub id: InvoiceId,
    /// The number that stands on it, from the tenant's series of invoices.
    pub number: String,
}

/// Why an invoice's status cannot change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceRefusal {
    /// It is paid or void, or it is a credit, which cannot be taken back.
    Final,
}

/// What a refund takes of an invoice, for a credit note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditShare {
    /// Minor units that go back, tax not included.
    pub subtotal: i64,
    /// The invoice's tax lines, each with the part that goes back.
    pub tax_lines: Vec<TaxLine>,
}

impl Invoice {
    /// How its payment names it.
    pub fn named(&self) -> InvoiceRef {
        InvoiceRef { id: self.id, number: self.terms.number.clone() }
    }

    /// The payment behind it.
    pub const fn paid_by(&self) -> Option<&PaidBy> {
        match &self.kind {
            InvoiceKind::Payment(paid_by) => Some(paid_by),
            InvoiceKind::Adjustment => None,
        }
    }

    /// Records that it was settled outside; `None` when that is known already.
    ///
    /// # Errors
    /// It is void.
    pub fn mark_paid(&self, now: Time) -> Result<Option<Self>, InvoiceRefusal> {
        match self.status {
            InvoiceStatus::Paid => Ok(None),
            InvoiceStatus::Void => Err(InvoiceRefusal::Final),
            InvoiceStatus::Outstanding => Ok(Some(Self {
                status: InvoiceStatus::Paid,
                updated_at: now,
                version: self.version + 1,
                ..self.clone()
            })),
        }
    }

    /// Takes it back with a credit note over all of it; `None` when that was done already.
    ///
    /// # Errors
    /// It is paid, or it is a credit itself.
    pub fn void(&self, note: CreditNoteRef, now: Time) -> Result<Option<Self>, InvoiceRefusal> {
        match self.status {
            InvoiceStatus::Void => Ok(None),
            InvoiceStatus::Paid => Err(InvoiceRefusal::Final),
            InvoiceStatus::Outstanding if self.terms.subtotal < 0 => Err(InvoiceRefusal::Final),
            InvoiceStatus::Outstanding => {
                let mut credited = self.credited.clone();
                credited.tax = self.terms.tax_lines.iter().map(|line| line.tax).collect();
                credited.notes.push(note);
                Ok(Some(Self {
                    status: InvoiceStatus::Void,
                    credited,
                    history: self.history.and(EventType::InvoiceVoided, now),
                    updated_at: now,
                    version: self.version + 1,
                    ..self.clone()
                }))
            }
        }
    }

    /// What a refund of `amount`, of which `tax` is tax, takes of each line. Bases go back in
    /// proportion to what went back in sum, so that parts end exactly at each base.
    pub fn share_of(&self, amount: i64, tax: i64) -> CreditShare {
        let lines = self.terms.tax_lines.iter().zip(&self.credited.tax);
        let left: Vec<i64> = lines.map(|(line, gone)| line.tax - gone).collect();
        let subtotal = amount - tax;
        let before = self.credited.refunded - self.credited.tax.iter().sum::<i64>();
        let gone = |base: i64, net: i64| part_of(base, net, self.terms.subtotal);
        let parts = self.terms.tax_lines.iter().zip(split_tax(tax, &left));
        let tax_lines = parts.map(|(line, tax)| {
            let base = gone(line.taxable, before + subtotal) - gone(line.taxable, before);
            TaxLine { taxable: base, tax, ..line.clone() }
        });
        CreditShare { subtotal, tax_lines: tax_lines.collect() }
    }

    /// The invoice after a refund was credited.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn credit(&self, share: &CreditShare, note: CreditNoteRef, now: Time) -> Self {
        let mut credited = self.credited.clone();
        credited.refunded += note.total;
        for (gone, line) in credited.tax.iter_mut().zip(&share.tax_lines) {
            *gone += line.tax;
        }
        credited.notes.push(note);
        Self { credited, updated_at: now, version: self.version + 1, ..self.clone() }
    }
}

/// The part of a base that belongs to so much of the whole, rounded down.
fn part_of(base: i64, net: i64, whole: i64) -> i64 {
    let part = i128::from(base) * i128::from(net);
    i64::try_from(part.checked_div(i128::from(whole)).unwrap_or(0)).unwrap_or(base)
}

impl Credited {
    /// Nothing of a document went back.
    pub fn nothing_of(terms: &DocumentTerms) -> Self {
        Self { refunded: 0, tax: vec![0; terms.tax_lines.len()], notes: Vec::new() }
    }
}

impl InvoiceStatus {
    /// Every status, in the order in which the enum lists them.
    pub const ALL: [Self; 3] = [Self::Outstanding, Self::Paid, Self::Void];

    /// The name on the wire and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Outstanding => "outstanding",
            Self::Paid => "paid",
            Self::Void => "void",
        }
    }
}

impl FromStr for InvoiceStatus {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| Invalid::new("must be one of outstanding, paid, void"))
    }
}

#[cfg(test)]
mod tests;
