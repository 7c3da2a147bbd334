//! What may be known about a card: never its number.

use super::{Invalid, Time, tax::place::Country};
use strum::{EnumString, IntoStaticStr, VariantArray};

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
    /// Where its issuer is, where the processor says so.
    pub country: Option<Country>,
}

/// Why a payment failed, as callers see it in `failure_reason`.
///
/// Card declines keep the processor's reason; the buyer's page shows one sentence for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = FailureReason::unknown)]
pub enum FailureReason {
    /// The issuer said no without saying why.
    CardDeclined,
    /// Not enough money on the card's account.
    InsufficientFunds,
    /// The card was reported lost, so that a saved one is not charged again.
    LostCard,
    /// The card was reported stolen, so that a saved one is not charged again.
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
    #[strum(serialize = "returned_R01")]
    ReturnedR01,
    /// The bank sent the payment back: the account was closed.
    #[strum(serialize = "returned_R02")]
    ReturnedR02,
    /// The bank sent the payment back: there is no such account.
    #[strum(serialize = "returned_R03")]
    ReturnedR03,
    /// The bank sent the payment back: its customer had not agreed to it.
    #[strum(serialize = "returned_R10")]
    ReturnedR10,
    /// The bank sent the payment back: the account is frozen.
    #[strum(serialize = "returned_R16")]
    ReturnedR16,
    /// The money came in and could not go out again: it is in the wallet.
    PayoutLegFailed,
    /// Whoever reviewed the payment rejected it.
    ReviewRejected,
    /// The processor refused to give money back.
    RefundRefused,
    /// The issuer wants the cardholder to be there and pass a challenge.
    AuthenticationRequired,
}

impl FailureReason {
    /// Every reason, for documents and tests.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name callers see: in snake case, but `returned_R01` and so on for a bank's returns.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("is not a failure reason")
    }
}

impl FailureReason {
    /// Whether a saved card that was declined so may be charged again. What will not change, or
    /// needs the cardholder, may not.
    pub const fn may_be_tried_again(self) -> bool {
        match self {
            Self::CardDeclined
            | Self::InsufficientFunds
            | Self::ProcessingError
            | Self::ProcessorUnavailable
            | Self::ExpiredCard => true,
            Self::LostCard
            | Self::StolenCard
            | Self::IncorrectCvc
            | Self::AuthenticationFailed
            | Self::AuthenticationAbandoned
            | Self::AuthenticationRequired
            | Self::AccountClosed
            | Self::NoAccount
            | Self::ReturnedR01
            | Self::ReturnedR02
            | Self::ReturnedR03
            | Self::ReturnedR10
            | Self::ReturnedR16
            | Self::PayoutLegFailed
            | Self::ReviewRejected
            | Self::RefundRefused => false,
        }
    }
}

/// How long after Greenwich the last place on earth ends its month, in seconds: UTC-12.
const LAST_PLACE_S: i64 = 12 * 60 * 60;

/// Whether a card's last month is over at `now`, everywhere on earth. Nobody knows where its buyer
/// is, and a card is good to the end of its month there.
pub fn is_expired(month: u8, year: u16, now: Time) -> bool {
    let there = now.plus_seconds(-LAST_PLACE_S).month().to_string();
    format!("{year:04}-{month:02}") < there
}

/// The digits of a number on a card as 0 to 9: any script's decimal digits in, without the spaces,
/// hyphens, dots and invisible marks that people and programs put between them. `None` where
/// anything else stands among them.
pub fn card_digits(text: &str) -> Option<String> {
    let between = |c: &char| {
        c.is_whitespace() || matches!(c, '.' | '_' | '\u{b7}') || is_dash(*c) || is_invisible(*c)
    };
    text.chars().filter(|c| !between(c)).map(decimal).collect()
}

/// What a decimal digit of any script (Unicode `Nd`) is worth, as an ASCII digit.
fn decimal(c: char) -> Option<char> {
    let code = u32::from(c);
    let at = ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?;
    let worth = code.checked_sub(*ZEROS.get(at)?)?;
    char::from_digit(worth, 10)
}

/// Hyphens, dashes and the minus sign.
const fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{ad}' | '\u{2010}'
            ..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}'
    )
}

/// Marks that cannot be seen: byte order, joiners, the direction of writing.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// The zero of every script: Unicode 17 keeps each script's ten digits together, in order.
#[rustfmt::skip]
const ZEROS: [u32; 77] = [
    0x00030, 0x00660, 0x006F0, 0x007C0, 0x00966, 0x009E6, 0x00A66, 0x00AE6, 0x00B66, 0x00BE6,
    0x00C66, 0x00CE6, 0x00D66, 0x00DE6, 0x00E50, 0x00ED0, 0x00F20, 0x01040, 0x01090, 0x017E0,
    0x01810, 0x01946, 0x019D0, 0x01A80, 0x01A90, 0x01B50, 0x01BB0, 0x01C40, 0x01C50, 0x0A620,
    0x0A8D0, 0x0A900, 0x0A9D0, 0x0A9F0, 0x0AA50, 0x0ABF0, 0x0FF10, 0x104A0, 0x10D30, 0x10D40,
    0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0,
    0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50, 0x11DA0, 0x11DE0, 0x11F50,
    0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC,
    0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_good_until_its_month_is_over_everywhere() {
        for (now, expired) in [
            ("2026-11-30T23:59:59Z", false),
            ("2026-12-01T00:00:05Z", false),
            ("2026-12-01T11:59:59Z", false),
            ("2026-12-01T12:00:00Z", true),
            ("2027-01-01T00:00:00Z", true),
        ] {
            assert_eq!(is_expired(11, 2026, Time::parse(now).unwrap()), expired, "{now}");
        }
        let new_year = Time::parse("2027-01-01T11:59:59Z").unwrap();
        assert!(!is_expired(12, 2026, new_year));
        assert!(is_expired(12, 2026, new_year.plus_seconds(1)));
    }

    #[test]
    fn digits_of_every_script_are_digits() {
        for (text, digits) in [
            ("4242 4242-4242.4242", "4242424242424242"),
            ("\u{200f}٤٢٤٢ ٠١٢٣٤٥٦٧٨٩", "42420123456789"),
            ("۴۲۴۲ ۰۱۲۳۴۵۶۷۸۹", "42420123456789"),
            ("४२४२ ०१२३४५६७८९", "42420123456789"),
            ("４２４２－４２４２", "42424242"),
            ("𝟒𝟐𝟜𝟚𝟦𝟤𝟰𝟮𝟺𝟸", "4242424242"),
            ("𞥔𞥒 ๔๒ 4\u{a0}2\u{2011}4\u{202f}2", "42424242"),
            ("", ""),
        ] {
            assert_eq!(card_digits(text).as_deref(), Some(digits), "{text}");
        }
        for text in ["4242x", "4242+4242", "四二", "½", "²", "Ⅳ", "4/2", "-4e2"] {
            assert_eq!(card_digits(text), None, "{text}");
        }
    }

    #[test]
    fn the_zeros_are_zeros_in_order() {
        assert!(ZEROS.is_sorted_by(|one, next| one + 10 <= *next));
        for zero in ZEROS {
            for worth in 0..10 {
                let c = char::from_u32(zero + worth).unwrap();
                assert!(c.is_numeric() || zero > 0x1_0d40, "{c} is newer than this compiler");
                assert_eq!(decimal(c), char::from_digit(worth, 10));
            }
            assert_ne!(char::from_u32(zero - 1).and_then(decimal), Some('0'));
        }
    }
}
