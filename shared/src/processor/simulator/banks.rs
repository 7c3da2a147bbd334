//! The published test bank accounts and e-mail addresses, and what each of them does. Any other
//! account number is refused: it could be somebody's real account. Other addresses are fine, since
//! the simulator sends no mail.

use crate::model::card::FailureReason;

/// What a transfer from or to a test account does; the same for payouts to an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BankBehaviour {
    /// Is accepted and arrives.
    Settles,
    /// The provider says no at once.
    Refused(FailureReason),
    /// Is accepted, then comes back before it arrived.
    Fails(FailureReason),
    /// Arrives, and comes back afterwards.
    ReturnedAfterSuccess(FailureReason),
    /// The request never reaches the provider.
    Lost,
    /// Is accepted, but the answer gets lost.
    Late,
    /// Our own process dies at the call: before the provider has it, or right after.
    Dies {
        /// Whether the provider has it.
        done: bool,
    },
}

/// One test account, at any bank.
#[derive(Debug, Clone, Copy)]
pub struct TestAccount {
    /// The account number: digits only, leading zeros included.
    pub number: &'static str,
    /// What transfers from and to it do.
    pub behaviour: BankBehaviour,
}

/// Every test account. Tokens name an account by its place here and live for good, so new ones go
/// to the end.
pub const ACCOUNTS: [TestAccount; 14] = [
    account("000123456789", BankBehaviour::Settles),
    account("000987654321", BankBehaviour::Settles),
    account("000111111113", BankBehaviour::Refused(FailureReason::AccountClosed)),
    account("000111111116", BankBehaviour::Refused(FailureReason::NoAccount)),
    account("000222222227", BankBehaviour::Fails(FailureReason::ReturnedR01)),
    account("000222222235", BankBehaviour::Fails(FailureReason::ReturnedR02)),
    account("000222222243", BankBehaviour::Fails(FailureReason::ReturnedR03)),
    account("000222222250", BankBehaviour::Fails(FailureReason::ReturnedR16)),
    account("000333333335", BankBehaviour::ReturnedAfterSuccess(FailureReason::ReturnedR10)),
    account("000333333343", BankBehaviour::ReturnedAfterSuccess(FailureReason::ReturnedR01)),
    account("000444444440", BankBehaviour::Lost),
    account("000444444457", BankBehaviour::Late),
    account("000555555559", BankBehaviour::Dies { done: false }),
    account("000555555567", BankBehaviour::Dies { done: true }),
];

/// E-mail addresses that do something else than settle, by what stands before `@` or `+`:
/// `bounce@example.com`, `bounce+17@example.com`.
pub const EMAILS: [(&str, BankBehaviour); 7] = [
    ("refused", BankBehaviour::Refused(FailureReason::NoAccount)),
    ("bounce", BankBehaviour::Fails(FailureReason::NoAccount)),
    ("unclaimed", BankBehaviour::ReturnedAfterSuccess(FailureReason::ReturnedR03)),
    ("lost", BankBehaviour::Lost),
    ("late", BankBehaviour::Late),
    ("dies-before", BankBehaviour::Dies { done: false }),
    ("dies-after", BankBehaviour::Dies { done: true }),
];

/// What a payout to an e-mail address (in lower case) does.
pub fn email_behaviour(address: &str) -> BankBehaviour {
    let name = address.split(['@', '+']).next().unwrap_or_default();
    let found = EMAILS.into_iter().find(|(known, _)| *known == name);
    found.map_or(BankBehaviour::Settles, |(_, behaviour)| behaviour)
}

const fn account(number: &'static str, behaviour: BankBehaviour) -> TestAccount {
    TestAccount { number, behaviour }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_accounts_are_well_formed_and_distinct() {
        for (place, account) in ACCOUNTS.iter().enumerate() {
            assert!(account.number.bytes().all(|byte| byte.is_ascii_digit()));
            assert_eq!(account.number.len(), 12);
            assert!(ACCOUNTS.iter().skip(place + 1).all(|other| other.number != account.number));
        }
    }

    #[test]
    fn an_address_does_what_its_name_says_with_or_without_a_tag() {
        for (name, behaviour) in EMAILS {
            assert_eq!(email_behaviour(&format!("{name}@example.com")), behaviour);
            assert_eq!(email_behaviour(&format!("{name}+17@example.com")), behaviour);
        }
        for address in ["ada@example.com", "bouncer@example.com", "a+bounce@example.com"] {
            assert_eq!(email_behaviour(address), BankBehaviour::Settles, "{address}");
        }
    }
}
