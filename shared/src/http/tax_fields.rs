//! Kinds of values that tax has on every surface.

use super::field::{Amount, Field, Text};
use crate::{
    http::links::field::plain,
    model::{
        Currency, Invalid,
        tax::{
            Exemption,
            place::Country,
            rate::Rate,
            rates::RateClass,
            settings::{AskAddress, AskTaxId, BusinessIds, Collect, LANGUAGES, SaveCard, Scheme},
        },
    },
};
use serde_json::{Value, json};
use std::str::FromStr;
use strum::{EnumString, IntoStaticStr};

/// A value that has a name in requests.
pub trait Named: FromStr<Err = Invalid> {
    /// Every name; empty where there are too many.
    const NAMES: &'static [&'static str];

    /// Its own.
    fn name(&self) -> &str;
}

/// A value by its name.
#[derive(Debug, Clone, Copy)]
pub struct Name<T>(pub T);

/// A country of ISO 3166-1, in two letters of any case.
#[derive(Debug, Clone, Copy)]
pub struct CountryName(pub Country);

/// A rate in percent, as a text or a number.
#[derive(Debug, Clone, Copy)]
pub struct RateText(pub Rate);

/// A tax code: 1 to 40 of `a-z`, `0-9` and `_`.
#[derive(Debug, Clone)]
pub struct TaxCode(pub String);

/// A currency of ISO 4217 in any case.
#[derive(Debug, Clone, Copy)]
pub struct AnyCurrency(pub Currency);

/// What an own rule makes of a code, where it is no rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = Untaxed::unknown)]
pub enum Untaxed {
    /// Exempt.
    Exempt,
    /// Taxed at 0 %.
    Zero,
}

/// One of [`LANGUAGES`].
#[derive(Debug, Clone, Copy)]
pub struct LanguageName(pub &'static str);

macro_rules! named {
    ($($choice:ident: $($name:literal),+;)+) => {
        $(
            impl Named for $choice {
                const NAMES: &'static [&'static str] = &[$($name),+];

                fn name(&self) -> &str {
                    self.as_str()
                }
            }
        )+
    };
}

named! {
    Collect: "never", "registered", "everywhere";
    Scheme: "standard", "oss", "simplified";
    BusinessIds: "trust", "never";
    AskAddress: "auto", "full";
    AskTaxId: "optional", "never";
    SaveCard: "always", "ask", "never";
    RateClass: "standard", "reduced_1", "reduced_2", "super_reduced";
    Exemption: "none", "exempt", "reverse";
    Untaxed: "exempt", "zero";
    LanguageName: "en", "de", "fr", "es";
}

impl Untaxed {
    fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("must be one of exempt, zero")
    }
}

impl LanguageName {
    const fn as_str(&self) -> &'static str {
        self.0
    }
}

impl FromStr for LanguageName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = LANGUAGES.into_iter().find(|known| *known == text);
        known.map(Self).ok_or_else(|| Invalid::new("must be one of en, de, fr, es"))
    }
}

fn text(json: &str) -> Result<String, Invalid> {
    let text: String = serde_json::from_str(json).map_err(|_| Invalid::new("must be a text"))?;
    Ok(text.trim().to_owned())
}

impl<T: Named> Field for Name<T> {
    fn read(json: &str) -> Result<Self, Invalid> {
        text(json)?.parse().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": T::NAMES})
    }

    fn meaning(&self) -> String {
        self.0.name().to_owned()
    }
}

impl Field for CountryName {
    fn read(json: &str) -> Result<Self, Invalid> {
        text(json)?.parse().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 2, "maxLength": 2, "examples": ["DE"]})
    }

    fn meaning(&self) -> String {
        self.0.code().to_owned()
    }
}

impl Field for RateText {
    fn read(json: &str) -> Result<Self, Invalid> {
        plain(&Amount::read(json)?.0).parse().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^[0-9]{1,3}(\\.[0-9]{1,4})?$", "examples": ["8.875"]})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

impl Field for TaxCode {
    fn read(json: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("must have 1 to 40 of a-z, 0-9 and _");
        let Text(code) = Text::<1, 40>::read(json).map_err(|_| invalid())?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if code.bytes().all(plain) { Ok(Self(code)) } else { Err(invalid()) }
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^[a-z0-9_]{1,40}$"})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl Field for AnyCurrency {
    fn read(json: &str) -> Result<Self, Invalid> {
        Currency::read(json).map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 3, "maxLength": 3})
    }

    fn meaning(&self) -> String {
        self.0.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_and_no_other() {
        fn check<T: Named>() {
            for name in T::NAMES {
                assert_eq!(Name::<T>::read(&format!("\"{name}\"")).unwrap().meaning(), *name);
            }
            assert!(Name::<T>::read("\"other\"").is_err() && Name::<T>::read("1").is_err());
        }
        check::<Collect>();
        check::<Scheme>();
        check::<BusinessIds>();
        check::<AskAddress>();
        check::<AskTaxId>();
        check::<SaveCard>();
        check::<RateClass>();
        check::<Exemption>();
        check::<Untaxed>();
        check::<LanguageName>();
    }

    #[test]
    fn rates_and_codes_are_read_exactly() {
        for (json, rate) in [("\"8.875\"", "8.875"), ("8.8750", "8.875"), ("\"19\"", "19")] {
            assert_eq!(RateText::read(json).unwrap().0.to_string(), rate);
        }
        for json in ["\"8.87501\"", "-1", "101", "\"\"", "true", "1e-9"] {
            assert!(RateText::read(json).is_err(), "{json}");
        }
        assert!(TaxCode::read("\"e_books_1\"").is_ok());
        for json in ["\"\"", "\"Books\"", "\"a b\"", "\"é\""] {
            assert!(TaxCode::read(json).is_err(), "{json}");
        }
        assert!(TaxCode::read(&format!("\"{}\"", "a".repeat(41))).is_err());
    }
}
