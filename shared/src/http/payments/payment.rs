//! A payment as this surface shows it.

use crate::{
    http::{
        Reply, Request, Result,
        payments::{livemode, tax_view::TaxView},
        reply,
    },
    model::{
        Time,
        card::FailureReason,
        id::PaymentIntentId,
        payment_intent::{PaymentIntent, StatusName, Terms},
        tax::TaxRecord,
    },
    operations::{IdempotentAnswer, Problem, Resource},
    webhook::payload::payments::failure_message,
};
use derive::View;
use serde_json::{Map, Value, value::RawValue};

/// A payment.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct PaymentView {
    /// The payment's id, `pay_...`.
    pub id: String,
    /// The customer who pays; null until a buyer paid, where the payment was made for nobody.
    pub customer_id: Option<String>,
    /// `link`, or `charge` for a charge of a saved card.
    pub kind: &'static str,
    /// `pending`, `processing`, `requires_action`, `succeeded`, `failed` or `canceled`. A failed
    /// link can be paid with another card.
    pub status: &'static str,
    /// Your own processor, such as `stripe`. Buyers never see it.
    pub provider: String,
    /// What was asked for, in minor units.
    pub amount_subtotal: i64,
    /// Tax on top; 0 while it is not known.
    pub tax_amount: i64,
    /// Subtotal and tax together, in minor units of the currency.
    pub amount_total: i64,
    /// The currency of the amounts, ISO 4217 in lower case.
    pub currency: String,
    /// What the payment is for, as buyers read it.
    pub description: String,
    /// Your own data, returned as you sent it.
    pub metadata: Option<Box<RawValue>>,
    /// The page on which a buyer pays; null for charges.
    pub url: Option<String>,
    /// When the page stops working: RFC 3339.
    pub expires_at: Option<String>,
    /// How the payment is taxed, and which rule decided.
    pub tax: TaxView,
    /// Submits of a card so far.
    pub attempts: u32,
    /// Why the last attempt failed, while the payment is `failed`.
    pub failure_code: Option<&'static str>,
    /// The same in a sentence, which a buyer may read; null unless it failed.
    pub failure_message: Option<&'static str>,
    /// Why it was canceled: `requested` or `expired`.
    pub cancellation_reason: Option<&'static str>,
    /// When it was paid, as an RFC 3339 time.
    pub paid_at: Option<String>,
    /// When it was canceled, as an RFC 3339 time.
    pub canceled_at: Option<String>,
    /// The id of the transaction that paid it, `txn_...`; null while it is unpaid.
    pub transaction_id: Option<String>,
    /// The id of its invoice, `inv_...`; null while there is none.
    pub invoice_id: Option<String>,
    /// The number that the invoice bears.
    pub invoice_number: Option<String>,
    /// What went back to the buyer, in minor units.
    pub amount_refunded: i64,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it last changed, as an RFC 3339 time.
    pub updated_at: String,
    /// The kind of object: always `payment`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// The payment that a request's path names.
pub fn asked(req: &Request) -> Result<PaymentIntentId> {
    let id = PaymentIntentId::from_payments_form(req.path("id"));
    id.ok_or(Problem::NotFound(Resource::Payment))
}

/// A payment as this surface shows it at `now`. `url` is its page's address, where it has one.
///
/// # Errors
/// 404 for a payment between wallets.
pub fn view(payment: &PaymentIntent, url: String, now: Time) -> Result<PaymentView> {
    let account = payment.charging_account().ok_or(Problem::NotFound(Resource::Payment))?;
    let link = payment.link_terms();
    let status = payment.status_at(now);
    let (declined, failure) = (was_declined(payment, status), failure(payment, status));
    let (amounts, ends) = (payment.amounts, link.and_then(|terms| terms.link.expires_at));
    let paid_at = payment.succeeded_at();
    let updated_at = changed_at(payment, now);
    let attempt = payment.status.attempt().filter(|_| paid_at.is_some());
    Ok(PaymentView {
        id: payment.id.payments_form(),
        customer_id: payment.customer.map(|id| id.payments_form()),
        kind: if link.is_some() { "link" } else { "charge" },
        status: status_text(status, declined),
        provider: account.processor.clone(),
        amount_subtotal: amounts.subtotal().minor(),
        tax_amount: amounts.tax().minor(),
        amount_total: amounts.total().minor(),
        currency: amounts.currency().code().to_ascii_lowercase(),
        description: payment.description.clone(),
        metadata: payment.metadata.as_ref().and_then(|m| m.raw().map(ToOwned::to_owned)),
        url: link.map(|_| url),
        expires_at: ends.map(Time::rfc3339_ms),
        tax: tax_view(payment, paid_at),
        attempts: attempts(payment),
        failure_code: failure.map(FailureReason::as_str),
        failure_message: failure.map(failure_message),
        cancellation_reason: match status {
            StatusName::Expired => Some("expired"),
            StatusName::Canceled => Some("requested"),
            StatusName::Pending
            | StatusName::PendingReview
            | StatusName::Processing
            | StatusName::RequiresAction
            | StatusName::Held
            | StatusName::Succeeded
            | StatusName::Settled
            | StatusName::Failed => None,
        },
        canceled_at: matches!(status, StatusName::Expired | StatusName::Canceled)
            .then(|| updated_at.rfc3339_ms()),
        transaction_id: attempt.map(|attempt| attempt.transaction().payments_form()),
        paid_at: paid_at.map(Time::rfc3339_ms),
        invoice_id: payment.invoice().map(|invoice| invoice.id.payments_form()),
        invoice_number: payment.invoice().map(|invoice| invoice.number.clone()),
        amount_refunded: payment.refundable().map_or(0, |refundable| refundable.refunded),
        created_at: payment.created_at.rfc3339_ms(),
        updated_at: updated_at.rfc3339_ms(),
        object: "payment",
        livemode: livemode(payment.scope.mode),
    })
}

