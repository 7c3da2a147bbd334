//! The simulator's tokeniser of bank accounts: the only code that looks at an account number.

use super::banks::{ACCOUNTS, BankBehaviour};
use crate::{
    digest::hex,
    mac,
    model::{
        bank::{AccountType, BankSummary, Vaulted, check_routing_number},
        id::TenantId,
        secret::ProcessorToken,
    },
};
use ring::hmac;

const PREFIX: &str = "ba_";

/// First byte of what is signed. Then: account, fingerprint (16), nonce (8). The fingerprint is the
/// tenant's, so a token is of one tenant.
const KIND: u8 = 3;

/// Shortest and longest account number.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=17;

/// A bank account as it was sent. Lives as long as the call that makes a token of it, and never
/// prints itself.
pub struct BankAccount {
    /// The bank: nine digits.
    pub routing_number: String,
    /// The number: 4 to 17 digits.
    pub account_number: String,
    /// Checking or savings.
    pub account_type: AccountType,
    /// Whose account it is.
    pub holder_name: String,
}

/// What is wrong with a bank account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BankProblem {
    /// No bank has this routing number.
    RoutingNumber,
    /// Not 4 to 17 digits.
    AccountNumber,
    /// A well-formed number that is not a published test account.
    NotATestAccount,
}

/// Keeps a bank account in the simulator's vault: what comes back is all that is known of it.
///
/// # Errors
/// As [`tokenise`].
pub fn vault(
    key: &hmac::Key,
    tenant: TenantId,
    account: &BankAccount,
    nonce: [u8; 8],
) -> Result<Vaulted, Vec<BankProblem>> {
    let (token, summary) = tokenise(key, tenant, account, nonce)?;
    Ok(Vaulted { processor: super::NAME.to_owned(), token, summary })
}

/// Makes a token for a bank account of a tenant's customer or payee.
pub fn tokenise(
    key: &hmac::Key,
    tenant: TenantId,
    account: &BankAccount,
    nonce: [u8; 8],
) -> Result<(ProcessorToken, BankSummary), Vec<BankProblem>> {
    let (bank, number) = (account.routing_number.as_str(), account.account_number.as_str());
    let mut problems = Vec::new();
    if check_routing_number(bank).is_err() {
        problems.push(BankProblem::RoutingNumber);
    }
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let place = ACCOUNTS.iter().position(|known| known.number == number);
    let place = place.and_then(|place| u8::try_from(place).ok());
    if !digits || !DIGITS.contains(&number.len()) {
        problems.push(BankProblem::AccountNumber);
    } else if place.is_none() {
        problems.push(BankProblem::NotATestAccount);
    }
    let last4 = number.len().checked_sub(4).and_then(|from| number.get(from..));
    let (Some(place), Some(last4), true) = (place, last4, problems.is_empty()) else {
        return Err(problems);
    };
    let fingerprint = hmac::sign(key, format!("bank#{tenant}#{bank}#{number}").as_bytes());
    let fingerprint = fingerprint.as_ref().get(..16).unwrap_or_default();
    let token = ProcessorToken::new(mac::signed(
        key,
        PREFIX,
        [&[KIND, place], fingerprint, &nonce].concat(),
    ));
    let summary = BankSummary {
        routing_number: bank.to_owned(),
        last4: last4.to_owned(),
        account_type: account.account_type,
        holder_name: account.holder_name.clone(),
        fingerprint: hex(fingerprint),
    };
    Ok((token, summary))
}

/// What transfers from and to the account behind a token do; `None` for a token that is not ours.
pub fn behaviour(key: &hmac::Key, token: &str) -> Option<BankBehaviour> {
    let bytes = mac::verified(key, PREFIX, KIND, token)?;
    ACCOUNTS.get(usize::from(*bytes.get(1)?)).map(|account| account.behaviour)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    fn key() -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &[1; 32])
    }

    fn tenant(n: u8) -> TenantId {
        TenantId::mint(Time::from_ms(0), [n; 10])
    }

    fn account(routing_number: &str, account_number: &str) -> BankAccount {
        BankAccount {
            routing_number: routing_number.into(),
            account_number: account_number.into(),
            account_type: AccountType::Checking,
            holder_name: "Ada Example".into(),
        }
    }

    fn problems(routing_number: &str, account_number: &str) -> Vec<BankProblem> {
        let account = account(routing_number, account_number);
        tokenise(&key(), tenant(1), &account, [0; 8]).unwrap_err()
    }

    #[test]
    fn a_token_tells_the_behaviour_and_not_the_number() {
        for test in ACCOUNTS {
            let account = account("110000000", test.number);
            let (token, summary) = tokenise(&key(), tenant(1), &account, [9; 8]).unwrap();
            assert_eq!(behaviour(&key(), token.reveal()), Some(test.behaviour));
            assert!(test.number.ends_with(&summary.last4) && summary.last4.len() == 4);
            assert!(
                !token.reveal().contains(test.number)
                    && !format!("{summary:?}").contains(test.number)
            );
        }
        let other = hmac::Key::new(hmac::HMAC_SHA256, &[2; 32]);
        let (token, _) =
            tokenise(&key(), tenant(1), &account("110000000", "000123456789"), [0; 8]).unwrap();
        assert_eq!(behaviour(&other, token.reveal()), None);
        let text = token.reveal();
        for text in ["", "ba_", "ba_AAAA", &text.replace("ba_", "pm_"), &format!("{text}A")] {
            assert_eq!(behaviour(&key(), text), None, "{text}");
        }
    }

    #[test]
    fn the_fingerprint_is_that_of_bank_and_number_and_differs_between_tenants() {
        let of = |n, bank, number| {
            tokenise(&key(), tenant(n), &account(bank, number), [n; 8]).unwrap().1.fingerprint
        };
        let one = of(1, "110000000", "000123456789");
        assert_eq!(of(1, "110000000", "000123456789"), one);
        assert_ne!(of(2, "110000000", "000123456789"), one);
        assert_ne!(of(1, "021000021", "000123456789"), one);
        assert_ne!(of(1, "110000000", "000987654321"), one);
    }

    #[test]
    fn accounts_that_are_malformed_or_could_be_real_are_refused_with_every_problem() {
        for number in ["1234", "12345678901234567", "0001234567890"] {
            assert_eq!(problems("110000000", number), [BankProblem::NotATestAccount], "{number}");
        }
        for number in ["", "123", "123456789012345678", "00012345678x", "٠٠٠١٢٣٤٥٦٧٨٩"]
        {
            assert_eq!(problems("110000000", number), [BankProblem::AccountNumber], "{number}");
        }
        let both = [BankProblem::RoutingNumber, BankProblem::AccountNumber];
        assert_eq!(problems("110000001", "1"), both);
        assert_eq!(problems("", "000123456789"), [BankProblem::RoutingNumber]);
    }
}
