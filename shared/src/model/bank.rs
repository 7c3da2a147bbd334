//! What may be known about a bank account: never its number.

use super::Invalid;
use std::str::FromStr;

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
    pub token: String,
    /// What people recognise it by.
    pub summary: BankSummary,
}

/// What kind of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountType {
    /// For daily payments.
    Checking,
    /// For putting aside.
    Savings,
}

impl AccountType {
    /// Every type.
    pub const ALL: [Self; 2] = [Self::Checking, Self::Savings];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Savings => "savings",
        }
    }
}

impl FromStr for AccountType {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| Invalid::new("must be checking or savings"))
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
