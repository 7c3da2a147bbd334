//! Credit notes: one for every refund that succeeded, and one that takes a whole invoice back.

use super::{
    Scope, Surface, Time,
    event::{EventType, History},
    id::{CreditNoteId, CustomerId, Id, InvoiceId, PaymentIntentId, RefundId, TransactionId},
    invoice::{CreditNoteRef, CreditShare, DocumentFiles, DocumentTerms, Invoice, TakenNumber},
    refund::Refund,
};
use crate::{digest::sha256, model::date::Date};

/// A credit note. Its amounts are positive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditNote {
    /// Derived from the refund, or from the invoice it takes back; `cn_...` to callers.
    pub id: CreditNoteId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Through which API the payment behind it was made.
    pub surface: Surface,
    /// The invoice whose amounts it takes back, all of them or those of one refund.
    pub invoice: InvoiceId,
    /// A copy of the number that stands on the invoice.
    pub invoice_number: String,
    /// A copy of the date that stands on the invoice.
    pub invoice_issued_on: Date,
    /// When what it takes back was supplied.
    pub supplied_on: Date,
    /// The refund behind it; none where an invoice was taken back.
    pub refund: Option<CreditedRefund>,
    /// The customer who got the invoice; `None` where the payment had none.
    pub customer: Option<CustomerId>,
    /// The caller's own id of the customer.
    pub customer_own_id: Option<String>,
    /// What it says: the invoice's terms with a number, a date and amounts of its own.
    pub terms: DocumentTerms,
    /// Its files, once they are made.
    pub files: Option<DocumentFiles>,
    /// Its events, which are written in the commit that they report.
    pub history: History,
    /// When it was made.
    pub created_at: Time,
    /// Rises with every write: one that rests on an older version is refused.
    pub version: u64,
}

/// The refund behind a credit note, as far as its event tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditedRefund {
    /// The refund that was credited; `re_...` on the payments surface.
    pub id: RefundId,
    /// The payment of which money went back, in whole or in part.
    pub payment: PaymentIntentId,
    /// The submit that took the money.
    pub transaction: TransactionId,
    /// The name of the adapter that moves the money.
    pub processor: String,
    /// One of a list where the payments surface was used, any text elsewhere; may be absent.
    pub reason: Option<String>,
    /// Whether the payment came through a link.
    pub by_link: bool,
}

/// The id of a refund's credit note. Whatever the time in it, the refund decides where it is kept.
pub fn id_for_refund(refund: RefundId, now: Time) -> CreditNoteId {
    Id::derive(now, sha256(&format!("{refund}#credit-note")))
}

/// The id of the credit note that takes an invoice back.
pub fn id_for_void(invoice: InvoiceId, now: Time) -> CreditNoteId {
    Id::derive(now, sha256(&format!("{invoice}#credit-note")))
}

impl CreditNote {
    /// The credit note of a refund.
    pub fn of_refund(
        invoice: &Invoice,
        refund: &Refund,
        by_link: bool,
        share: CreditShare,
        taken: &TakenNumber,
        now: Time,
    ) -> Self {
        // A part of a sale is no part of each of its lines.
        let lines = Vec::new();
        let credited = CreditedRefund {
            id: refund.id,
            payment: refund.payment,
            transaction: refund.transaction,
            processor: refund.processor.clone(),
            reason: refund.reason.clone(),
            by_link,
        };
        let id = id_for_refund(refund.id, now);
        let whole = Self::over(invoice, id, share, taken, now);
        Self { refund: Some(credited), terms: DocumentTerms { lines, ..whole.terms }, ..whole }
    }

    /// The credit note that takes a whole invoice back.
    pub fn of_void(invoice: &Invoice, taken: &TakenNumber, now: Time) -> Self {
        let share = CreditShare {
            subtotal: invoice.terms.subtotal,
            tax_lines: invoice.terms.tax_lines.clone(),
        };
        Self::over(invoice, id_for_void(invoice.id, now), share, taken, now)
    }

    fn over(
        invoice: &Invoice,
        id: CreditNoteId,
        share: CreditShare,
        taken: &TakenNumber,
        now: Time,
    ) -> Self {
        Self {
            id,
            scope: invoice.scope,
            surface: invoice.surface,
            invoice: invoice.id,
            invoice_number: invoice.terms.number.clone(),
            invoice_issued_on: invoice.terms.issued_on,
            supplied_on: invoice.supplied_on,
            refund: None,
            customer: invoice.customer,
            customer_own_id: invoice.customer_own_id.clone(),
            terms: DocumentTerms {
                number: taken.number.clone(),
                issued_on: taken.issued_on,
                subtotal: share.subtotal,
                tax_lines: share.tax_lines,
                ..invoice.terms.clone()
            },
            files: None,
            history: History::starting(EventType::CreditNoteCreated, now),
            created_at: now,
            version: 1,
        }
    }

    /// How its invoice names it.
    pub fn named(&self) -> CreditNoteRef {
        CreditNoteRef { id: self.id, number: self.terms.number.clone(), total: self.terms.total() }
    }
}
