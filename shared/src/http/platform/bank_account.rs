//! Bank accounts in requests and answers. A number passes through to its provider and is neither
//! kept nor printed.

use crate::{
    http::field::{Field, Text},
    model::{
        Invalid,
        bank::{AccountType, BankSummary, check_routing_number},
    },
    operations::{FieldError, Problem},
    processor::simulator::bank_token::BankProblem,
};
use derive::View;
use serde_json::{Value, json};

/// A routing number whose check digit fits.
#[derive(Debug)]
pub struct RoutingNumber(pub String);

/// An account number on its way to the provider. Cannot be printed.
pub struct AccountNumber(pub String);

impl std::fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccountNumber")
    }
}

impl Field for RoutingNumber {
    fn read(json: &str) -> Result<Self, Invalid> {
        let text = Text::<1, 20>::read(json)?.0;
        check_routing_number(&text)?;
        Ok(Self(text))
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^[0-9]{9}$"})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl Field for AccountNumber {
    fn read(json: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid::new("must be a text of 4 to 17 digits");
        let text: String = serde_json::from_str(json).map_err(|_| wrong())?;
        let fits = (4..=17).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if fits { Ok(Self(text)) } else { Err(wrong()) }
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^[0-9]{4,17}$"})
    }

    /// Nothing: not even a hash of a number is kept that could be tried out. The provider's
    /// fingerprint of the account takes its place.
    fn meaning(&self) -> String {
        String::new()
    }
}

impl Field for AccountType {
    fn read(json: &str) -> Result<Self, Invalid> {
        let wrong = |_| Invalid::new("must be checking or savings");
        Text::<1, 20>::read(json).map_err(wrong)?.0.parse()
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": Self::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>()})
    }

    fn meaning(&self) -> String {
        self.as_str().to_owned()
    }
}

/// What the provider's tokeniser did not like.
pub fn bank_error(problems: &[BankProblem]) -> Problem {
    let fields = problems.iter().map(|problem| {
        let (field, message) = match problem {
            BankProblem::RoutingNumber => ("routing_number", "is not a routing number"),
            BankProblem::AccountNumber => ("account_number", "must be a text of 4 to 17 digits"),
            BankProblem::NotATestAccount => (
                "account_number",
                "is not a test account; the simulator takes none that could be real",
            ),
        };
        FieldError { field: field.to_owned(), message: message.to_owned() }
    });
    Problem::Invalid(fields.collect())
}

/// A bank account.
#[derive(View)]
pub struct BankAccountView {
    /// The number that names the bank, an ABA routing number of nine digits.
    pub routing_number: String,
    /// Last four digits of the account's number.
    pub last4: String,
    /// The kind of account: `checking` or `savings`.
    pub account_type: &'static str,
    /// The name of whoever holds the account.
    pub account_holder_name: String,
}

/// A bank account as this surface shows it.
pub fn view(account: &BankSummary) -> BankAccountView {
    BankAccountView {
        routing_number: account.routing_number.clone(),
        last4: account.last4.clone(),
        account_type: account.account_type.as_str(),
        account_holder_name: account.holder_name.clone(),
    }
}
