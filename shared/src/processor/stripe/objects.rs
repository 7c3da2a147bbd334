//! Stripe's objects, as far as they are read. Everything else in them is passed over, so that a field
//! that Stripe adds breaks nothing.

use crate::processor::CheckSecret;
use serde::{Deserialize, Deserializer};

/// A payment at Stripe.
#[derive(Debug, Clone, Deserialize)]
pub struct StripePayment {
    /// The id that Stripe gave it, `pi_...`.
    pub id: String,
    /// Where the payment stood when Stripe answered.
    pub status: StripeStatus,
    /// Whose card is kept with it.
    pub customer: Option<String>,
    /// The card that was tried last.
    pub payment_method: Option<String>,
    /// `off_session` where the card is to be charged again.
    pub setup_future_usage: Option<String>,
    /// Why the last try failed.
    pub last_payment_error: Option<PaymentError>,
    /// Why it was canceled, in the words of whoever canceled it.
    pub cancellation_reason: Option<String>,
    /// What we noted with it.
    #[serde(default)]
    pub metadata: PaymentMarks,
}

/// What is noted with a payment; nothing of it in payments of others.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PaymentMarks {
    /// Our id of the payment.
    pub paylink_payment: Option<String>,
    /// Our id of the submit.
    pub paylink_attempt: Option<String>,
    /// Whose payment it is.
    pub paylink_tenant: Option<String>,
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StripeStatus {
    /// No card was tried yet, or the last one failed.
    RequiresPaymentMethod,
    /// A card is there, and nobody has said that it is to be charged.
    RequiresConfirmation,
    /// The buyer has to pass a challenge.
    RequiresAction,
    /// Stripe is at work.
    Processing,
    /// Money is reserved, not taken. Nothing here asks for that.
    RequiresCapture,
    /// Nothing can be charged any more.
    Canceled,
    /// Money was taken.
    Succeeded,
}

/// What the buyer's page shows the bank's check by. It is not printed.
#[derive(Deserialize)]
pub struct StripeCheck {
    /// Where the payment stood when Stripe answered.
    pub status: StripeStatus,
    /// Lets a browser see this payment, and go on with it.
    #[serde(default, deserialize_with = "kept")]
    pub client_secret: Option<CheckSecret>,
}

/// A secret as it comes in an answer.
fn kept<'de, D: Deserializer<'de>>(answer: D) -> Result<Option<CheckSecret>, D::Error> {
    Ok(Option::<String>::deserialize(answer)?.map(CheckSecret::new))
}

/// Why a card could not be charged.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PaymentError {
    /// Stripe's own code, such as `card_declined`; `None` where it gives none.
    pub code: Option<String>,
    /// The issuer's code, such as `insufficient_funds`; `None` where it gives none.
    pub decline_code: Option<String>,
}

/// Money that goes back.
#[derive(Debug, Clone, Deserialize)]
pub struct StripeRefund {
    /// The id that Stripe gave it, `re_...`.
    pub id: String,
    /// `pending`, `requires_action`, `succeeded`, `failed` or `canceled`.
    pub status: Option<String>,
    /// What we noted with it.
    #[serde(default)]
    pub metadata: RefundMarks,
}

/// Money that goes back, as far as it is told to somebody who did not ask for it.
#[derive(Debug, Clone, Deserialize)]
pub struct ToldRefund {
    /// The id that Stripe gave it, `re_...`.
    pub id: String,
    /// `pending`, `requires_action`, `succeeded`, `failed` or `canceled`.
    pub status: Option<String>,
    /// What goes back, in Stripe's units.
    pub amount: i64,
    /// In lower case.
    pub currency: String,
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// `duplicate`, `fraudulent` or `requested_by_customer`, where somebody said why.
    pub reason: Option<String>,
    /// What it gives back; nothing where that is an older kind of charge.
    pub payment_intent: Option<String>,
    /// What we noted with it.
    #[serde(default)]
    pub metadata: RefundMarks,
}

/// A payment that a bank takes back.
#[derive(Debug, Clone, Deserialize)]
pub struct StripeDispute {
    /// The id that Stripe gave it, `du_...` or `dp_...`.
    pub id: String,
    /// `needs_response`, `under_review`, `won`, `lost` and others.
    pub status: String,
    /// What is taken back, in Stripe's units.
    pub amount: i64,
    /// In lower case.
    pub currency: String,
    /// When it was opened, in seconds since 1970.
    pub created: i64,
    /// Such as `fraudulent` or `product_not_received`.
    pub reason: Option<String>,
    /// What is taken back; nothing where that is an older kind of charge.
    pub payment_intent: Option<String>,
}

