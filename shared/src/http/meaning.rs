//! What a request means, however it was written. Two requests with one idempotency key are the same
//! request when they mean the same: white space, escapes, the order of members, the form of
//! numbers, the case of ids and currencies, and defaults spelled out make no difference.

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
    #[must_use]
    pub fn with(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.add(name, text.into());
        self
    }

    /// Every field that means something, with its text.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (*name, text.as_str()))
    }

    /// The whole as one text, for an object within an object.
    #[must_use]
    pub fn to_json(&self) -> String {
        super::reply::json(&self.0)
    }
}

/// A decimal number as its digits and a power of ten, exactly: `125e-1` for `12.5`, `12.50` and
/// `1250e-2`. What is no number stays as it is.
#[must_use]
pub fn number(text: &str) -> String {
    normalized(text).unwrap_or_else(|| text.to_owned())
}

fn normalized(text: &str) -> Option<String> {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (rest, 0),
    };
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{decimals}");
    if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    let plain = digits.trim_end_matches('0');
    if plain.is_empty() {
        return Some("0".to_owned());
    }
    let trimmed = i64::try_from(digits.len() - plain.len()).ok()?;
    let shifted = i64::try_from(decimals.len()).ok()?;
    let exponent = exponent.checked_add(trimmed)?.checked_sub(shifted)?;
    Some(format!("{sign}{plain}e{exponent}"))
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
