//! A payment as this surface shows it.

use crate::{
    http::{Request, Result, payments::livemode, view::Described},
    model::{
        Time,
        card::FailureReason,
        event::EventType,
        id::PaymentIntentId,
        payment_intent::{LinkTerms, PaymentIntent, StatusName},
    },
    operations::{Problem, Resource},
    webhook::payload::payments::failure_message,
};
use derive::View;
use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

/// A payment.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct PaymentView {
    /// Its id.
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
    /// Subtotal and tax.
    pub amount_total: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// What it is for.
    pub description: String,
    /// Your own data.
    pub metadata: Option<Box<RawValue>>,
    /// The page on which a buyer pays; null for charges.
    pub url: Option<String>,
    /// When the page stops working: RFC 3339.
    pub expires_at: Option<String>,
    /// How it is taxed.
    pub tax: TaxView,
    /// Submits of a card so far.
    pub attempts: u32,
    /// Why the last attempt failed, while the payment is `failed`.
    pub failure_code: Option<&'static str>,
    /// The same in words.
    pub failure_message: Option<&'static str>,
    /// Why it was canceled: `requested` or `expired`.
    pub cancellation_reason: Option<&'static str>,
    /// RFC 3339.
    pub paid_at: Option<String>,
    /// RFC 3339.
    pub canceled_at: Option<String>,
    /// The transaction that paid it.
    pub transaction_id: Option<String>,
    /// Its invoice.
    pub invoice_id: Option<String>,
    /// The invoice's number.
    pub invoice_number: Option<String>,
    /// What went back to the buyer, in minor units.
    pub amount_refunded: i64,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
    /// Always `payment`.
    pub object: &'static str,
    /// False in test mode.
    pub livemode: bool,
}

/// How a payment is taxed.
#[derive(Serialize)]
#[serde(untagged)]
pub enum TaxView {
    /// Nobody has paid yet, and no country is known.
    Unknown {
        /// `unknown`
        status: &'static str,
    },
    /// Fixed by the submit that paid.
    Final(Box<FinalTaxView>),
}

/// Tax as the submit that paid has fixed it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FinalTaxView {
    status: &'static str,
    treatment: &'static str,
    reason: &'static str,
    tax_code: Option<String>,
    country: Option<String>,
    region: Option<String>,
    lines: [(); 0],
    tax_id: Option<String>,
    tax_id_status: Option<&'static str>,
    evidence: [(); 0],
    evidence_conflict: bool,
    rules: Option<String>,
    settings_version: Option<u64>,
    decided_at: Option<String>,
}

impl Described for TaxView {
    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "status": {"type": "string", "enum": ["unknown", "estimated", "final"]},
                "treatment": {"type": "string"},
                "reason": {"type": "string"},
            },
            "required": ["status"],
        })
    }
}

/// The payment that a request's path names.
///
/// # Errors
/// 404 for what is no id of a payment.
pub fn asked(req: &Request) -> Result<PaymentIntentId> {
    let id = PaymentIntentId::from_payments_form(req.path("id"));
    id.ok_or(Problem::NotFound(Resource::Payment))
}

/// A payment as this surface shows it at `now`. `url` is its page's address.
///
/// # Errors
/// 404 for a payment between wallets.
pub fn view(payment: &PaymentIntent, url: String, now: Time) -> Result<PaymentView> {
    let terms = payment.link_terms().ok_or(Problem::NotFound(Resource::Payment))?;
    let status = payment.status_at(now);
    let (declined, failure) = (was_declined(payment, status), failure(payment, status));
    let (amounts, ends) = (payment.amounts, terms.link.expires_at);
    let paid = matches!(status, StatusName::Succeeded | StatusName::Settled);
    let paid_at = paid.then(|| paid_at(payment).rfc3339_ms());
    let updated_at = payment.updated_at(now);
    let attempt = payment.status.attempt().filter(|_| paid);
    Ok(PaymentView {
        id: payment.id.payments_form(),
        customer_id: payment.customer.map(|id| id.payments_form()),
        kind: "link",
        status: status_text(status, declined),
        provider: terms.account.processor.clone(),
        amount_subtotal: amounts.subtotal().minor(),
        tax_amount: amounts.tax().minor(),
        amount_total: amounts.total().minor(),
        currency: amounts.currency().code().to_ascii_lowercase(),
        description: payment.description.clone(),
        metadata: payment.metadata.as_ref().and_then(|m| m.raw().map(ToOwned::to_owned)),
        url: Some(url),
        expires_at: Some(ends).filter(|end| *end < Time::NEVER).map(Time::rfc3339_ms),
        tax: tax_view(terms, paid_at.clone()),
        attempts: terms.attempts(),
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
        paid_at,
        invoice_id: None,
        invoice_number: None,
        amount_refunded: 0,
        created_at: payment.created_at.rfc3339_ms(),
        updated_at: updated_at.rfc3339_ms(),
        object: "payment",
        livemode: livemode(payment.scope.mode),
    })
}

fn tax_view(terms: &LinkTerms, decided_at: Option<String>) -> TaxView {
    if decided_at.is_none() {
        return TaxView::Unknown { status: "unknown" };
    }
    TaxView::Final(Box::new(FinalTaxView {
        status: "final",
        treatment: "not_collected",
        reason: "not_configured",
        tax_code: terms.request.as_ref().and_then(|request| request.tax_code.clone()),
        country: None,
        region: None,
        lines: [],
        tax_id: None,
        tax_id_status: None,
        evidence: [],
        evidence_conflict: false,
        rules: None,
        settings_version: None,
        decided_at,
    }))
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

/// When the money was taken.
fn paid_at(payment: &PaymentIntent) -> Time {
    let succeeded = |kind| kind == EventType::PaymentIntentSucceeded;
    let told = payment.history.entries.iter().rev().find(|entry| succeeded(entry.kind));
    told.map_or(payment.updated_at, |entry| entry.at)
}

/// A status in this surface's words.
#[must_use]
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
