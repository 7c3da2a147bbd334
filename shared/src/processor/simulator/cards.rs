//! The published test cards and what each of them does. Any other number is refused: it could be
//! somebody's real card.

use crate::model::card::FailureReason;

/// What a test card does when it is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// The charge succeeds, and so do later ones.
    Approve,
    /// Every charge is declined, for this reason.
    Decline(FailureReason),
    /// Pays on the page, but is declined when it is saved and charged again.
    DeclineLater(FailureReason),
    /// Pays on the page; when it is saved and charged again, the charge never reaches the processor.
    LoseLater,
    /// Pays after a challenge.
    Challenge,
    /// Pays after a challenge, each time: once saved, it is declined where nobody is there.
    ChallengeAlways,
    /// Pays; the answer to a refund comes late.
    RefundsLate {
        /// Whether the refund is refused then.
        refused: bool,
    },
    /// Is declined after a challenge.
    ChallengeThenDecline,
    /// Pays, but the answer gets lost and is known only some seconds later.
    Late,
    /// Pays; the charge arrives twice.
    Twice,
    /// The charge never reaches the processor.
    Lost,
    /// Our own process dies at the charge: before the processor has it, or right after.
    Dies {
        /// Whether the charge was made.
        charged: bool,
    },
}

/// A published test card, and what the simulator does with it.
#[derive(Debug, Clone, Copy)]
pub struct TestCard {
    /// The card number: digits only.
    pub number: &'static str,
    /// Card scheme in lower case, such as `visa`.
    pub brand: &'static str,
    /// What happens when it is charged, saved or refunded.
    pub behaviour: Behaviour,
}

impl TestCard {
    /// Where its issuer is; only some say so.
    pub fn country(&self) -> Option<&'static str> {
        match self.number {
            "4242424242424242" => Some("US"),
            "5555555555554444" => Some("DE"),
            _ => None,
        }
    }
}

/// Every test card. A token names its card by its place here, so new ones go to the end.
pub const CARDS: [TestCard; 26] = [
    card("4242424242424242", "visa", Behaviour::Approve),
    card("5555555555554444", "mastercard", Behaviour::Approve),
    card("378282246310005", "amex", Behaviour::Approve),
    card("6011111111111117", "discover", Behaviour::Approve),
    card("38000000000006", "diners", Behaviour::Approve),
    card("6200000000000005", "unionpay", Behaviour::Approve),
    card("4000000000000002", "visa", Behaviour::Decline(FailureReason::CardDeclined)),
    card("4000000000009995", "visa", Behaviour::Decline(FailureReason::InsufficientFunds)),
    card("4000000000009987", "visa", Behaviour::Decline(FailureReason::LostCard)),
    card("4000000000009979", "visa", Behaviour::Decline(FailureReason::StolenCard)),
    card("4000000000000069", "visa", Behaviour::Decline(FailureReason::ExpiredCard)),
    card("4000000000000127", "visa", Behaviour::Decline(FailureReason::IncorrectCvc)),
    card("4000000000000119", "visa", Behaviour::Decline(FailureReason::ProcessingError)),
    card("4000000000003220", "visa", Behaviour::Challenge),
    card("4000002500003155", "visa", Behaviour::Challenge),
    card("4000008400001629", "visa", Behaviour::ChallengeThenDecline),
    card("4000000000001109", "visa", Behaviour::Late),
    card("4000000000002206", "visa", Behaviour::Twice),
    card("4000000000003303", "visa", Behaviour::Lost),
    card("4000000000000341", "visa", Behaviour::DeclineLater(FailureReason::CardDeclined)),
    card("4000002760003184", "visa", Behaviour::ChallengeAlways),
    card("4000000000007726", "visa", Behaviour::RefundsLate { refused: false }),
    card("4000000000005126", "visa", Behaviour::RefundsLate { refused: true }),
    card("4000000000009961", "visa", Behaviour::DeclineLater(FailureReason::InsufficientFunds)),
    card("4000000000009656", "visa", Behaviour::DeclineLater(FailureReason::StolenCard)),
    card("4000000000003337", "visa", Behaviour::LoseLater),
];

/// Cards that kill the function that charges them, so that recovery can be watched. Test mode only,
/// as all of the simulator is. Tokens count them down from 255; new ones go to the end.
pub const CRASH_CARDS: [TestCard; 2] = [
    card("4000000000004400", "visa", Behaviour::Dies { charged: false }),
    card("4000000000005506", "visa", Behaviour::Dies { charged: true }),
];

/// Every card the tokeniser takes.
pub fn accepted() -> impl Iterator<Item = &'static TestCard> {
    CARDS.iter().chain(&CRASH_CARDS)
}

/// Every card with its place in tokens. Vault tokens live for good, so a place never changes.
fn placed() -> impl Iterator<Item = (u8, &'static TestCard)> {
    (0..).zip(&CARDS).chain((0..=u8::MAX).rev().zip(&CRASH_CARDS))
}

/// The place of a number that the tokeniser takes.
pub fn place_of(number: &str) -> Option<u8> {
    placed().find(|(_, card)| card.number == number).map(|(place, _)| place)
}

/// The card at a place.
pub fn at_place(place: u8) -> Option<&'static TestCard> {
    placed().find(|(known, _)| *known == place).map(|(_, card)| card)
}

const fn card(number: &'static str, brand: &'static str, behaviour: Behaviour) -> TestCard {
    TestCard { number, brand, behaviour }
}

/// Whether a number's check digit is right (ISO/IEC 7812-1, annex B).
pub fn check_digit_fits(number: &str) -> bool {
    let digits = number.bytes().rev().enumerate();
    let sum: u32 = digits
        .map(|(place, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            match (place % 2 == 1, digit * 2) {
                (true, twice) if twice > 9 => twice - 9,
                (true, twice) => twice,
                (false, _) => digit,
            }
        })
        .sum();
    !number.is_empty() && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_cards_are_well_formed_and_distinct() {
        for (place, card) in accepted().enumerate() {
            assert!(check_digit_fits(card.number), "{}", card.number);
            assert!((14..=16).contains(&card.number.len()));
            assert!(accepted().skip(place + 1).all(|other| other.number != card.number));
        }
        for card in accepted() {
            let place = place_of(card.number).unwrap();
            assert_eq!(at_place(place).unwrap().number, card.number);
        }
        assert_eq!(
            (place_of("4242424242424242"), place_of("4000000000004400")),
            (Some(0), Some(255))
        );
        assert!(!check_digit_fits("4242424242424241"));
        assert!(!check_digit_fits(""));
    }
}
