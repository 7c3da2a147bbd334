//! Currencies, amounts, rates, and whether a price holds its tax.

use super::text;
use crate::{
    http::{
        field::{Amount, Field},
        meaning, reply,
    },
    model::{
        Currency, Invalid, Money,
        catalog::Prices,
        tax::{Pricing, rate::Rate},
    },
};
use serde_json::{Value, json, value::RawValue};
use std::collections::BTreeMap;

/// A currency of this surface.
#[derive(Debug, Clone, Copy)]
pub struct LinkCurrency(pub Currency);

/// A price in each of some currencies.
#[derive(Debug, Clone)]
pub struct PriceMap(pub Prices);

/// An amount in each of some currencies; none at all is fine.
#[derive(Debug, Clone)]
pub struct AmountMap(pub BTreeMap<Currency, Money>);

/// A rate in percent.
#[derive(Debug, Clone, Copy)]
pub struct Percent(pub Rate);

/// Whether prices contain their tax.
#[derive(Debug, Clone, Copy)]
pub struct PricingMode(pub Pricing);

/// `HT` for prices without tax, `TTC` for prices with it.
#[derive(Debug, Clone, Copy)]
pub struct PriceMode(pub Pricing);

/// Currencies of this surface.
const CURRENCIES: [&str; 2] = ["USD", "EUR"];

/// Amounts by currency, as they were sent.
fn amounts(json: &str) -> Result<Vec<Money>, Invalid> {
    let entries: BTreeMap<String, Box<RawValue>> = serde_json::from_str(json)
        .map_err(|_| Invalid::new("must be an object such as {\"USD\": \"29.99\"}"))?;
    let amounts = entries.iter().map(|(code, amount)| {
        let currency = LinkCurrency::read(&reply::json(code));
        let currency = currency.map_err(|_| Invalid::new("may have USD and EUR only"))?.0;
        let amount = Amount::read(amount.get())?;
        Money::parse_major(&plain(&amount.0), currency)
    });
    let amounts = amounts.collect::<Result<Vec<_>, _>>()?;
    let mut currencies: Vec<_> = amounts.iter().map(Money::currency).collect();
    currencies.sort_unstable();
    let count = currencies.len();
    currencies.dedup();
    if currencies.len() < count {
        return Err(Invalid::new("has one currency twice"));
    }
    Ok(amounts)
}

fn meaning_of_amounts(amounts: impl Iterator<Item = Money>) -> String {
    let amounts = amounts.map(|money| format!("{} {}", money.currency(), money.minor()));
    amounts.collect::<Vec<_>>().join(",")
}

/// A number with an exponent as digits alone, where that is a short text: `1.25E1` as `12.5`.
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

impl Field for PriceMap {
    fn read(json: &str) -> Result<Self, Invalid> {
        Prices::new(amounts(json)?).map(Self)
    }

    fn schema() -> Value {
        let price = Amount::schema();
        json!({
            "type": "object", "properties": {"USD": price, "EUR": price},
            "additionalProperties": false, "minProperties": 1,
        })
    }

    fn meaning(&self) -> String {
        meaning_of_amounts(self.0.iter())
    }
}

impl Field for AmountMap {
    fn read(json: &str) -> Result<Self, Invalid> {
        let amounts = amounts(json)?.into_iter().map(|money| (money.currency(), money));
        Ok(Self(amounts.collect()))
    }

    fn schema() -> Value {
        let amount = Amount::schema();
        json!({
            "type": "object", "properties": {"USD": amount, "EUR": amount},
            "additionalProperties": false,
        })
    }

    fn meaning(&self) -> String {
        meaning_of_amounts(self.0.values().copied())
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

impl Field for PriceMode {
    fn read(json: &str) -> Result<Self, Invalid> {
        match text(json)?.to_uppercase().as_str() {
            "HT" => Ok(Self(Pricing::Exclusive)),
            "TTC" => Ok(Self(Pricing::Inclusive)),
            _ => Err(Invalid::new("must be HT (without tax) or TTC (with tax)")),
        }
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["HT", "TTC"]})
    }

    fn meaning(&self) -> String {
        self.0.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn numbers_are_written_out() {
        for (number, text) in
            [("1.25E1", "12.5"), ("12.50", "12.5"), ("5e-2", "0.05"), ("3e2", "300"), ("x", "x")]
        {
            assert_eq!(plain(number), text, "{number}");
        }
    }
}
