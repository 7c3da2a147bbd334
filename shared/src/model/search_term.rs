//! Names that a card payment is found by, however old it is: its buyer's address, its caller's
//! reference, the last digits of its cards.

use super::transaction::Transaction;
use std::collections::BTreeSet;

/// One text that a payment is found by, with the kind of text it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SearchTerm {
    /// An e-mail address, in lower case.
    Email(String),
    /// The caller's own reference, as it was sent.
    Reference(String),
    /// The last four digits of a card.
    LastFour(String),
}

impl SearchTerm {
    /// Kind and value in one text, different for every name.
    pub fn text(&self) -> String {
        match self {
            Self::Email(email) => format!("email#{email}"),
            Self::Reference(reference) => format!("reference#{reference}"),
            Self::LastFour(digits) => format!("last4#{digits}"),
        }
    }

    /// What somebody who searches for a text may mean by it.
    pub fn meant_by(text: &str) -> Vec<Self> {
        let mut meant = vec![Self::Reference(text.to_owned())];
        if text.contains('@') {
            meant.push(Self::Email(text.to_lowercase()));
        }
        if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            meant.push(Self::LastFour(text.to_owned()));
        }
        meant
    }

    /// The names of a payment.
    pub fn names_of(payment: &Transaction) -> BTreeSet<Self> {
        let email = payment.payer_email().map(|email| Self::Email(email.to_lowercase()));
        let session = payment.session.as_ref();
        let reference = session.and_then(|session| session.client_reference.clone());
        let cards = payment.attempts();
        let digits = cards.iter().map(|attempt| Self::LastFour(attempt.card.last4.clone()));
        digits.chain(email).chain(reference.map(Self::Reference)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_mean_several_names() {
        let meant = |text: &str| -> Vec<String> {
            SearchTerm::meant_by(text).iter().map(SearchTerm::text).collect()
        };
        assert_eq!(
            meant("Ada@Example.com"),
            ["reference#Ada@Example.com", "email#ada@example.com"]
        );
        assert_eq!(meant("4242"), ["reference#4242", "last4#4242"]);
        assert_eq!(meant("A-1001"), ["reference#A-1001"]);
        assert_eq!(meant("424٢"), ["reference#424٢"], "digits of a card are ASCII");
    }
}