/// What is noted with a refund.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct RefundMarks {
    /// Our id of it.
    pub paylink_refund: Option<String>,
}

/// A page of refunds.
#[derive(Debug, Clone, Deserialize)]
pub struct RefundPage {
    /// The refunds of this page, newest first.
    pub data: Vec<StripeRefund>,
    /// Whether there are older ones.
    #[serde(default)]
    pub has_more: bool,
}

/// A card that was handed to Stripe.
#[derive(Debug, Clone, Deserialize)]
pub struct StripeMethod {
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// Whom it is kept for.
    pub customer: Option<String>,
    /// The card; nothing where it is something else.
    pub card: Option<StripeCard>,
}

/// What may be known of a card.
#[derive(Debug, Clone, Deserialize)]
pub struct StripeCard {
    /// Card scheme, such as `visa`.
    pub brand: String,
    /// Where its issuer is.
    pub country: Option<String>,
    /// Month of its end.
    pub exp_month: u8,
    /// Year of its end.
    pub exp_year: u16,
    /// The same for the same number of one Stripe account.
    pub fingerprint: Option<String>,
    /// The last four digits.
    pub last4: String,
}

/// A thing of which only the id matters.
#[derive(Debug, Clone, Deserialize)]
pub struct StripeNamed {
    /// The id that Stripe gave it.
    pub id: String,
}

/// The body of an answer that says no.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ErrorBody {
    /// What Stripe says is wrong with the request.
    pub error: ApiError,
}

/// What is wrong with a request.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ApiError {
    /// `card_error`, `invalid_request_error`, `idempotency_error`, `api_error`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// Stripe's code for it; `None` where it gives none.
    pub code: Option<String>,
    /// In words, for the log. It may quote the request, but no card.
    #[serde(default)]
    pub message: String,
    /// The payment that a decline is about.
    pub payment_intent: Option<StripePayment>,
}

impl ApiError {
    /// Whether the amount is what is wrong.
    pub fn is_of_amount(&self) -> bool {
        matches!(self.code.as_deref(), Some("amount_too_small" | "amount_too_large"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shapes as Stripe publishes them: github.com/stripe/openapi, `openapi/fixtures3.json`.
    const PAYMENT: &str = include_str!("shapes/payment_intent.json");
    const METHOD: &str = include_str!("shapes/payment_method.json");
    const REFUND: &str = include_str!("shapes/refund.json");
    const DISPUTE: &str = include_str!("shapes/dispute.json");

    #[test]
    fn published_shapes_are_read() {
        let payment: StripePayment = serde_json::from_str(PAYMENT).unwrap();
        assert_eq!(payment.status, StripeStatus::RequiresPaymentMethod);
        assert!(payment.id.starts_with("pi_") && payment.customer.is_none());
        let method: StripeMethod = serde_json::from_str(METHOD).unwrap();
        let card = method.card.unwrap();
        assert_eq!((card.brand.as_str(), card.last4.as_str()), ("visa", "4242"));
        assert_eq!((card.exp_month, card.exp_year), (8, 2030));
        let refund: StripeRefund = serde_json::from_str(REFUND).unwrap();
        assert_eq!(refund.status.as_deref(), Some("succeeded"));
        assert!(refund.metadata.paylink_refund.is_none());
        let told: ToldRefund = serde_json::from_str(REFUND).unwrap();
        assert_eq!((told.amount, told.currency.as_str()), (100, "usd"));
        let dispute: StripeDispute = serde_json::from_str(DISPUTE).unwrap();
        assert_eq!((dispute.amount, dispute.status.as_str()), (1_000, "warning_needs_response"));
    }

    #[test]
    fn a_decline_carries_its_payment() {
        let body = r#"{"error": {"type": "card_error", "code": "card_declined", "message": "No.",
            "decline_code": "insufficient_funds", "payment_intent": {"id": "pi_1", "customer": null,
            "status": "requires_payment_method", "payment_method": null, "setup_future_usage": null,
            "cancellation_reason": null, "last_payment_error":
            {"code": "card_declined", "decline_code": "insufficient_funds"}}}}"#;
        let body: ErrorBody = serde_json::from_str(body).unwrap();
        let payment = body.error.payment_intent.unwrap();
        let said = payment.last_payment_error.unwrap().decline_code;
        assert_eq!(said.as_deref(), Some("insufficient_funds"));
    }
}
