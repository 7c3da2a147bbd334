//! Numbers of documents: series, and the next number of each.
//!
//! A series is a prefix with its `{YYYY}` filled in. Its numbers are 1, 2, 3 ... without a gap; a
//! prefix that comes back continues where it was.

use crate::model::{Invalid, date::Date};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Stands for the civil year in a prefix.
const YEAR: &str = "{YYYY}";

/// Longest prefix, `{YYYY}` counted as it is written.
const MAX_PREFIX: usize = 12;

/// What the numbers of a tenant's documents begin with: `INV-`, `R{YYYY}-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Prefix(String);

impl Prefix {
    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The series that a document of this date belongs to.
    pub fn series(&self, issued_on: Date) -> String {
        self.0.replace(YEAR, &format!("{:04}", issued_on.year()))
    }

    /// The series of the year before, where each year has its own.
    pub fn series_before(&self, issued_on: Date) -> Option<String> {
        let year = self.0.contains(YEAR);
        year.then(|| self.0.replace(YEAR, &format!("{:04}", issued_on.year() - 1)))
    }

    /// The usual prefix of invoices.
    pub fn invoices() -> Self {
        Self("INV-".to_owned())
    }

    /// The usual prefix of credit notes.
    pub fn credit_notes() -> Self {
        Self("CN-".to_owned())
    }
}

impl FromStr for Prefix {
    type Err = Invalid;

    /// 1 to 12 of `[A-Z0-9/-]` and `{YYYY}`; the last is no digit, so that where the number begins
    /// can be told, and no two series share a number.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let plain = text.replace(YEAR, "0");
        let known = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '/' || c == '-';
        let ends = plain.ends_with(|c: char| c.is_ascii_uppercase() || c == '/' || c == '-');
        if (1..=MAX_PREFIX).contains(&text.len()) && plain.chars().all(known) && ends {
            return Ok(Self(text.to_owned()));
        }
        Err(Invalid::new(
            "must be 1 to 12 of A-Z, 0-9, / and -, with {YYYY} for the year where it is wanted, and \
             end in a letter, - or /",
        ))
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far a series has come. The version rises with every commit that takes numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesCounter {
    /// The name of the series.
    pub series: String,
    /// The number that comes next.
    pub next: u64,
    /// The date of the last document: dates never go back within a series.
    pub last_issued: Option<Date>,
    /// Up to which submit of a card everybody was looked at who waits for a number; none while nobody
    /// had to wait.
    pub looked_until: Option<Uuid>,
    /// Rises with every write; 0 while the series has no number.
    pub version: u64,
}

/// A number that a document takes, and what becomes of its series. Nothing is taken before both are
/// written together with the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenNumber {
    /// The document's number: `INV-000044`.
    pub number: String,
    /// Today, or the date of the number before where that is later.
    pub issued_on: Date,
    /// The series after it.
    pub counter: SeriesCounter,
}

impl SeriesCounter {
    /// A series without numbers. `first` is where it begins.
    pub const fn new(series: String, first: u64) -> Self {
        Self { series, next: first, last_issued: None, looked_until: None, version: 0 }
    }

    /// Takes the next number for a document of today. Numbers have at least so many digits.
    pub fn take(&self, digits: u8, today: Date) -> TakenNumber {
        let issued_on = self.last_issued.map_or(today, |last| last.max(today));
        let (number, width) = (self.next, usize::from(digits));
        TakenNumber {
            number: format!("{}{number:0width$}", self.series),
            issued_on,
            counter: Self {
                series: self.series.clone(),
                next: number + 1,
                last_issued: Some(issued_on),
                looked_until: self.looked_until,
                version: self.version.saturating_add(1),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_prefix_ends_in_what_is_no_digit() {
        for text in ["INV-", "A", "R{YYYY}-", "{YYYY}/", "2026/RE", "/", "-", "ABCDEFGHIJK-"] {
            assert_eq!(text.parse::<Prefix>().unwrap().as_str(), text);
        }
        for text in [
            "",
            "INV",
            "{YYYY}",
            "INV-1",
            "inv-",
            "INV_",
            "R{YY}-",
            "R{YYYY",
            "ABCDEFGHIJKL-",
            "Ä-",
            "A B-",
        ] {
            let parsed = text.parse::<Prefix>();
            assert_eq!(parsed.is_err(), text != "INV", "{text}");
        }
    }

    #[test]
    fn numbers_grow_past_their_digits() {
        let series = Prefix::invoices().series(date("2026-11-26"));
        let counter = SeriesCounter { next: 44, ..SeriesCounter::new(series, 1) };
        let taken = counter.take(6, date("2026-11-26"));
        assert_eq!((taken.number.as_str(), taken.counter.next), ("INV-000044", 45));
        let far = SeriesCounter { next: 10_000, ..counter };
        assert_eq!(far.take(4, date("2026-11-26")).number, "INV-10000");
    }

    #[test]
    fn dates_never_go_back_within_a_series() {
        let first = SeriesCounter::new("INV-".into(), 1).take(6, date("2026-11-27"));
        let second = first.counter.take(6, date("2026-11-26"));
        assert_eq!(second.issued_on, date("2026-11-27"));
        assert_eq!(second.number, "INV-000002");
        assert_eq!(second.counter.version, 2);
    }

    #[test]
    fn a_year_in_the_prefix_starts_a_series_anew() {
        let prefix: Prefix = "R{YYYY}-".parse().unwrap();
        assert_eq!(prefix.series(date("2026-12-31")), "R2026-");
        assert_eq!(prefix.series(date("2027-01-01")), "R2027-");
        assert_eq!(prefix.series_before(date("2027-01-01")).as_deref(), Some("R2026-"));
        assert_eq!(Prefix::invoices().series_before(date("2027-01-01")), None);
    }
}
