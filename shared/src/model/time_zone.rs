//! Time zones of the IANA database, which is compiled in: a function has no files to look into, and
//! the same release gives the same dates everywhere.

use super::{Invalid, Time, date::Date};
use jiff::{Timestamp, tz};
use std::{fmt, str::FromStr};

/// A time zone, by its name in the IANA database: `Europe/Berlin`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TimeZone(String);

impl TimeZone {
    /// Its name as the IANA database writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The date there at a moment.
    pub fn date(&self, at: Time) -> Date {
        let there = tz::TimeZone::get(&self.0).ok().and_then(|zone| {
            let local = zone.to_datetime(Timestamp::from_millisecond(at.ms()).ok()?).date();
            Date::new(local.year().into(), local.month().into(), local.day().into())
        });
        // A name is looked up before it is kept.
        there.unwrap_or_else(|| Date::utc(at))
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TimeZone {
    type Err = Invalid;

    /// A name of the database, in any case; kept as the database writes it.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = tz::TimeZone::get(text).ok();
        let name = known.as_ref().and_then(|zone| zone.iana_name()).map(str::to_owned);
        name.map(Self).ok_or_else(|| Invalid::new("must be a time zone such as Europe/Berlin"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(zone: &str, at: &str) -> String {
        let zone: TimeZone = zone.parse().unwrap();
        zone.date(Time::parse(at).unwrap()).to_string()
    }

    #[test]
    fn the_date_is_that_of_the_zone() {
        assert_eq!(date("UTC", "2026-12-31T23:30:00Z"), "2026-12-31");
        assert_eq!(date("Europe/Berlin", "2026-12-31T23:30:00Z"), "2027-01-01");
        assert_eq!(date("America/New_York", "2027-01-01T04:59:59.999Z"), "2026-12-31");
        assert_eq!(date("Pacific/Kiritimati", "2026-12-31T10:00:00Z"), "2027-01-01");
    }

    #[test]
    fn summer_time_counts() {
        assert_eq!(date("Europe/Berlin", "2026-07-01T22:00:00Z"), "2026-07-02");
        assert_eq!(date("Europe/Berlin", "2026-01-01T22:59:59Z"), "2026-01-01");
    }

    #[test]
    fn only_names_of_the_database_are_zones() {
        assert_eq!("europe/berlin".parse::<TimeZone>().unwrap().as_str(), "Europe/Berlin");
        for text in ["", "Berlin", "+02:00", "Europe/Atlantis", "../etc/passwd", "CEST"] {
            assert!(text.parse::<TimeZone>().is_err(), "{text}");
        }
    }
}
