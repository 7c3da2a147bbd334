//! `POST /v1/platform/card/payment-link`.

use crate::{
    http::field::{Text, WebUrl, Whole},
    model::{
        Currency, Money, Time,
        id::{CustomerId, MerchantAccountId, PaymentIntentId},
        metadata::Metadata,
    },
    operations::payment_links::NewPaymentLink,
    request, view,
};

/// How long a link lives when nothing is said, in seconds.
const DEFAULT_EXPIRES_IN: i64 = 600;

/// Submits of a card on this surface: the first well-formed one is the one attempt.
const ATTEMPTS: u32 = 1;

request! {
    /// A new card payment link.
    CreateCardPaymentLink {
        /// The user who will pay.
        user_id: required CustomerId,
        /// What is charged, in major units: a number, or a text with a number.
        amount: money Money,
        /// ISO 4217, in any case; USD when absent.
        currency: optional Currency,
        /// Pins one approved merchant account of this user; the default one when absent or null.
        card_processing_id: optional MerchantAccountId,
        /// Seconds until the link stops working; 600 when absent.
        expires_in: optional Whole<60, 86_400>,
        /// Any JSON object up to 4 KB; comes back in payments and webhooks.
        metadata: optional Metadata,
        /// Where the buyer may go afterwards.
        return_url: optional WebUrl,
        /// Makes repeating the request harmless.
        idempotency_key: optional Text<1, 120>,
    }
}

impl CreateCardPaymentLink {
    /// The idempotency key in the body.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.idempotency_key.as_ref().map(|key| key.0.as_str())
    }
}

view! {
    /// A card payment link.
    CardPaymentLinkView {
        /// The payment that stands in your listings from now on.
        payment_intent_id: PaymentIntentId,
        /// The page for an iframe. Opaque; usable once.
        pay_url: String,
        /// When the link stops working: RFC 3339, UTC.
        expires_at: String,
    }
}

impl CreateCardPaymentLink {
    /// The link that is asked for.
    #[must_use]
    pub fn command(self, id: PaymentIntentId) -> NewPaymentLink {
        NewPaymentLink {
            id,
            customer: self.user_id,
            merchant_account: self.card_processing_id,
            amount: self.amount,
            lasts_s: self.expires_in.map_or(DEFAULT_EXPIRES_IN, |seconds| seconds.0),
            attempts: ATTEMPTS,
            metadata: self.metadata,
            return_url: self.return_url.map(|url| url.0),
        }
    }
}

/// A link as this surface shows it.
#[must_use]
pub fn view(id: PaymentIntentId, expires_at: Time, pay_url: String) -> CardPaymentLinkView {
    CardPaymentLinkView { payment_intent_id: id, pay_url, expires_at: expires_at.rfc3339() }
}
