//! What events say of invoices and credit notes.

use crate::model::{
    credit_note::CreditNote,
    event::{EventType, PaymentReceipt},
    invoice::{Invoice, InvoiceStatus},
    payment_intent::PaymentIntent,
};
use serde::{Deserialize, Serialize};

/// What receivers are told of a complete payment that its own record does not say.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceiptFacts {
    /// The address of whoever paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The caller's own id of the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_own_id: Option<String>,
    /// The invoice's id; none where it is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<String>,
    /// The invoice's number, such as `INV-000044`; none where it is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_number: Option<String>,
    /// Whether receivers were told before, without an invoice.
    pub told: bool,
    /// The name of the adapter that took the money; empty where no account charged.
    pub processor: String,
    /// When the money was taken, in milliseconds since 1970.
    pub paid_at_ms: i64,
}

/// An invoice right after an event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InvoiceFacts {
    /// The invoice's id, a UUID with hyphens.
    pub id: String,
    /// The number that its series gave it, such as `INV-000044`.
    pub number: String,
    /// `outstanding`, `paid` or `void`.
    pub status: String,
    /// The date on the invoice, as YYYY-MM-DD.
    pub issued_on: String,
    /// When it is due.
    pub due_on: String,
    /// The currency's code in ISO 4217.
    pub currency: String,
    /// Minor units without tax.
    pub subtotal_minor: i64,
    /// Minor units, tax included.
    pub total_minor: i64,
    /// The customer's id; `None` where no customer is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The caller's own id of the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_own_id: Option<String>,
}

/// A credit note right after it was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreditNoteFacts {
    /// The credit note's id, a UUID with hyphens.
    pub id: String,
    /// The number that its series gave it.
    pub number: String,
    /// What it takes back.
    pub invoice: String,
    /// The number of the invoice that it takes back.
    pub invoice_number: String,
    /// The currency's code in ISO 4217.
    pub currency: String,
    /// Minor units, tax included.
    pub total_minor: i64,
    /// Minor units of tax.
    pub tax_minor: i64,
    /// The customer's id; `None` where no customer is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The caller's own id of the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_own_id: Option<String>,
    /// The refund behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<CreditedRefundFacts>,
}

/// The refund behind a credit note.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreditedRefundFacts {
    /// The refund's id, a UUID with hyphens.
    pub id: String,
    /// The id of the payment whose money went back.
    pub payment: String,
    /// The submit that took the money.
    pub transaction: String,
    /// The name of the adapter that moved the money.
    pub processor: String,
    /// In the words of whoever asked for the refund; `None` where nobody gave a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether the payment came through a link.
    pub by_link: bool,
}

pub(super) fn receipt_facts(receipt: &PaymentReceipt, payment: &PaymentIntent) -> ReceiptFacts {
    let account = payment.charging_account().map(|account| account.processor.clone());
    ReceiptFacts {
        email: receipt.email.clone(),
        customer_own_id: receipt.customer_own_id.clone(),
        invoice: receipt.invoice.as_ref().map(|invoice| invoice.id.to_string()),
        invoice_number: receipt.invoice.as_ref().map(|invoice| invoice.number.clone()),
        told: receipt.told,
        processor: account.unwrap_or_default(),
        paid_at_ms: payment.succeeded_at().unwrap_or(payment.updated_at).ms(),
    }
}

/// An invoice is made outstanding or paid, and its later status stands in no event but that of a
/// void.
pub(super) fn invoice_facts(invoice: &Invoice, kind: EventType) -> InvoiceFacts {
    let status = match (kind, invoice.paid_by()) {
        (EventType::InvoiceVoided, _) => InvoiceStatus::Void,
        (_, Some(_)) => InvoiceStatus::Paid,
        (_, None) => InvoiceStatus::Outstanding,
    };
    let terms = &invoice.terms;
    InvoiceFacts {
        id: invoice.id.to_string(),
        number: terms.number.clone(),
        status: status.as_str().to_owned(),
        issued_on: terms.issued_on.to_string(),
        due_on: invoice.due_on.to_string(),
        currency: terms.currency.code().to_owned(),
        subtotal_minor: terms.subtotal,
        total_minor: terms.total(),
        customer: invoice.customer.map(|id| id.to_string()),
        customer_own_id: invoice.customer_own_id.clone(),
    }
}

pub(super) fn credit_note_facts(note: &CreditNote) -> CreditNoteFacts {
    CreditNoteFacts {
        id: note.id.to_string(),
        number: note.terms.number.clone(),
        invoice: note.invoice.to_string(),
        invoice_number: note.invoice_number.clone(),
        currency: note.terms.currency.code().to_owned(),
        total_minor: note.terms.total(),
        tax_minor: note.terms.tax(),
        customer: note.customer.map(|id| id.to_string()),
        customer_own_id: note.customer_own_id.clone(),
        refund: note.refund.as_ref().map(|refund| CreditedRefundFacts {
            id: refund.id.to_string(),
            payment: refund.payment.to_string(),
            transaction: refund.transaction.to_string(),
            processor: refund.processor.clone(),
            reason: refund.reason.clone(),
            by_link: refund.by_link,
        }),
    }
}
