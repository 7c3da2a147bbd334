//! What an organization or a link is set to: addresses, moments, places, languages, colours.

use super::text;
use crate::{
    http::field::{Field, WebUrl},
    model::{
        Invalid, Time,
        contrast::Color,
        organization::{LOCALES, MAX_REDIRECT_ORIGINS},
        origin::Origin,
        tax::place::Country,
        zone::Zone,
    },
};
use serde_json::{Value, json};

/// An https URL of at most 2048 characters.
#[derive(Debug, Clone)]
pub struct HttpsUrl(pub String);

/// A moment, with its zone.
#[derive(Debug, Clone, Copy)]
pub struct Moment(pub Time);

/// A time zone of the IANA database.
#[derive(Debug, Clone)]
pub struct ZoneName(pub String);

/// A country of ISO 3166-1, in two letters.
#[derive(Debug, Clone, Copy)]
pub struct CountryCode(pub Country);

/// One of the languages of pages and receipts.
#[derive(Debug, Clone, Copy)]
pub struct Locale(pub &'static str);

/// A colour.
#[derive(Debug, Clone, Copy)]
pub struct HexColor(pub Color);

/// Exact origins, up to [`MAX_REDIRECT_ORIGINS`].
#[derive(Debug, Clone)]
pub struct OriginList(pub Vec<Origin>);

impl Field for HttpsUrl {
    fn read(json: &str) -> Result<Self, Invalid> {
        let WebUrl(url) = WebUrl::read(json)?;
        if url.starts_with("https://") {
            Ok(Self(url))
        } else {
            Err(Invalid::new("must be an https URL"))
        }
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "uri", "maxLength": 2048})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl Field for Moment {
    fn read(json: &str) -> Result<Self, Invalid> {
        let read = text(json).and_then(|text| Time::parse(&text));
        let why = "Say the time and the zone, such as 2026-12-31T23:59:59+01:00.";
        // What is wrong with a time that is there is said as everywhere.
        read.map(Self).map_err(|told| match told.0.starts_with("has ") {
            true => told,
            false => Invalid::new(why),
        })
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "date-time"})
    }

    fn meaning(&self) -> String {
        self.0.ms().to_string()
    }
}

impl Field for ZoneName {
    fn read(json: &str) -> Result<Self, Invalid> {
        text(json)?.parse().map(|zone: Zone| Self(zone.name().to_owned()))
    }

    fn schema() -> Value {
        json!({"type": "string", "examples": ["Europe/Berlin"]})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl Field for CountryCode {
    fn read(json: &str) -> Result<Self, Invalid> {
        let known = text(json)?.to_uppercase().parse().map(Self);
        known.map_err(|_| Invalid::new("must be the two letters of a country (ISO 3166-1)"))
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^[A-Za-z]{2}$"})
    }

    fn meaning(&self) -> String {
        self.0.code().to_owned()
    }
}

impl Field for Locale {
    fn read(json: &str) -> Result<Self, Invalid> {
        let wanted = text(json)?.to_lowercase();
        let known = LOCALES.into_iter().find(|locale| *locale == wanted);
        let why = || Invalid::new(format!("must be one of {}", LOCALES.join(", ")));
        known.map(Self).ok_or_else(why)
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": LOCALES})
    }

    fn meaning(&self) -> String {
        self.0.to_owned()
    }
}

impl Field for HexColor {
    fn read(json: &str) -> Result<Self, Invalid> {
        text(json)?.parse().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

impl Field for OriginList {
    fn read(json: &str) -> Result<Self, Invalid> {
        let origins = Vec::<Origin>::read(json)?;
        if origins.len() > MAX_REDIRECT_ORIGINS {
            let why = format!("must have at most {MAX_REDIRECT_ORIGINS} origins");
            return Err(Invalid::new(why));
        }
        Ok(Self(origins))
    }

    fn schema() -> Value {
        json!({"type": "array", "items": Origin::schema(), "maxItems": MAX_REDIRECT_ORIGINS})
    }

    fn meaning(&self) -> String {
        self.0.meaning()
    }
}
