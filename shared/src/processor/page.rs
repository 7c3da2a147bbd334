//! What a buyer's page adds to itself where a processor shows the card fields.

use crate::model::secret::{Secret, kind};

/// What a page loads and allows where a processor shows the card fields and the bank's check in
/// frames of its own. Everything else in the page's policy stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFields {
    /// The address of the processor's script. It changes without notice, so that no hash can pin it.
    pub script: String,
    /// Sources that the policy's `script-src` gains.
    pub script_src: String,
    /// Sources that the policy's `frame-src` gains.
    pub frame_src: String,
    /// Sources that the policy's `connect-src` gains.
    pub connect_src: String,
    /// Origins whose frames may open a wallet, as in `Permissions-Policy: payment=(...)`.
    pub payment: String,
}

/// How a processor counts amounts of a currency: the currency's own minor units times the first, by
/// the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageUnits {
    /// What minor units are multiplied with.
    pub times: i64,
    /// What the product is divided by.
    pub by: i64,
}

/// What the fields of a page say of an account: it is no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageAccount {
    /// Names the tenant's account at the processor to browsers, such as `pk_...`.
    pub key: String,
    /// The account that charges, where it is not the tenant's own.
    pub connected: Option<String>,
}

/// The card fields of one payment's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentFields {
    /// What the page loads and allows.
    pub page: PageFields,
    /// Whose fields they are.
    pub account: PageAccount,
    /// How the processor counts the payment's currency.
    pub units: PageUnits,
    /// Whether the tenant has an account there, and the processor charges exactly this amount.
    pub charges: bool,
}

/// Lets a page show the bank's check of one payment, while that waits for it. It is asked for each
/// time, and never kept.
pub type CheckSecret = Secret<kind::Check>;
