//! From where to where money moves, and on which conditions: frozen when the payment is made.

use super::{ChargeTerms, DeclinedAttempt, WalletTerms};
use crate::model::{
    id::{CustomerId, MerchantAccountId, PaymentLinkId},
    payment_link::OneTimeLink,
    tax::AttemptTax,
};

/// From where to where money moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Terms {
    /// A buyer pays through a link, by card.
    Link(LinkTerms),
    /// A saved card is charged; nobody is there.
    Charge(ChargeTerms),
    /// Between wallets and the outside.
    Wallet(WalletTerms),
}

/// Terms of a payment through a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTerms {
    /// The link the payment was made for.
    pub link: OneTimeLink,
    /// Attempts that took no money and left the link payable, oldest first: the last
    /// [`MAX_DECLINED`] of them.
    pub declined: Vec<DeclinedAttempt>,
    /// What made a tenant's own link; none on the platform surface.
    pub request: Option<LinkRequest>,
}

/// What the request for a link said, as far as the payment would not keep it otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkRequest {
    /// Its idempotency key, which receivers of events are told.
    pub idempotency_key: Option<String>,
    /// The customer it was made for; who pays one that was made for nobody stands in the payment.
    pub customer: Option<CustomerId>,
    /// What is sold, for tax.
    pub tax_code: Option<String>,
    /// The link of the links surface that a buyer opened.
    pub payment_link: Option<PaymentLinkId>,
    /// What it would cost the customer it was made for, by what was known of it then. A submit
    /// computes it anew.
    pub estimate: Option<Box<AttemptTax>>,
    /// Whether a sale of the links surface gets an invoice: what its organisation wanted when the
    /// checkout began.
    pub invoiced: bool,
}

/// Stands for the payment's id in a return address.
pub const PAYMENT_ID_PLACEHOLDER: &str = "{PAYMENT_ID}";

/// The merchant account a payment by card was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargingAccount {
    /// Our own id of the account, not the processor's.
    pub id: MerchantAccountId,
    /// The name of the adapter that charges for it; never shown to callers or buyers.
    pub processor: String,
    /// The account at the processor that charges where it is not the tenant's own, such as
    /// `acct_...`: what was begun there is looked for there, whatever account comes after it.
    pub connected: Option<String>,
    /// What stands on the buyer's statement, where the processor prints it.
    pub statement: Option<String>,
}

/// Where the token of a card is good: at which processor, and in whose account there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenHome<'a> {
    /// The name of the adapter that made it.
    pub processor: &'a str,
    /// The account at the processor where it is not the tenant's own.
    pub connected: Option<&'a str>,
}

impl<'a> TokenHome<'a> {
    /// The tenant's own account at a processor.
    pub const fn own(processor: &'a str) -> Self {
        Self { processor, connected: None }
    }

    /// Where the tokens of an account's cards are good.
    pub fn of(account: &'a ChargingAccount) -> Self {
        Self { processor: &account.processor, connected: account.connected.as_deref() }
    }
}
