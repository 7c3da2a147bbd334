//! Kinds of values that only operators send.

use crate::{
    http::{
        field::{Field, Text},
        reply,
    },
    model::{
        Currency, Invalid, Money, customer::MerchantAccountStatus, key_ring::Purpose,
        organization::PaymentLimits,
    },
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Largest single payment per currency.
#[derive(Debug)]
pub struct CurrencyLimits(pub BTreeMap<Currency, Money>);

impl Field for CurrencyLimits {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let example = || Invalid::new("must be an object such as {\"USD\": \"10000.00\"}");
        let texts: BTreeMap<String, String> = serde_json::from_str(json).map_err(|_| example())?;
        let limits = texts.iter().map(|(code, amount)| {
            let currency: Currency = code.parse()?;
            Ok((currency, Money::parse_major(amount, currency)?))
        });
        limits.collect::<std::result::Result<_, Invalid>>().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "object", "additionalProperties": {"type": "string"}})
    }

    fn meaning(&self) -> String {
        let limits = self.0.iter().map(|(currency, limit)| (currency.code(), limit.minor()));
        reply::json(&limits.collect::<BTreeMap<_, _>>())
    }
}

/// Smallest and largest payment per currency.
#[derive(Debug)]
pub struct PaymentLimitMap(pub BTreeMap<Currency, PaymentLimits>);

impl Field for PaymentLimitMap {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let example = r#"must be an object such as {"USD": {"min": "0.50", "max": "10000.00"}}"#;
        let pairs: BTreeMap<String, BTreeMap<String, String>> =
            serde_json::from_str(json).map_err(|_| Invalid::new(example))?;
        let limits = pairs.iter().map(|(code, pair)| {
            let currency: Currency = code.parse()?;
            let money = |name: &str| {
                let text = pair.get(name).filter(|_| pair.len() == 2);
                Money::parse_major(text.ok_or_else(|| Invalid::new(example))?, currency)
            };
            let (min, max) = (money("min")?, money("max")?);
            if min.minor() < 1 || min.minor() > max.minor() {
                return Err(Invalid::new("must have a min above zero and up to its max"));
            }
            Ok((currency, PaymentLimits { min, max }))
        });
        limits.collect::<std::result::Result<_, Invalid>>().map(Self)
    }

    fn schema() -> Value {
        let pair = json!({
            "type": "object", "required": ["min", "max"], "additionalProperties": false,
            "properties": {"min": {"type": "string"}, "max": {"type": "string"}},
        });
        json!({"type": "object", "additionalProperties": pair})
    }

    fn meaning(&self) -> String {
        let limits = self
            .0
            .iter()
            .map(|(currency, limits)| (currency.code(), (limits.min.minor(), limits.max.minor())));
        reply::json(&limits.collect::<BTreeMap<_, _>>())
    }
}

impl Field for MerchantAccountStatus {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        Text::<1, 20>::read(json)?.0.parse()
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["pending", "approved", "rejected"]})
    }

    fn meaning(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Field for Purpose {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let text = Text::<1, 20>::read(json)?.0;
        let found = Self::ALL.iter().copied().find(|p| p.as_str() == text && p.rotates());
        found.ok_or_else(|| {
            Invalid::new("must be signing, link, webhook, session, pepper or processor")
        })
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["signing", "link", "webhook", "session", "pepper", "processor"]})
    }

    fn meaning(&self) -> String {
        self.as_str().to_owned()
    }
}
