//! What a request means, however it was written. Two requests with one idempotency key are the same
//! request when they mean the same: white space, escapes, the order of members, the form of
//! numbers, the case of ids and currencies, and defaults spelled out make no difference.

use crate::model::number::exact;
use std::collections::BTreeMap;

/// What each field of a request means, as text. Holds secrets as far as the request does, so that
/// it cannot be printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Meaning(BTreeMap<&'static str, String>);

impl Meaning {
    /// Says what a field means.
    pub fn add(&mut self, name: &'static str, text: String) {
        self.0.insert(name, text);
    }

    /// Adds everything that another one says.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The same with what belongs to the request but does not stand in its body, such as an id in
    /// the path, or with something else in place of a secret.
    pub fn with(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.add(name, text.into());
        self
    }

    /// Every field that means something, with its text.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (*name, text.as_str()))
    }

    /// The whole as one text, for an object within an object.
    pub fn to_json(&self) -> String {
        super::reply::json(&self.0)
    }
}

/// A decimal number as its digits and a power of ten, exactly: `125e-1` for `12.5`, `12.50` and
/// `1250e-2`. What is no number stays as it is.
pub fn number(text: &str) -> String {
    exact(text).unwrap_or_else(|| text.to_owned())
}

/// A number that has no decimals, whichever way it is written: `100`, `100.0` and `1e2` are one.
pub fn whole(json: &str) -> Option<i64> {
    if !json.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let number = number(json);
    if number == "0" {
        return Some(0);
    }
    let (digits, exponent) = number.split_once('e')?;
    let zeros: u32 = exponent.parse().ok()?;
    let digits: i64 = digits.parse().ok()?;
    digits.checked_mul(10_i64.checked_pow(zeros)?)
}

/// Whether a text is a number of JSON without decimals, of any size, and not negative.
pub fn is_whole(json: &str) -> bool {
    let number =
        if json.starts_with(|first: char| first.is_ascii_digit()) { exact(json) } else { None };
    number.is_some_and(|number| number == "0" || !number.contains("e-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_mean_the_same_in_any_form() {
        for text in ["12.5", "12.50", "012.5", "1250e-2", "1.25E+1", "0.0125e3"] {
            assert_eq!(number(text), "125e-1", "{text}");
        }
        for text in ["0", "0.00", "-0", "0e9"] {
            assert_eq!(number(text), "0", "{text}");
        }
        assert_eq!(number("1000"), "1e3");
        assert_eq!(number("-1.0"), "-1e0");
        assert_eq!(number("1e400"), "1e400");
    }

    #[test]
    fn numbers_that_differ_in_any_digit_differ() {
        let close =
            ["0.1", "0.10000000000000000000000000000001", "1", "10", "-0.1", "0.01", "1e400"];
        for (at, one) in close.iter().enumerate() {
            for other in close.iter().skip(at + 1) {
                assert_ne!(number(one), number(other));
            }
        }
    }

    #[test]
    fn what_is_no_number_stays_as_it_is() {
        for text in ["", "x", ".5", "1e", "1e99999999999999999999", "1.2.3", "--1", "+5"] {
            assert_eq!(number(text), text);
        }
    }
}
