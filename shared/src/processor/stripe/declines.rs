//! Why Stripe says no, in our words.

use super::objects::PaymentError;
use crate::model::card::FailureReason;

/// Stripe's codes of declines (<https://docs.stripe.com/declines/codes>) and of errors that end a
/// charge. What is not here is `card_declined`.
const CODES: [(&str, FailureReason); 17] = [
    ("authentication_required", FailureReason::AuthenticationRequired),
    ("payment_intent_authentication_failure", FailureReason::AuthenticationFailed),
    ("setup_intent_authentication_failure", FailureReason::AuthenticationFailed),
    ("insufficient_funds", FailureReason::InsufficientFunds),
    ("card_velocity_exceeded", FailureReason::InsufficientFunds),
    ("withdrawal_count_limit_exceeded", FailureReason::InsufficientFunds),
    ("lost_card", FailureReason::LostCard),
    ("pickup_card", FailureReason::LostCard),
    ("stolen_card", FailureReason::StolenCard),
    ("expired_card", FailureReason::ExpiredCard),
    ("incorrect_cvc", FailureReason::IncorrectCvc),
    ("invalid_cvc", FailureReason::IncorrectCvc),
    ("processing_error", FailureReason::ProcessingError),
    ("issuer_not_available", FailureReason::ProcessingError),
    ("reenter_transaction", FailureReason::ProcessingError),
    ("try_again_later", FailureReason::ProcessingError),
    ("payment_intent_payment_attempt_expired", FailureReason::AuthenticationAbandoned),
];

/// The reason behind an error: the issuer's code first, then Stripe's own.
pub fn reason(error: &PaymentError) -> FailureReason {
    let known = |code: &Option<String>| {
        let code = code.as_deref()?;
        CODES.iter().find(|(known, _)| *known == code).map(|(_, reason)| *reason)
    };
    let said = known(&error.decline_code).or_else(|| known(&error.code));
    said.unwrap_or(FailureReason::CardDeclined)
}

/// What Stripe said, to be kept beside our reason.
pub fn said(error: &PaymentError) -> String {
    let codes = [error.code.as_deref(), error.decline_code.as_deref()];
    codes.into_iter().flatten().collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str, decline_code: &str) -> FailureReason {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        reason(&PaymentError { code: some(code), decline_code: some(decline_code) })
    }

    #[test]
    fn the_issuers_word_counts_before_stripes() {
        assert_eq!(of("card_declined", "insufficient_funds"), FailureReason::InsufficientFunds);
        assert_eq!(of("expired_card", ""), FailureReason::ExpiredCard);
        assert_eq!(of("expired_card", "stolen_card"), FailureReason::StolenCard);
        let twice = of("authentication_required", "authentication_required");
        assert_eq!(twice, FailureReason::AuthenticationRequired);
    }

    #[test]
    fn what_nobody_knows_is_a_decline_whose_code_is_kept() {
        assert_eq!(of("card_declined", "a_code_of_tomorrow"), FailureReason::CardDeclined);
        assert_eq!(of("", ""), FailureReason::CardDeclined);
        let error = PaymentError {
            code: Some("card_declined".into()),
            decline_code: Some("a_code_of_tomorrow".into()),
        };
        assert_eq!(said(&error), "card_declined/a_code_of_tomorrow");
    }
}
