//! One buyer's visit to a hosted page: what was typed, what is bought, and until when.
//!
//! A session is frozen when it starts; what becomes of it is told by its payment intent, which has
//! the same UUID. Starting reserves nothing: a use is consumed by a charge, not by a look.

use super::{
    Amounts, Scope, Surface, Time,
    catalog::Purchase,
    id::{CheckoutSessionId, PaymentIntentId, PaymentLinkId},
    metadata::Metadata,
    payment_link::ReturnAddresses,
    tax::{Pricing, TaxRecord},
};

/// Longest life of a session that a buyer started, in seconds.
pub const SESSION_S: i64 = 60 * 60;

/// Longest life of a session that a server made, in seconds.
pub const MAX_SESSION_S: i64 = 24 * 60 * 60;

/// Sessions that nobody tried to pay are swept this many days after their end.
pub const UNTRIED_KEPT_DAYS: i64 = 30;

/// What a buyer's visit was started with; its payment intent tells how the visit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSession {
    /// Its id; the payment intent's UUID.
    pub id: CheckoutSessionId,
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// Through which API it was started.
    pub surface: Surface,
    /// The link that was opened; none for a session that a server made.
    pub link: Option<PaymentLinkId>,
    /// Who pays, as typed.
    pub payer: Payer,
    /// What is bought, frozen.
    pub lines: Vec<Purchase>,
    /// Whether the prices of the lines contain their tax.
    pub pricing_mode: Pricing,
    /// What it costs by the tax of the moment it was started; the submit that succeeds decides.
    pub amounts: Amounts,
    /// How that tax came about, where the seller collects any.
    pub tax: Option<TaxRecord>,
    /// Where the buyer may go afterwards.
    pub addresses: ReturnAddresses,
    /// The caller's own reference.
    pub client_reference: Option<String>,
    /// The link's or the caller's own data.
    pub metadata: Option<Metadata>,
    /// No charge starts at or after this moment.
    pub expires_at: Time,
    /// When it was started.
    pub created_at: Time,
}

/// Who pays, as typed: never checked against anything but its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payer {
    /// 1 to 100 characters.
    pub first_name: String,
    /// 1 to 100 characters.
    pub last_name: String,
    /// In lower case; empty once the payer is erased.
    pub email: String,
    /// 5 to 20 characters.
    pub phone: Option<String>,
    /// Up to 100 characters.
    pub company: Option<String>,
    /// Cleaned; form and check digits are right.
    pub tax_id: Option<String>,
    /// Two capitals of ISO 3166-1.
    pub country: String,
    /// The part of ISO 3166-2 after the hyphen.
    pub region: Option<String>,
    /// Up to 12 characters.
    pub postal_code: Option<String>,
}

impl CheckoutSession {
    /// The payment intent that belongs to it.
    pub const fn payment(&self) -> PaymentIntentId {
        PaymentIntentId::from_uuid(*self.id.uuid())
    }

    /// Whether a charge may still start.
    pub fn open_at(&self, now: Time) -> bool {
        now < self.expires_at
    }

    /// When it may be swept if nobody tried to pay.
    pub fn swept_at(&self) -> Time {
        self.expires_at.plus_days(UNTRIED_KEPT_DAYS)
    }
}

/// The end of a session that starts now: after `life_s` seconds, or with its link if that ends
/// earlier.
pub fn ends_at(now: Time, life_s: i64, link_expires_at: Option<Time>) -> Time {
    let end = now.plus_seconds(life_s);
    link_expires_at.map_or(end, |link_end| link_end.min(end))
}

/// An address with the order and how it went in its query. They prove nothing: the webhook does.
pub fn with_outcome(url: &str, order: CheckoutSessionId, status: &str) -> String {
    let (address, fragment) = url.split_once('#').map_or((url, None), |(a, f)| (a, Some(f)));
    let joint = if address.contains('?') { '&' } else { '?' };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{address}{joint}order_id={}&status={status}{fragment}", order.links_form())
}

impl CheckoutSession {
    /// What is kept of its tax once nobody is to know who paid.
    pub fn erased_tax(&self) -> Option<TaxRecord> {
        let blank = |record: &TaxRecord| TaxRecord { tax_id: None, ..record.clone() };
        self.tax.as_ref().map(blank)
    }
}

impl Payer {
    /// First and last name.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// The payer with everything blanked that says who it is; the country stays for the tax.
    #[must_use = "the value itself does not change; the next one is returned"]
    pub fn erased(&self) -> Self {
        Self {
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            phone: None,
            company: None,
            tax_id: None,
            country: self.country.clone(),
            region: self.region.clone(),
            postal_code: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_with_its_link_if_that_ends_earlier() {
        let now = Time::from_ms(1_795_255_200_250);
        let hour = now.plus_seconds(SESSION_S);
        assert_eq!(ends_at(now, SESSION_S, None), hour);
        assert_eq!(ends_at(now, SESSION_S, Some(now.plus_days(9))), hour);
        let soon = now.plus_seconds(90);
        assert_eq!(ends_at(now, SESSION_S, Some(soon)), soon);
    }

    #[test]
    fn an_address_says_how_the_order_went() {
        let order = CheckoutSessionId::mint(Time::from_ms(0), [0; 10]);
        let query = format!("order_id={}&status=paid", order.links_form());
        for (url, expected) in [
            ("https://shop.example/done", format!("https://shop.example/done?{query}")),
            ("https://shop.example/?a=1", format!("https://shop.example/?a=1&{query}")),
            ("https://shop.example/?a=1#b?c", format!("https://shop.example/?a=1&{query}#b?c")),
        ] {
            assert_eq!(with_outcome(url, order, "paid"), expected);
        }
    }

    #[test]
    fn an_erased_payer_keeps_the_place_only() {
        let payer = Payer {
            first_name: "Ada".into(),
            last_name: "Example".into(),
            email: "ada@example.com".into(),
            phone: Some("+49 30 1234".into()),
            company: Some("Example".into()),
            tax_id: Some("DE136695976".into()),
            country: "US".into(),
            region: Some("NY".into()),
            postal_code: Some("10001".into()),
        };
        assert_eq!(payer.name(), "Ada Example");
        let text = format!("{:?}", payer.erased());
        for gone in ["Ada", "Example", "ada@", "1234", "DE136", "10001"] {
            assert!(!text.contains(gone), "{gone}");
        }
        assert!(text.contains("US") && text.contains("NY"));
    }
}
