//! Points in time: UTC milliseconds since 1970. The model never asks for "now", it is told.

use super::Invalid;

/// A moment, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// The last moment this system can name: 9999-12-31T23:59:59.999Z.
const LATEST_MS: i64 = 253_402_300_799_999;

impl Time {
    /// 1970-01-01T00:00:00Z, the earliest moment that this system can name.
    pub const EPOCH: Self = Self(0);

    /// The last moment there is: what never ends, ends here.
    pub const NEVER: Self = Self(LATEST_MS);

    /// From milliseconds since the epoch; clamped to years 1970 to 9999.
    pub fn from_ms(ms: i64) -> Self {
        Self(ms.clamp(0, LATEST_MS))
    }

    /// Milliseconds since the epoch.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    pub const fn seconds(self) -> i64 {
        self.0 / 1000
    }

    /// This many seconds later (or earlier, when negative).
    pub fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_ms(seconds.saturating_mul(1000))
    }

    /// This many milliseconds later.
    pub fn plus_ms(self, ms: i64) -> Self {
        Self::from_ms(self.0.saturating_add(ms))
    }

    /// This many days later.
    pub fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(86_400))
    }

    /// Milliseconds from `earlier` to this moment; negative when it is later.
    pub const fn ms_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// Calendar month, counted from January of year 0, so that months can be stepped through.
    pub fn month(self) -> Month {
        let (year, month, _) = civil(self.0.div_euclid(86_400_000));
        Month(year * 12 + month - 1)
    }

    /// RFC 3339 in UTC with `Z`: whole seconds, or milliseconds where there are any.
    pub fn rfc3339(self) -> String {
        let (year, month, day) = civil(self.0.div_euclid(86_400_000));
        let ms = self.0.rem_euclid(86_400_000);
        let (h, m, s, frac) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
        let date = format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}");
        if frac == 0 { format!("{date}Z") } else { format!("{date}.{frac:03}Z") }
    }

    /// RFC 3339 in UTC with `Z`, always with milliseconds.
    pub fn rfc3339_ms(self) -> String {
        let text = self.rfc3339();
        match text.strip_suffix('Z') {
            Some(whole) if self.0 % 1000 == 0 => format!("{whole}.000Z"),
            Some(_) | None => text,
        }
    }

    /// Reads RFC 3339 (`2026-11-21T10:00:00Z`, fractions and offsets allowed).
    ///
    /// # Errors
    /// Text that is not such a date and time, or a date that does not exist.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        parse(text).ok_or_else(|| {
            let lost_plus = text.rsplit_once(' ').is_some_and(|(before, zone)| {
                before.contains([':', 'T']) && zone.len() == 5 && zone.contains(':')
            });
            let at_60 = text.get(16..19) == Some(":60");
            Invalid::new(if instant(text).is_some() {
                "has a moment outside the years 1970 to 9999"
            } else if at_60 {
                "has a leap second: seconds go from 00 to 59"
            } else if lost_plus {
                "has a space where the offset's + was: in a URL, + is written %2B"
            } else {
                "must be a date and time in RFC 3339, for example 2026-11-21T10:00:00Z"
            })
        })
    }
}

/// A calendar month; lists are kept in one partition a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(i64);

impl Month {
    /// The month before this one.
    pub const fn previous(self) -> Self {
        Self(self.0 - 1)
    }

    /// The month after this one.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

/// Year, month and day of a day number since 1970 (the proleptic Gregorian calendar; the
/// era-based algorithm of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
pub(super) fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

/// Day number since 1970 of a date that exists; the inverse of [`civil`].
pub(super) fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let y = year - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468;
    (civil(days) == (year, month, day)).then_some(days)
}

fn parse(text: &str) -> Option<Time> {
    instant(text).filter(|ms| (0..=LATEST_MS).contains(ms)).map(Time)
}

/// Milliseconds since the epoch of any moment that RFC 3339 can write.
fn instant(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let mut parts = date.splitn(3, '-');
    let (y, mo, d) = (parts.next()?, parts.next()?, parts.next()?);
    let days = days_from_civil(digits(y, 4)?, digits(mo, 2)?, digits(d, 2)?)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let mut parts = clock.splitn(3, ':');
    let (h, m) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let s = digits(parts.next()?, 2)?;
    if h > 23 || m > 59 || s > 59 {
        return None;
    }
    let (ms, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let (fraction, zone) = rest.split_at_checked(end)?;
            let padded = format!("{fraction:0<3}");
            ((1..=9).contains(&end).then(|| digits(padded.get(..3)?, 3))??, zone)
        }
        None => (0, rest),
    };
    let offset_minutes = match zone {
        "Z" | "z" => 0,
        _ => {
            let (sign, hm) = zone.split_at_checked(1)?;
            let (zh, zm) = hm.split_once(':')?;
            let (hours, minutes) = (digits(zh, 2)?, digits(zm, 2)?);
            // No place on Earth is further from Greenwich than 14 hours; RFC 3339 allows 23:59.
            if hours > 23 || minutes > 59 {
                return None;
            }
            let minutes = hours * 60 + minutes;
            match sign {
                "+" => minutes,
                "-" => -minutes,
                _ => return None,
            }
        }
    };
    Some((days * 86_400 + h * 3600 + m * 60 + s - offset_minutes * 60) * 1000 + ms)
}

fn digits(text: &str, len: usize) -> Option<i64> {
    (text.len() == len && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_written_where_they_are_asked_for() {
        for (ms, text) in [
            (1_795_255_200_000, "2026-11-21T10:00:00.000Z"),
            (1_795_255_200_020, "2026-11-21T10:00:00.020Z"),
        ] {
            assert_eq!(Time::from_ms(ms).rfc3339_ms(), text);
        }
        assert_eq!(Time::NEVER.rfc3339_ms(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn times_survive_writing_and_reading() {
        for ms in [0, 1, 951_782_400_000, 1_709_164_800_123, LATEST_MS, 4_107_542_400_000] {
            assert_eq!(Time::parse(&Time::from_ms(ms).rfc3339()), Ok(Time::from_ms(ms)));
        }
        assert_eq!(Time::from_ms(1_795_255_200_000).rfc3339(), "2026-11-21T10:00:00Z");
        assert_eq!(Time::parse("2026-11-21T12:00:00.5+02:00").unwrap().ms(), 1_795_255_200_500);
    }

    #[test]
    fn an_offset_whose_plus_became_a_space_is_told_so() {
        let why = |text| Time::parse(text).unwrap_err().0;
        assert!(why("2026-11-21T10:00:00 02:00").contains("%2B"));
        assert!(!why("2026-11-21 10:00").contains("%2B"));
        assert!(!why("tomorrow").contains("%2B"));
    }

    #[test]
    fn moments_before_1970_or_after_9999_are_told_so() {
        for text in
            ["1900-01-01T00:00:00Z", "1970-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"]
        {
            let why = Time::parse(text).unwrap_err().0;
            assert_eq!(why, "has a moment outside the years 1970 to 9999", "{text}");
        }
        assert!(Time::parse("1900-02-30T00:00:00Z").unwrap_err().0.contains("RFC 3339"));
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for text in [
            "2026-02-30T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "1969-12-31T23:59:59Z",
            "２026-01-01T00:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+99:99",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00-01:60",
        ] {
            assert!(Time::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn months_step_back_over_the_new_year() {
        let january = Time::parse("2026-01-15T00:00:00Z").unwrap().month();
        assert_eq!(january.to_string(), "2026-01");
        assert_eq!(january.previous().to_string(), "2025-12");
        assert_eq!(january.previous().next(), january);
    }
}
