//! Tax ids: their form and check digits, checked offline. No register is asked, so nothing here
//! ever says that an id is valid, only that it is well-formed.

mod digits;
mod europe;
mod world;

use super::place::Country;
use std::fmt;
use strum::{IntoStaticStr, VariantArray};
use unicode_normalization::UnicodeNormalization;

/// Longest tax id that is read, in characters.
const MAX_CHARS: usize = 64;

/// What can be said of a tax id without asking anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum TaxIdStatus {
    /// Its form and, where its country has them, its check digits are right.
    FormatValid,
    /// Its country has rules, and it breaks them.
    FormatInvalid,
    /// Nothing is known about ids of its country.
    Unchecked,
}

/// A tax id as it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxId {
    /// Upper case, without separators, with its country's prefix where ids carry one.
    pub value: String,
    /// What its form says.
    pub status: TaxIdStatus,
}

impl TaxIdStatus {
    /// Every status, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in answers and records.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl fmt::Display for TaxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

impl TaxId {
    /// Reads an id of a country: cleans it, adds the prefix where it is missing, and checks it.
    ///
    /// Northern Ireland's ids (`XI`) count as British ones, Monaco's as French ones.
    pub fn read(country: Country, text: &str) -> Self {
        let clean: String = text
            .nfkc()
            .flat_map(char::to_uppercase)
            .filter(|c| {
                !c.is_whitespace() && !matches!(c, '.' | '-' | '/' | '\u{2010}'..='\u{2015}')
            })
            .take(MAX_CHARS)
            .collect();
        let prefix = prefix(country);
        let other = other_prefix(country);
        let (value, body) = match (prefix, other) {
            (_, Some(other)) if clean.starts_with(other) => (clean.clone(), strip(&clean, other)),
            (Some(prefix), _) if clean.starts_with(prefix) => {
                (clean.clone(), strip(&clean, prefix))
            }
            (Some(prefix), _) => (format!("{prefix}{clean}"), clean),
            (None, _) => (clean.clone(), clean),
        };
        let fits = europe::fits(country, &body).or_else(|| world::fits(country, &body));
        let status = match fits {
            Some(true) => TaxIdStatus::FormatValid,
            Some(false) => TaxIdStatus::FormatInvalid,
            None => TaxIdStatus::Unchecked,
        };
        Self { value, status }
    }
}

fn strip(text: &str, prefix: &str) -> String {
    text.strip_prefix(prefix).unwrap_or(text).to_owned()
}

/// What ids of a country begin with, where they begin with something.
fn prefix(country: Country) -> Option<&'static str> {
    match country.tax_territory().code() {
        "GR" => Some("EL"),
        "CH" | "LI" => Some("CHE"),
        "GB" => Some("GB"),
        _ => country.tax_territory().eu_prefix(),
    }
}

/// A second prefix that ids of a country may have.
fn other_prefix(country: Country) -> Option<&'static str> {
    match country.tax_territory().code() {
        "GR" => Some("GR"),
        "GB" => Some("XI"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
