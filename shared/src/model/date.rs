//! Civil dates, as documents carry them: without a time of day, of the calendar of some time zone.

use super::{
    Invalid, Time,
    time::{civil, days_from_civil},
};
use std::{fmt, str::FromStr};

/// A date of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i64);

impl Date {
    /// The date in UTC at a moment.
    pub const fn utc(at: Time) -> Self {
        Self(at.ms().div_euclid(86_400_000))
    }

    /// A date that exists; `None` for any other.
    pub fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        (1970..=9999).contains(&year).then(|| days_from_civil(year, month, day).map(Self)).flatten()
    }

    /// The year alone, such as 2026: numbers of documents may begin with it.
    pub fn year(self) -> i64 {
        civil(self.0).0
    }

    /// Year, month and day.
    pub fn parts(self) -> (i64, i64, i64) {
        civil(self.0)
    }

    /// This many days later.
    pub fn plus_days(self, days: u32) -> Self {
        Self(self.0.saturating_add(i64::from(days)))
    }

    /// This many days earlier; `None` before 1970.
    pub fn minus_days(self, days: u32) -> Option<Self> {
        Some(Self(self.0 - i64::from(days))).filter(|date| date.0 >= 0)
    }

    /// The moment in UTC with which interfaces that know no dates write it.
    pub fn midnight(self) -> Time {
        Time::from_ms(self.0.saturating_mul(86_400_000))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Date {
    type Err = Invalid;

    /// Reads four, two and two digits, such as `2026-11-26`, of a date from 1970 to 9999.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digits = |part: Option<&str>, length: usize| {
            let part = part.filter(|part| part.len() == length);
            part.filter(|part| part.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
        };
        let mut parts = text.splitn(3, '-');
        let date = (|| {
            let year = digits(parts.next(), 4)?;
            let month = digits(parts.next(), 2)?;
            Self::new(year, month, digits(parts.next(), 2)?)
        })();
        date.ok_or_else(|| Invalid::new("must be a date such as 2026-11-26"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_and_read_alike() {
        for text in ["1970-01-01", "2024-02-29", "2026-11-26", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in
            ["", "2026-2-1", "2026-02-30", "2026-13-01", "26-01-01", "2026-01-01T00", "+026-01-01"]
        {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_date_knows_its_year_its_midnight_and_what_comes_later() {
        let last: Date = "2026-12-31".parse().unwrap();
        assert_eq!((last.year(), last.plus_days(1).year()), (2026, 2027));
        assert_eq!(last.plus_days(30).to_string(), "2027-01-30");
        assert_eq!(last.midnight().rfc3339_ms(), "2026-12-31T00:00:00.000Z");
        assert_eq!(Date::utc(last.midnight().plus_ms(86_399_999)), last);
    }
}
