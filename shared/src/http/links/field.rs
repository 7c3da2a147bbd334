//! Kinds of values in requests of this surface. White space around a text is no part of it.

use crate::{
    http::{
        field::{Amount, Field, WebUrl},
        meaning, reply,
    },
    model::{
        Currency, Invalid, Money,
        catalog::Prices,
        id::{ProductId, kind},
        tax::{Pricing, place::Country, rate::Rate},
    },
};
use serde_json::{Value, json, value::RawValue};
use std::collections::BTreeMap;

/// Text of `MIN` to `MAX` characters in one line.
#[derive(Debug, Clone)]
pub struct Line<const MIN: usize, const MAX: usize>(pub String);

/// Text of `MIN` to `MAX` characters, in lines.
#[derive(Debug, Clone)]
pub struct Lines<const MIN: usize, const MAX: usize>(pub String);

/// A password or a token, of `MIN` to `MAX` characters, as it was typed.
pub struct Typed<const MIN: usize, const MAX: usize>(pub String);

/// A whole number from `MIN` to `MAX`, in any form of JSON's numbers.
#[derive(Debug, Clone, Copy)]
pub struct Count<const MIN: u32, const MAX: u32>(pub u32);

/// A currency of this surface.
#[derive(Debug, Clone, Copy)]
pub struct LinkCurrency(pub Currency);

/// The id of a product; `None` for a text that can be none.
#[derive(Debug, Clone, Copy)]
pub struct ProductRef(pub Option<ProductId>);

/// A price in each of some currencies.
#[derive(Debug, Clone)]
pub struct PriceMap(pub Prices);

/// A country of ISO 3166-1, in two letters.
#[derive(Debug, Clone, Copy)]
pub struct CountryCode(pub Country);

/// A rate in percent.
#[derive(Debug, Clone, Copy)]
pub struct Percent(pub Rate);

/// Whether prices contain their tax.
#[derive(Debug, Clone, Copy)]
pub struct PricingMode(pub Pricing);

/// An https URL of at most 2048 characters.
#[derive(Debug, Clone)]
pub struct HttpsUrl(pub String);

/// Currencies of this surface.
const CURRENCIES: [&str; 2] = ["USD", "EUR"];

fn text(json: &str) -> Result<String, Invalid> {
    let text: String = serde_json::from_str(json).map_err(|_| Invalid::new("must be a text"))?;
    Ok(text.trim().to_owned())
}

fn checked(text: String, (min, max): (usize, usize), lines: bool) -> Result<String, Invalid> {
    let length = text.chars().count();
    if length < min || length > max {
        return Err(Invalid::new(match min {
            0 => format!("must have at most {max} characters"),
            _ => format!("must have {min} to {max} characters"),
        }));
    }
    if text.chars().any(|c| c.is_control() && !(lines && c == '\n')) {
        return Err(Invalid::new("must not contain control characters"));
    }
    Ok(text)
}

