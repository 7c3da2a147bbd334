//! `POST /v1/platform/card/payment-link`.

use crate::{
    http::{
        Result,
        field::{Amount, Text, WebUrl, Whole, payable},
    },
    model::{
        Currency, Time,
        id::{CustomerId, MerchantAccountId, PaymentIntentId},
        metadata::Metadata,
        payment_link::Limit,
    },
    operations::{payment_links::NewPaymentLink, problem::on},
};
use derive::{Body, View};

/// How long a link lives when nothing is said, in seconds.
const DEFAULT_EXPIRES_IN: i64 = 600;

/// Submits of a card on this surface: the first well-formed one is the one attempt.
const ATTEMPTS: Limit = Limit::ONE;

/// A new card payment link.
#[derive(Body)]
#[body(check = payable(amount, currency))]
pub struct CreateCardPaymentLink {
    /// The id of the user who will pay.
    pub user_id: CustomerId,
    /// What is charged, in major units: a number, or a text with a number.
    pub amount: Amount,
    /// ISO 4217, in any case; USD when absent.
    #[body(default = Currency::USD)]
    pub currency: Option<Currency>,
    /// Pins one approved merchant account of this user; the default one when absent or null.
    pub card_processing_id: Option<MerchantAccountId>,
    /// Seconds until the link stops working; 600 when absent.
    #[body(default = Whole(DEFAULT_EXPIRES_IN))]
    pub expires_in: Option<Whole<60, 86_400>>,
    /// Any JSON object up to 4 KB; comes back in payments and webhooks.
    pub metadata: Option<Metadata>,
    /// Where the buyer may go afterwards.
    pub return_url: Option<WebUrl>,
    /// Makes repeating the request harmless, as the header `Idempotency-Key` does: the two must
    /// agree.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// A card payment link.
#[derive(View)]
pub struct CardPaymentLinkView {
    /// The payment that stands in your listings from now on.
    pub payment_intent_id: PaymentIntentId,
    /// The page for an iframe. Opaque; usable once.
    pub pay_url: String,
    /// When the link stops working: RFC 3339, UTC.
    pub expires_at: String,
}

impl CreateCardPaymentLink {
    /// The link that is asked for.
    ///
    /// # Errors
    /// 422 for an amount that its currency does not have.
    pub fn command(self, id: PaymentIntentId) -> Result<NewPaymentLink> {
        let amount = self.amount.money(self.currency);
        Ok(NewPaymentLink {
            id,
            customer: self.user_id,
            merchant_account: self.card_processing_id,
            amount: amount.map_err(|invalid| on("amount", invalid))?,
            lasts_s: self.expires_in.map_or(DEFAULT_EXPIRES_IN, |seconds| seconds.0),
            attempts: ATTEMPTS,
            metadata: self.metadata,
            return_url: self.return_url.map(|url| url.0),
        })
    }
}

/// A link as this surface shows it.
pub fn view(id: PaymentIntentId, expires_at: Time, pay_url: String) -> CardPaymentLinkView {
    CardPaymentLinkView { payment_intent_id: id, pay_url, expires_at: expires_at.rfc3339() }
}
