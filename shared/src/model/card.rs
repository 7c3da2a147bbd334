//! What may be known about a card: never its number.

use super::Invalid;

/// A card as people recognise it. The number itself lives only in the processor's tokeniser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSummary {
    /// Card scheme in lower case: `visa`, `mastercard`, `amex`, ...
    pub brand: String,
    /// Last four digits.
    pub last4: String,
    /// Expiry month, 1 to 12.
    pub exp_month: u8,
    /// Expiry year, four digits.
    pub exp_year: u16,
    /// Keyed hash of the number, the same for the same card of the same tenant.
    pub fingerprint: String,
}

/// Why a payment failed, as callers see it in `failure_reason`.
///
/// Card declines keep the processor's reason; the buyer's page shows one sentence for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureReason {
    /// The issuer said no without saying why.
    CardDeclined,
    /// Not enough money on the card's account.
    InsufficientFunds,
    /// Reported lost.
    LostCard,
    /// Reported stolen.
    StolenCard,
    /// Past its expiry date.
    ExpiredCard,
    /// The security code does not match.
    IncorrectCvc,
    /// The processor had an error and did not charge.
    ProcessingError,
    /// The buyer did not pass the challenge.
    AuthenticationFailed,
    /// The buyer did not finish the challenge in time.
    AuthenticationAbandoned,
    /// The processor never received the charge, and can no longer receive it.
    ProcessorUnavailable,
    /// The bank account was closed.
    AccountClosed,
    /// There is no such bank account.
    NoAccount,
    /// The bank sent the payment back: not enough money.
    ReturnedR01,
    /// The bank sent the payment back: the account was closed.
    ReturnedR02,
    /// The bank sent the payment back: there is no such account.
    ReturnedR03,
    /// The bank sent the payment back: its customer had not agreed to it.
    ReturnedR10,
    /// The bank sent the payment back: the account is frozen.
    ReturnedR16,
    /// The money came in and could not go out again: it is in the wallet.
    PayoutLegFailed,
    /// Whoever reviewed the payment rejected it.
    ReviewRejected,
}

impl FailureReason {
    /// Every reason, for documents and tests.
    pub const ALL: [Self; 19] = [
        Self::CardDeclined,
        Self::InsufficientFunds,
        Self::LostCard,
        Self::StolenCard,
        Self::ExpiredCard,
        Self::IncorrectCvc,
        Self::ProcessingError,
        Self::AuthenticationFailed,
        Self::AuthenticationAbandoned,
        Self::ProcessorUnavailable,
        Self::AccountClosed,
        Self::NoAccount,
        Self::ReturnedR01,
        Self::ReturnedR02,
        Self::ReturnedR03,
        Self::ReturnedR10,
        Self::ReturnedR16,
        Self::PayoutLegFailed,
        Self::ReviewRejected,
    ];

    /// The machine-readable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CardDeclined => "card_declined",
            Self::InsufficientFunds => "insufficient_funds",
            Self::LostCard => "lost_card",
            Self::StolenCard => "stolen_card",
            Self::ExpiredCard => "expired_card",
            Self::IncorrectCvc => "incorrect_cvc",
            Self::ProcessingError => "processing_error",
            Self::AuthenticationFailed => "authentication_failed",
            Self::AuthenticationAbandoned => "authentication_abandoned",
            Self::ProcessorUnavailable => "processor_unavailable",
            Self::AccountClosed => "account_closed",
            Self::NoAccount => "no_account",
            Self::ReturnedR01 => "returned_R01",
            Self::ReturnedR02 => "returned_R02",
            Self::ReturnedR03 => "returned_R03",
            Self::ReturnedR10 => "returned_R10",
            Self::ReturnedR16 => "returned_R16",
            Self::PayoutLegFailed => "payout_leg_failed",
            Self::ReviewRejected => "review_rejected",
        }
    }
}

impl std::str::FromStr for FailureReason {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|reason| reason.as_str() == text);
        found.ok_or_else(|| Invalid::new("is not a failure reason"))
    }
}
