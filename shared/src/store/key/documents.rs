//! Keys of invoices, credit notes and their numbers: see the table in [`super`].

use super::{Key, hash_of, scoped};
use crate::model::{
    Scope,
    id::{CreditNoteId, CustomerId, InvoiceId, PaymentIntentId, RefundId},
    time::Month,
};

/// An invoice. Its id derives from its payment; whatever the time in it, the same one is kept once.
pub fn invoice(s: Scope, id: InvoiceId) -> Key {
    Key::new(format!("{}#{}", scoped("invoice", s), hash_of(id)), "invoice")
}

/// A tenant's invoices of one month (in the index).
pub fn invoices(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("invoice", s))
}

/// A customer's invoices (in the index).
pub fn invoices_of_customer(s: Scope, customer: CustomerId) -> String {
    format!("{}#{customer}", scoped("invoice", s))
}

/// A credit note. Its id derives from its refund, or from the invoice that was taken back.
pub fn credit_note(s: Scope, id: CreditNoteId) -> Key {
    Key::new(format!("{}#{}", scoped("credit_note", s), hash_of(id)), "note")
}

/// A tenant's credit notes of one month (in the index).
pub fn credit_notes(s: Scope, month: Month) -> String {
    format!("{}#{month}", scoped("credit_note", s))
}

/// An invoice's credit notes (in the index).
pub fn credit_notes_of_invoice(s: Scope, invoice: InvoiceId) -> String {
    format!("{}#{invoice}", scoped("credit_note", s))
}

/// How far a series of numbers has come.
pub fn series(s: Scope, series: &str) -> Key {
    Key::new(scoped("series", s), series)
}

/// The claim on a document's number: one name space for invoices and credit notes.
pub fn document_number(s: Scope, number: &str) -> Key {
    Key::new(format!("{}#{number}", scoped("document_number", s)), "number")
}

/// A refund that succeeded before its payment had an invoice.
pub fn uncredited_refund(s: Scope, payment: PaymentIntentId, refund: RefundId) -> Key {
    Key::new(uncredited_refunds(s, payment), refund.to_string())
}

/// The refunds that wait for a payment's invoice.
pub fn uncredited_refunds(s: Scope, payment: PaymentIntentId) -> String {
    format!("{}#{payment}", scoped("uncredited", s))
}
