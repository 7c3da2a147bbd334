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
}

impl FailureReason {
    /// Every reason, for documents and tests.
    pub const ALL: [Self; 10] = [
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
