//! Kinds of values in requests: how each is read, and how it is described.

use super::{body::meaning_of_list, meaning};
use crate::model::{
    Currency, Invalid, Mode, Money, Time, blank::is_blank, id::Id, metadata::Metadata,
    origin::Origin, secret::Secret,
};
use crate::url::UrlParts;
use serde_json::{Value, json};

/// A value that can stand in a request.
pub trait Field: Sized {
    /// Reads it from JSON text.
    fn read(json: &str) -> Result<Self, Invalid>;

    /// Its JSON schema.
    fn schema() -> Value;

    /// What it means, however it was written: the same text for the same value.
    fn meaning(&self) -> String;
}

/// An amount as the caller wrote it: a number's own digits, or a text's.
#[derive(Debug)]
pub struct Amount(pub String);

impl Amount {
    /// The amount in a currency; US dollars where none is given.
    ///
    /// # Errors
    /// As [`Money::parse_major`].
    pub fn money(&self, currency: Option<Currency>) -> Result<Money, Invalid> {
        Money::parse_major(&self.0, currency.unwrap_or(Currency::USD))
    }
}

/// A check of bodies: the amount is one of its currency, US dollars where none is given.
///
/// # Errors
/// As [`Money::parse_major`].
pub fn payable(amount: &Amount, currency: Option<&Currency>) -> Result<(), Invalid> {
    amount.money(currency.copied()).map(|_| ())
}

/// Text of `MIN` to `MAX` characters without control characters.
#[derive(Debug, Clone)]
pub struct Text<const MIN: usize, const MAX: usize>(pub String);

/// A secret of `MIN` to `MAX` characters, as [`Text`] reads them.
pub struct Hidden<K, const MIN: usize, const MAX: usize>(pub Secret<K>);

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy)]
pub struct Whole<const MIN: i64, const MAX: i64>(pub i64);

/// An e-mail address, in lower case.
#[derive(Debug, Clone)]
pub struct Email(pub String);

/// Where webhooks are to go. Whether they may is for the guard of the way out to say.
#[derive(Debug, Clone)]
pub struct HookUrl(pub String);

/// An absolute http or https URL of at most 2048 characters.
#[derive(Debug, Clone)]
pub struct WebUrl(pub String);

/// A page size in a query: 1 to 100.
#[derive(Debug, Clone, Copy)]
pub struct PageLimit(pub u32);

/// Marks that turn the direction of writing make one text look like another.
const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// How many characters a text must have.
pub fn lengths(min: usize, max: usize) -> Invalid {
    Invalid::new(match min {
        0 => format!("must have at most {max} characters"),
        _ if min == max => format!("must have {max} characters"),
        _ => format!("must have {min} to {max} characters"),
    })
}

fn text(json: &str) -> Result<String, Invalid> {
    serde_json::from_str(json).map_err(|_| Invalid::new("must be a text"))
}

impl Field for Amount {
    fn read(json: &str) -> Result<Self, Invalid> {
        match json.as_bytes().first() {
            Some(b'"') => text(json).map(Self),
            Some(b'0'..=b'9' | b'-') => Ok(Self(json.to_owned())),
            _ => Err(Invalid::new("must be a number, or a text with a number")),
        }
    }

    fn schema() -> Value {
        json!({
            "oneOf": [
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?$"},
            ],
            "examples": ["12.50"],
        })
    }

    fn meaning(&self) -> String {
        meaning::number(&self.0)
    }
}

impl<K, const MIN: usize, const MAX: usize> Field for Hidden<K, MIN, MAX> {
    fn read(json: &str) -> Result<Self, Invalid> {
        Text::<MIN, MAX>::read(json).map(|text| Self(Secret::new(text.0)))
    }

    fn schema() -> Value {
        Text::<MIN, MAX>::schema()
    }

    fn meaning(&self) -> String {
        self.0.reveal().to_owned()
    }
}

