//! What this surface's events say of money received and given back, and of invoices.

use crate::{
    model::{
        Time,
        date::Date,
        id::{
            CreditNoteId, CustomerId, DisputeId, InvoiceId, PaymentIntentId, RefundId,
            TransactionId,
        },
        refund::listed_reason,
    },
    webhook::message::{CreditNoteFacts, DisputeFacts, IntentFacts, InvoiceFacts, Message},
};
use serde::Serialize;

/// A payment that is complete.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedData<'a> {
    invoice_id: Option<String>,
    invoice_number: Option<&'a str>,
    invoice_total: Option<i64>,
    customer_id: Option<String>,
    subscription_id: (),
    payment_transaction_id: Option<String>,
    payment_id: String,
    provider: &'a str,
    gross_amount: i64,
    tax_amount: i64,
    currency: String,
    /// No processor tells its fee yet.
    org_net_amount: (),
    customer_email: Option<&'a str>,
    paid_at: String,
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<&'a str>,
}

/// An invoice as receivers of the payments surface read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceData<'a> {
    invoice_id: String,
    invoice_number: &'a str,
    invoice_status: &'a str,
    period_start: String,
    period_end: String,
    issue_date: String,
    due_date: String,
    currency: String,
    subtotal: i64,
    total: i64,
    customer_id: Option<String>,
    subscription_id: (),
    sequence: u64,
}

/// A refund with its credit note.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundedData<'a> {
    payment_transaction_id: String,
    payment_id: String,
    provider: &'a str,
    payment_link_id: Option<String>,
    invoice_id: String,
    invoice_number: &'a str,
    customer_id: Option<String>,
    subscription_id: (),
    refund_id: String,
    refund_reason: Option<&'a str>,
    refund_amount: i64,
    refund_tax_amount: i64,
    currency: String,
    credit_note_id: String,
    credit_note_number: &'a str,
    sequence: u64,
}

/// A payment that its buyer's bank takes back, and how that ended.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DisputedData<'a> {
    payment_transaction_id: String,
    payment_id: String,
    provider: &'a str,
    payment_link_id: Option<String>,
    invoice_id: Option<String>,
    invoice_number: Option<&'a str>,
    customer_id: Option<String>,
    subscription_id: (),
    dispute_id: String,
    dispute_status: &'a str,
    dispute_reason: Option<&'a str>,
    dispute_amount: i64,
    dispute_lost: i64,
    currency: String,
    opened_at: String,
    sequence: u64,
}

/// A customer as the caller knows it: by its own id, where it has one.
pub(super) fn customer(id: Option<&str>, own: Option<&str>) -> Option<String> {
    match own {
        Some(own) => Some(own.to_owned()),
        None => id.and_then(|id| id.parse().ok()).map(|id: CustomerId| id.payments_form()),
    }
}

pub(super) fn invoice_id(id: Option<&str>) -> Option<String> {
    id.and_then(|id| id.parse().ok()).map(|id: InvoiceId| id.payments_form())
}

pub(super) fn received<'a>(message: &Message, facts: &'a IntentFacts) -> Option<ReceivedData<'a>> {
    let receipt = facts.receipt.as_ref()?;
    let invoice = invoice_id(receipt.invoice.as_deref());
    let transaction = facts.attempt.as_deref().and_then(|id| id.parse().ok());
    Some(ReceivedData {
        invoice_total: invoice.is_some().then_some(facts.amount_minor),
        invoice_id: invoice,
        invoice_number: receipt.invoice_number.as_deref(),
        customer_id: customer(facts.customer.as_deref(), receipt.customer_own_id.as_deref()),
        subscription_id: (),
        payment_transaction_id: transaction.map(|id: TransactionId| id.payments_form()),
        payment_id: facts.id.parse::<PaymentIntentId>().ok()?.payments_form(),
        provider: &receipt.processor,
        gross_amount: facts.amount_minor,
        tax_amount: facts.tax_minor.unwrap_or(0),
        currency: facts.currency.to_ascii_lowercase(),
        org_net_amount: (),
        customer_email: receipt.email.as_deref(),
        paid_at: Time::from_ms(receipt.paid_at_ms).rfc3339_ms(),
        sequence: message.sequence,
        idempotency_key: facts.idempotency_key.as_deref(),
    })
}

pub(super) fn invoice<'a>(message: &Message, facts: &'a InvoiceFacts) -> Option<InvoiceData<'a>> {
    let written = |date: &str| Some(date.parse::<Date>().ok()?.midnight().rfc3339_ms());
    let issued = written(&facts.issued_on)?;
    Some(InvoiceData {
        invoice_id: invoice_id(Some(&facts.id))?,
        invoice_number: &facts.number,
        invoice_status: &facts.status,
        period_start: issued.clone(),
        period_end: issued.clone(),
        issue_date: issued,
        due_date: written(&facts.due_on)?,
        currency: facts.currency.to_ascii_lowercase(),
        subtotal: facts.subtotal_minor,
        total: facts.total_minor,
        customer_id: customer(facts.customer.as_deref(), facts.customer_own_id.as_deref()),
        subscription_id: (),
        sequence: message.sequence,
    })
}

pub(super) fn disputed<'a>(message: &Message, facts: &'a DisputeFacts) -> Option<DisputedData<'a>> {
    let payment = facts.payment.parse::<PaymentIntentId>().ok()?.payments_form();
    Some(DisputedData {
        payment_transaction_id: facts.transaction.parse::<TransactionId>().ok()?.payments_form(),
        payment_link_id: facts.by_link.then(|| payment.clone()),
        payment_id: payment,
        provider: &facts.processor,
        invoice_id: invoice_id(facts.invoice.as_deref()),
        invoice_number: facts.invoice_number.as_deref(),
        customer_id: customer(facts.customer.as_deref(), facts.customer_own_id.as_deref()),
        subscription_id: (),
        dispute_id: facts.id.parse::<DisputeId>().ok()?.payments_form(),
        dispute_status: &facts.status,
        dispute_reason: facts.reason.as_deref(),
        dispute_amount: facts.amount_minor,
        dispute_lost: facts.lost_minor,
        currency: facts.currency.to_ascii_lowercase(),
        opened_at: Time::from_ms(facts.opened_at_ms).rfc3339_ms(),
        sequence: message.sequence,
    })
}

pub(super) fn refunded<'a>(
    message: &Message,
    facts: &'a CreditNoteFacts,
) -> Option<RefundedData<'a>> {
    let refund = facts.refund.as_ref()?;
    let payment = refund.payment.parse::<PaymentIntentId>().ok()?.payments_form();
    Some(RefundedData {
        payment_transaction_id: refund.transaction.parse::<TransactionId>().ok()?.payments_form(),
        payment_link_id: refund.by_link.then(|| payment.clone()),
        payment_id: payment,
        provider: &refund.processor,
        invoice_id: invoice_id(Some(&facts.invoice))?,
        invoice_number: &facts.invoice_number,
        customer_id: customer(facts.customer.as_deref(), facts.customer_own_id.as_deref()),
        subscription_id: (),
        refund_id: refund.id.parse::<RefundId>().ok()?.payments_form(),
        refund_reason: refund.reason.as_deref().and_then(listed_reason),
        refund_amount: facts.total_minor,
        refund_tax_amount: facts.tax_minor,
        currency: facts.currency.to_ascii_lowercase(),
        credit_note_id: facts.id.parse::<CreditNoteId>().ok()?.payments_form(),
        credit_note_number: &facts.number,
        sequence: message.sequence,
    })
}
