//! Time zones: what a moment is called on the clocks of a place.

use super::{Invalid, Time};
use jiff::{Timestamp, tz::TimeZone};
use std::str::FromStr;

/// A time zone of the IANA database, which is built in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

impl Zone {
    /// The database's own spelling of the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Seconds that clocks of the place are ahead of UTC at a moment.
    pub fn offset_s(&self, at: Time) -> i64 {
        let moment = Timestamp::from_millisecond(at.ms()).unwrap_or(Timestamp::UNIX_EPOCH);
        self.rules.to_offset(moment).seconds().into()
    }

    /// RFC 3339 with the place's own offset, to the second: `2026-11-26T11:21:41+01:00`.
    pub fn rfc3339(&self, at: Time) -> String {
        let ahead = self.offset_s(at);
        let local = Time::from_ms((at.seconds() + ahead) * 1000).rfc3339();
        let local = local.trim_end_matches('Z');
        let (sign, minutes) = (if ahead < 0 { '-' } else { '+' }, ahead.abs() / 60);
        format!("{local}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl FromStr for Zone {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("must be a time zone such as Europe/Berlin");
        let rules = TimeZone::get(text).map_err(|_| invalid())?;
        let name = rules.iana_name().ok_or_else(invalid)?.to_owned();
        Ok(Self { name, rules })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(zone: &str, at: &str) -> String {
        zone.parse::<Zone>().unwrap().rfc3339(Time::parse(at).unwrap())
    }

    #[test]
    fn moments_are_called_by_the_clocks_of_the_place() {
        for (zone, at, local) in [
            ("UTC", "2026-11-26T10:21:41Z", "2026-11-26T10:21:41+00:00"),
            ("Europe/Berlin", "2026-07-01T10:00:00Z", "2026-07-01T12:00:00+02:00"),
            // The hour that happens twice.
            ("Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00+02:00"),
            ("Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00+01:00"),
            ("Asia/Kolkata", "2026-11-25T18:30:00.999Z", "2026-11-26T00:00:00+05:30"),
            ("America/St_Johns", "2026-01-01T00:00:00Z", "2025-12-31T20:30:00-03:30"),
        ] {
            assert_eq!(shown(zone, at), local, "{zone} {at}");
        }
    }

    #[test]
    fn zones_have_names_of_the_database() {
        assert_eq!("europe/berlin".parse::<Zone>().unwrap().name(), "Europe/Berlin");
        for text in ["", "Europe/Nowhere", "+01:00", "../etc/passwd", "CET-1CEST"] {
            assert!(text.parse::<Zone>().is_err(), "{text}");
        }
    }
}