impl<const MIN: usize, const MAX: usize> Field for Line<MIN, MAX> {
    fn read(json: &str) -> Result<Self, Invalid> {
        checked(text(json)?, (MIN, MAX), false).map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": MIN, "maxLength": MAX})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl<const MIN: usize, const MAX: usize> Field for Lines<MIN, MAX> {
    fn read(json: &str) -> Result<Self, Invalid> {
        checked(text(json)?.replace("\r\n", "\n"), (MIN, MAX), true).map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": MIN, "maxLength": MAX})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl<const MIN: usize, const MAX: usize> Field for Typed<MIN, MAX> {
    fn read(json: &str) -> Result<Self, Invalid> {
        let typed: String =
            serde_json::from_str(json).map_err(|_| Invalid::new("must be a text"))?;
        if (MIN..=MAX).contains(&typed.chars().count()) {
            Ok(Self(typed))
        } else {
            Err(Invalid::new(format!("must have {MIN} to {MAX} characters")))
        }
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": MIN, "maxLength": MAX})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl<const MIN: u32, const MAX: u32> Field for Count<MIN, MAX> {
    fn read(json: &str) -> Result<Self, Invalid> {
        let number = Some(json).filter(|json| json.starts_with(|c: char| c.is_ascii_digit()));
        let number = number.and_then(whole).filter(|number| (MIN..=MAX).contains(number));
        number.map(Self).ok_or_else(|| Invalid::new(format!("must be between {MIN} and {MAX}")))
    }

    fn schema() -> Value {
        json!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

/// A number without a part after the point, whatever its form: `2`, `2.0`, `2e0`.
fn whole(json: &str) -> Option<u32> {
    let exact = meaning::number(json);
    let (digits, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
    let (digits, exponent): (u32, u32) = (digits.parse().ok()?, exponent.parse().ok()?);
    digits.checked_mul(10_u32.checked_pow(exponent)?)
}

impl Field for LinkCurrency {
    fn read(json: &str) -> Result<Self, Invalid> {
        let code = text(json)?.to_uppercase();
        let known = CURRENCIES.contains(&code.as_str()).then(|| code.parse().ok()).flatten();
        known.map(Self).ok_or_else(|| Invalid::new("must be USD or EUR"))
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": CURRENCIES})
    }

    fn meaning(&self) -> String {
        self.0.code().to_owned()
    }
}

impl Field for ProductRef {
    fn read(json: &str) -> Result<Self, Invalid> {
        text(json).map(|text| Self(ProductId::from_links_form(&text)))
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^prod_[0-9A-HJKMNP-TV-Z]{26}$"})
    }

    fn meaning(&self) -> String {
        self.0.map(|id: crate::model::Id<kind::Product>| id.to_string()).unwrap_or_default()
    }
}

impl Field for PriceMap {
    fn read(json: &str) -> Result<Self, Invalid> {
        let entries: BTreeMap<String, Box<RawValue>> = serde_json::from_str(json)
            .map_err(|_| Invalid::new("must be an object such as {\"USD\": \"29.99\"}"))?;
        let prices = entries.iter().map(|(code, price)| {
            let currency = LinkCurrency::read(&reply::json(code));
            let currency = currency.map_err(|_| Invalid::new("may have USD and EUR only"))?.0;
            let price = Amount::read(price.get())?;
            Money::parse_major(&plain(&price.0), currency)
        });
        let prices = prices.collect::<Result<Vec<_>, _>>()?;
        Prices::new(prices).map(Self)
    }

    fn schema() -> Value {
        let price = Amount::schema();
        json!({
            "type": "object", "properties": {"USD": price, "EUR": price},
            "additionalProperties": false, "minProperties": 1,
        })
    }

    fn meaning(&self) -> String {
        let prices: Vec<_> =
            self.0.iter().map(|price| format!("{} {}", price.currency(), price.minor())).collect();
        prices.join(",")
    }
}

/// A number with an exponent as digits alone, where that is a short text: `1.25E1` as `12.5`.
#[must_use]
pub fn plain(number: &str) -> String {
    let exact = meaning::number(number);
    let Some((digits, exponent)) = exact.split_once('e') else { return number.to_owned() };
    match exponent.parse::<i32>() {
        Ok(exponent @ 0..=15) => {
            let zeros = usize::try_from(exponent).unwrap_or_default();
            format!("{digits}{}", "0".repeat(zeros))
        }
        Ok(exponent @ -15..=-1) => {
            let decimals = usize::try_from(-exponent).unwrap_or_default();
            let padded = format!("{digits:0>width$}", width = decimals + 1);
            let (whole, rest) = padded.split_at(padded.len() - decimals);
            format!("{whole}.{rest}")
        }
        Ok(_) | Err(_) => number.to_owned(),
    }
}

impl Field for CountryCode {
    fn read(json: &str) -> Result<Self, Invalid> {
        let known = text(json)?.to_uppercase().parse().map(Self);
        known.map_err(|_| Invalid::new("must be the two letters of a country (ISO 3166-1)"))
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 2, "maxLength": 2})
    }

    fn meaning(&self) -> String {
        self.0.code().to_owned()
    }
}

impl Field for Percent {
    fn read(json: &str) -> Result<Self, Invalid> {
        plain(&Amount::read(json)?.0).parse().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^[0-9]{1,3}(\\.[0-9]{1,4})?$"})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

impl Field for PricingMode {
    fn read(json: &str) -> Result<Self, Invalid> {
        text(json)?.parse().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["TAX_EXCLUSIVE", "TAX_INCLUSIVE"]})
    }

    fn meaning(&self) -> String {
        self.0.as_str().to_owned()
    }
}

impl Field for HttpsUrl {
    fn read(json: &str) -> Result<Self, Invalid> {
        let url = WebUrl::read(json).ok().map(|url| url.0);
        let url = url.filter(|url| url.starts_with("https://"));
        url.map(Self).ok_or_else(|| Invalid::new("must be an https URL"))
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "uri", "maxLength": 2048})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_in_any_form_of_a_number_and_no_other() {
        let count = |json: &str| Count::<1, 999_999>::read(json).map(|count| count.0).ok();
        for json in ["1000", "1000.0", "1e3", "0.1E4"] {
            assert_eq!(count(json), Some(1000), "{json}");
        }
        for json in ["\"2\"", "0", "-1", "1.5", "true", "1e9", "null", "\"1e3\""] {
            assert_eq!(count(json), None, "{json}");
        }
    }

    #[test]
    fn prices_are_read_exactly_in_two_currencies() {
        let prices = PriceMap::read(r#"{"USD": 1.25E1, "eur": "27.50"}"#).unwrap().0;
        let minors: Vec<_> = prices.iter().map(|price| price.minor()).collect();
        assert_eq!(minors.iter().sum::<i64>(), 1_250 + 2_750);
        for json in [
            "{}",
            "[]",
            r#"{"GBP": "1.00"}"#,
            r#"{"USD": "1.001"}"#,
            r#"{"USD": "0.00"}"#,
            r#"{"USD": "1000000.00"}"#,
            r#"{"USD": "1,00"}"#,
        ] {
            assert!(PriceMap::read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn texts_lose_the_white_space_around_them() {
        assert_eq!(Line::<1, 9>::read("\"  a b \"").unwrap().0, "a b");
        assert!(Line::<1, 9>::read("\"   \"").is_err() && Line::<1, 9>::read("\"a\\nb\"").is_err());
        assert_eq!(Lines::<1, 9>::read("\"a\\r\\nb\"").unwrap().0, "a\nb");
        assert_eq!(Typed::<1, 9>::read("\" a \"").unwrap().0, " a ");
    }

    #[test]
    fn numbers_are_written_out() {
        for (number, text) in
            [("1.25E1", "12.5"), ("12.50", "12.5"), ("5e-2", "0.05"), ("3e2", "300"), ("x", "x")]
        {
            assert_eq!(plain(number), text, "{number}");
        }
    }
}