impl<const MIN: usize, const MAX: usize> Field for Text<MIN, MAX> {
    fn read(json: &str) -> Result<Self, Invalid> {
        let text = text(json)?;
        let length = text.chars().count();
        if length < MIN || length > MAX {
            return Err(lengths(MIN, MAX));
        }
        if text.chars().any(|c| c.is_control() || turns_direction(c)) {
            return Err(Invalid::new("must not contain control characters"));
        }
        if MIN > 0 && is_blank(&text) {
            return Err(Invalid::new("must not be blank"));
        }
        Ok(Self(text))
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": MIN, "maxLength": MAX})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl<const MIN: i64, const MAX: i64> Field for Whole<MIN, MAX> {
    fn read(json: &str) -> Result<Self, Invalid> {
        let number = meaning::whole(json).filter(|number| (MIN..=MAX).contains(number));
        number
            .map(Self)
            .ok_or_else(|| Invalid::new(format!("must be a whole number from {MIN} to {MAX}")))
    }

    fn schema() -> Value {
        json!({"type": "integer", "minimum": MIN, "maximum": MAX})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

impl Field for PageLimit {
    fn read(json: &str) -> Result<Self, Invalid> {
        let number = text(json).ok().and_then(|text| text.parse().ok());
        let number = number.filter(|number| (1..=100).contains(number));
        number.map(Self).ok_or_else(|| Invalid::new("must be a whole number from 1 to 100"))
    }

    fn schema() -> Value {
        json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 25})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

impl Field for Email {
    fn read(json: &str) -> Result<Self, Invalid> {
        crate::model::customer::parse_email(&text(json)?).map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "email", "maxLength": 254})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl Field for HookUrl {
    fn read(json: &str) -> Result<Self, Invalid> {
        Text::<1, 2048>::read(json).map(|Text(url)| Self(url))
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": 2048})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl Field for WebUrl {
    fn read(json: &str) -> Result<Self, Invalid> {
        let text = text(json)?;
        let parts = UrlParts::of(&text);
        let web = parts.filter(|parts| matches!(parts.scheme, "https" | "http"));
        let host = web.map(|parts| parts.authority);
        if host.is_some_and(|host| host.contains('@')) {
            return Err(Invalid::new("must not have a user name or a password in it"));
        }
        let fine = text.len() <= 2048
            && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
            && host.is_some_and(|host| !host.is_empty());
        if fine { Ok(Self(text)) } else { Err(Invalid::new("must be an http or https URL")) }
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": 2048})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl Field for bool {
    fn read(json: &str) -> Result<Self, Invalid> {
        match json {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Invalid::new("must be true or false")),
        }
    }

    fn schema() -> Value {
        json!({"type": "boolean"})
    }

    fn meaning(&self) -> String {
        self.to_string()
    }
}

impl<K> Field for Id<K> {
    fn read(json: &str) -> Result<Self, Invalid> {
        let uuid = || Invalid::new("must be a UUID");
        text(json).map_err(|_| uuid())?.parse().map_err(|_| uuid())
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "uuid"})
    }

    fn meaning(&self) -> String {
        self.to_string()
    }
}

impl Field for Currency {
    fn read(json: &str) -> Result<Self, Invalid> {
        text(json)?.parse()
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 3, "maxLength": 3, "default": "USD"})
    }

    fn meaning(&self) -> String {
        self.code().to_owned()
    }
}

impl Field for Mode {
    fn read(json: &str) -> Result<Self, Invalid> {
        text(json)?.parse()
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["test", "live"]})
    }

    fn meaning(&self) -> String {
        self.to_string()
    }
}

impl Field for Time {
    fn read(json: &str) -> Result<Self, Invalid> {
        Self::parse(&text(json)?)
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "date-time"})
    }

    fn meaning(&self) -> String {
        self.ms().to_string()
    }
}

impl Field for Metadata {
    fn read(json: &str) -> Result<Self, Invalid> {
        Self::new(json)
    }

    fn schema() -> Value {
        json!({"type": "object"})
    }

    fn meaning(&self) -> String {
        self.canonical()
    }
}

impl Field for Origin {
    fn read(json: &str) -> Result<Self, Invalid> {
        text(json)?.parse()
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "uri"})
    }

    fn meaning(&self) -> String {
        self.as_str().to_owned()
    }
}

impl<T: Field> Field for Vec<T> {
    fn read(json: &str) -> Result<Self, Invalid> {
        let values: Vec<&serde_json::value::RawValue> =
            serde_json::from_str(json).map_err(|_| Invalid::new("must be a list"))?;
        if values.len() > 100 {
            return Err(Invalid::new("must have at most 100 entries"));
        }
        let read = values.iter().enumerate().map(|(at, value)| {
            T::read(value.get()).map_err(|Invalid(why)| Invalid::new(format!("[{at}] {why}")))
        });
        read.collect()
    }

    fn schema() -> Value {
        json!({"type": "array", "items": T::schema(), "maxItems": 100})
    }

    fn meaning(&self) -> String {
        meaning_of_list(self)
    }
}
