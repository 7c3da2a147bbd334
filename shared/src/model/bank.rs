//! What may be known about a bank account: never its number.

use super::{Invalid, secret::ProcessorToken};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A bank account as people recognise it. The number itself lives only in the provider's tokeniser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankSummary {
    /// The bank, by its nine-digit routing number.
    pub routing_number: String,
    /// Last four digits of the account's number.
    pub last4: String,
    /// Checking or savings.
    pub account_type: AccountType,
    /// Whose account it is, as the caller said.
    pub holder_name: String,
    /// Keyed hash of bank and number, the same for the same account of the same tenant.
    pub fingerprint: String,
}

/// A bank account in its provider's vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vaulted {
    /// Who keeps the number.
    pub processor: String,
    /// The provider's token for it.
    pub token: ProcessorToken,
    /// What people recognise it by.
    pub summary: BankSummary,
}

/// What kind of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = AccountType::unknown)]
pub enum AccountType {
    /// An account for daily payments; `checking` on the wire.
    Checking,
    /// An account for putting money aside; `savings` on the wire.
    Savings,
}

impl AccountType {
    /// Every type, in the order in which the enum lists them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name on the wire and in the table: `checking` or `savings`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("must be checking or savings")
    }
}

/// Checks a routing number: nine digits, the last of which fits the others.
///
/// # Errors
/// Not nine digits, or a check digit that does not fit.
pub fn check_routing_number(text: &str) -> Result<(), Invalid> {
    if text.len() != 9 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Invalid::new("must have 9 digits"));
    }
    let digits = text.bytes().map(|byte| u32::from(byte.wrapping_sub(b'0')));
    let sum: u32 = digits.zip([3, 7, 1].into_iter().cycle()).map(|(digit, by)| digit * by).sum();
    if sum > 0 && sum.is_multiple_of(10) {
        Ok(())
    } else {
        Err(Invalid::new("is not a routing number: its check digit is wrong"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routing_numbers_have_nine_digits_and_a_check_digit() {
        for text in ["110000000", "021000021", "011401533"] {
            assert_eq!(check_routing_number(text), Ok(()), "{text}");
        }
        for text in ["", "11000000", "1100000000", "110000001", "210000021", "11000000x", "٠١٢٣"]
        {
            assert!(check_routing_number(text).is_err(), "{text}");
        }
        assert!(check_routing_number("000000000").is_err());
    }
}