/// A payment as it is remembered: its page's address is derived, and never stored.
pub fn remembered(payment: &PaymentIntent, now: Time) -> String {
    let shown = view(payment, String::new(), now).ok();
    shown.map(|shown| reply::json(&shown)).unwrap_or_default()
}

/// The answer with the page's address.
pub fn shown(answer: &IdempotentAnswer, url: String) -> Result {
    let mut view: Map<String, Value> =
        serde_json::from_str(&answer.data).map_err(Problem::internal)?;
    view.insert("url".to_owned(), url.into());
    Ok(answer.mark(Reply::data(&view)))
}

/// Fixed once the payment is paid; while an attempt runs, what it would fix; else what was known of
/// the customer when it was made.
fn tax_view(payment: &PaymentIntent, paid: Option<Time>) -> TaxView {
    // The customer of a charge is known, so what was tried is what would be due.
    let fixed = paid.is_some() || payment.charge_terms().is_some();
    let attempt = payment.status.attempt().filter(|_| fixed).or_else(|| payment.status.open());
    let charged = attempt.and_then(|attempt| attempt.charged.as_ref());
    let record = charged.and_then(|charged| charged.record.as_ref());
    let estimate = payment.estimate().filter(|_| attempt.is_none());
    let record = record.or_else(|| estimate?.record.as_ref());
    let card = attempt.and_then(|attempt| attempt.card.country);
    match (record, paid) {
        (Some(record), _) => TaxView::decided(record, paid.is_some(), card),
        (None, Some(paid)) => {
            TaxView::decided(&TaxRecord::unconfigured(tax_code(payment), paid), true, card)
        }
        (None, None) => TaxView::unknown(),
    }
}

/// What is sold, where the request said it.
fn tax_code(payment: &PaymentIntent) -> Option<&str> {
    match &payment.terms {
        Terms::Link(terms) => terms.request.as_ref()?.tax_code.as_deref(),
        Terms::Charge(terms) => terms.request.tax_code.as_deref(),
        Terms::Wallet(_) => None,
    }
}

/// Submits of a card so far.
fn attempts(payment: &PaymentIntent) -> u32 {
    match &payment.terms {
        Terms::Link(terms) => terms.link.attempts.made,
        Terms::Charge(terms) => terms.attempts(),
        Terms::Wallet(_) => 0,
    }
}

/// Whether the last attempt was declined, and another card may be tried.
fn was_declined(payment: &PaymentIntent, status: StatusName) -> bool {
    status == StatusName::Pending && payment.last_failure().is_some()
}

/// Why the last attempt failed, while the payment is failed.
fn failure(payment: &PaymentIntent, status: StatusName) -> Option<FailureReason> {
    let last = payment.last_failure().filter(|_| status == StatusName::Pending);
    let done = payment.status.failure().filter(|_| status == StatusName::Failed);
    last.map(|failure| failure.reason).or(done)
}

/// When it last changed. An expired link changed when its time was over, whenever that was written
/// down; one that was declined later, with that.
fn changed_at(payment: &PaymentIntent, now: Time) -> Time {
    if payment.status.name() != StatusName::Expired {
        return payment.updated_at(now);
    }
    let ended = payment.link_terms().and_then(|terms| terms.link.expires_at);
    let ended = ended.unwrap_or(payment.updated_at);
    let declined = payment.declined_attempts().last().map(|declined| declined.at);
    declined.map_or(ended, |declined| declined.max(ended))
}

/// A status in this surface's words.
pub const fn status_text(status: StatusName, declined: bool) -> &'static str {
    match status {
        StatusName::Pending if declined => "failed",
        StatusName::Pending | StatusName::PendingReview => "pending",
        StatusName::Processing | StatusName::Held => "processing",
        StatusName::RequiresAction => "requires_action",
        StatusName::Succeeded | StatusName::Settled => "succeeded",
        StatusName::Failed => "failed",
        StatusName::Expired | StatusName::Canceled => "canceled",
    }
}

#[cfg(test)]
mod tests;
