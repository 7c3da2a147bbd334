//! Kinds of values in requests of this surface. White space around a text is no part of it.

mod money;
mod person;
mod setting;

pub use money::{AmountMap, LinkCurrency, Percent, PriceMap, PriceMode, PricingMode, plain};
pub use person::{RoleName, ThemeName};
pub use setting::{CountryCode, HexColor, HttpsUrl, Locale, Moment, OriginList, ZoneName};

use crate::{
    http::{
        field::{Field, lengths},
        meaning,
    },
    model::{
        Id, Invalid,
        blank::is_blank,
        id::{ProductId, kind},
        secret::TypedSecret,
    },
};
use serde_json::{Value, json};

/// Text of `MIN` to `MAX` characters in one line.
#[derive(Debug, Clone)]
pub struct Line<const MIN: usize, const MAX: usize>(pub String);

/// Text of `MIN` to `MAX` characters, in lines.
#[derive(Debug, Clone)]
pub struct Lines<const MIN: usize, const MAX: usize>(pub String);

/// A password or a token, of `MIN` to `MAX` characters, as it was typed.
pub struct Typed<const MIN: usize, const MAX: usize>(pub TypedSecret);

/// A whole number from `MIN` to `MAX`, in any form of JSON's numbers.
#[derive(Debug, Clone, Copy)]
pub struct Count<const MIN: u32, const MAX: u32>(pub u32);

/// The id of a product; `None` for a text that can be none.
#[derive(Debug, Clone, Copy)]
pub struct ProductRef(pub Option<ProductId>);

/// `true` or `false` in a query.
#[derive(Debug, Clone, Copy)]
pub struct Flag(pub bool);

/// A whole number from `MIN` to `MAX` in a query.
#[derive(Debug, Clone, Copy)]
pub struct QueryNumber<const MIN: u32, const MAX: u32>(pub u32);

fn text(json: &str) -> Result<String, Invalid> {
    let text: String = serde_json::from_str(json).map_err(|_| Invalid::new("must be a text"))?;
    Ok(text.trim().to_owned())
}

fn checked(text: String, min: usize, max: usize, lines: bool) -> Result<String, Invalid> {
    let length = text.chars().count();
    if length < min || length > max {
        return Err(lengths(min, max));
    }
    if min > 0 && is_blank(&text) {
        return Err(Invalid::new("must not be blank"));
    }
    if text.chars().any(|c| c.is_control() && !(lines && c == '\n')) {
        return Err(Invalid::new("must not contain control characters"));
    }
    Ok(text)
}

impl<const MIN: usize, const MAX: usize> Field for Line<MIN, MAX> {
    fn read(json: &str) -> Result<Self, Invalid> {
        checked(text(json)?, MIN, MAX, false).map(Self)
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
        checked(text(json)?.replace("\r\n", "\n"), MIN, MAX, true).map(Self)
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
            Ok(Self(TypedSecret::new(typed)))
        } else {
            Err(lengths(MIN, MAX))
        }
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": MIN, "maxLength": MAX})
    }

    fn meaning(&self) -> String {
        self.0.reveal().to_owned()
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

impl Field for ProductRef {
    fn read(json: &str) -> Result<Self, Invalid> {
        text(json).map(|text| Self(ProductId::from_links_form(&text)))
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^prod_[0-9A-HJKMNP-TV-Z]{26}$"})
    }

    fn meaning(&self) -> String {
        self.0.map(|id: Id<kind::Product>| id.to_string()).unwrap_or_default()
    }
}

impl Field for Flag {
    fn read(json: &str) -> Result<Self, Invalid> {
        match text(json).unwrap_or_default().to_lowercase().as_str() {
            "true" => Ok(Self(true)),
            "false" => Ok(Self(false)),
            _ => Err(Invalid::new("must be true or false")),
        }
    }

    fn schema() -> Value {
        json!({"type": "boolean"})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

impl<const MIN: u32, const MAX: u32> Field for QueryNumber<MIN, MAX> {
    fn read(json: &str) -> Result<Self, Invalid> {
        let number = text(json).ok().and_then(|text| text.parse().ok());
        let number = number.filter(|number| (MIN..=MAX).contains(number));
        number.map(Self).ok_or_else(|| Invalid::new(format!("must be between {MIN} and {MAX}")))
    }

    fn schema() -> Value {
        json!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
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
    fn texts_lose_the_white_space_around_them() {
        assert_eq!(Line::<1, 9>::read("\"  a b \"").unwrap().0, "a b");
        assert!(Line::<1, 9>::read("\"   \"").is_err() && Line::<1, 9>::read("\"a\\nb\"").is_err());
        assert_eq!(Lines::<1, 9>::read("\"a\\r\\nb\"").unwrap().0, "a\nb");
        assert_eq!(Typed::<1, 9>::read("\" a \"").unwrap().0.reveal(), " a ");
    }
}
