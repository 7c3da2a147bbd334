//! Days and hours of an organisation: by the clocks of its time zone, and, where it had another one
//! before, by the clocks of that one until then.
//!
//! An hour is a piece of time that lies in one day and in the rule of one zone. So days with 23 or 25
//! hours, zones that are half an hour off, and a change of the zone need no rule of their own: hours
//! never overlap and leave no gap.

use super::{Invalid, Time, date::Date};
use jiff::{Timestamp, civil, tz::TimeZone};

const HOUR_MS: i64 = 3_600_000;

/// The clocks of an organisation, now and before.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Zones of before, each with its end, the oldest first.
    former: Vec<(Time, TimeZone)>,
    current: TimeZone,
}

/// A zone that an organisation had until a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerZone {
    /// The zone's name in the IANA database, such as `Europe/Berlin`.
    pub name: String,
    /// From then on another one counts.
    pub until: Time,
}

/// An hour of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hour {
    /// The day it belongs to.
    pub day: Date,
    /// Its first moment: not always a full hour, as a change of zone begins a new one.
    pub start: Time,
    /// The first moment after it.
    pub end: Time,
}

impl Calendar {
    /// The calendar of a zone, and of those before it, oldest first.
    ///
    /// # Errors
    /// A name that the database of zones does not have.
    pub fn new(current: &str, former: &[FormerZone]) -> Result<Self, Invalid> {
        let zone = |name: &str| {
            TimeZone::get(name).map_err(|_| Invalid::new(format!("{name} is no time zone")))
        };
        let former = former.iter().map(|it| Ok((it.until, zone(&it.name)?)));
        Ok(Self { former: former.collect::<Result<_, _>>()?, current: zone(current)? })
    }

    /// The hour in which a moment lies.
    pub fn hour(&self, at: Time) -> Hour {
        let (since, zone, until) = self.zone_at(at);
        let date = local_date(zone, at);
        let day_start = start_of(zone, date);
        let day_end = start_of(zone, date.tomorrow().unwrap_or(date));
        let passed = at.ms_since(day_start).max(0) / HOUR_MS;
        let start = day_start.plus_ms(passed * HOUR_MS);
        let end = start.plus_ms(HOUR_MS);
        let end = if day_end > start { end.min(day_end) } else { end };
        let day = Date::new(date.year().into(), date.month().into(), date.day().into());
        Hour {
            day: day.unwrap_or_else(|| Date::utc(at)),
            start: start.max(since),
            end: end.min(until),
        }
    }

    /// The day in which a moment lies.
    pub fn day(&self, at: Time) -> Date {
        self.hour(at).day
    }

    /// The first moment of a day by today's clocks.
    pub fn start_of(&self, day: Date) -> Time {
        let (year, month, of_month) = day.parts();
        let part = |number: i64| i8::try_from(number).unwrap_or(1);
        let year = i16::try_from(year).unwrap_or(i16::MAX);
        let date = civil::Date::new(year, part(month), part(of_month));
        date.map_or_else(|_| day.midnight(), |date| start_of(&self.current, date))
    }

    /// Since when, by which clocks, and until when, at a moment.
    fn zone_at(&self, at: Time) -> (Time, &TimeZone, Time) {
        let mut since = Time::EPOCH;
        for (until, zone) in &self.former {
            if at < *until {
                return (since, zone, *until);
            }
            since = *until;
        }
        (since, &self.current, Time::NEVER)
    }
}

fn local_date(zone: &TimeZone, at: Time) -> civil::Date {
    let moment = Timestamp::from_millisecond(at.ms()).unwrap_or(Timestamp::UNIX_EPOCH);
    zone.to_datetime(moment).date()
}

fn start_of(zone: &TimeZone, date: civil::Date) -> Time {
    let first = zone.to_timestamp(date.at(0, 0, 0, 0));
    first.map_or(Time::NEVER, |first| Time::from_ms(first.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    fn hours(zone: &str, from: &str, until: &str) -> Vec<Hour> {
        let calendar = Calendar::new(zone, &[]).unwrap();
        hours_of(&calendar, at(from), at(until))
    }

    fn hours_of(calendar: &Calendar, from: Time, until: Time) -> Vec<Hour> {
        let mut hours = vec![calendar.hour(from)];
        while let Some(last) = hours.last().filter(|last| last.end < until) {
            hours.push(calendar.hour(last.end));
        }
        hours
    }

    #[test]
    fn hard_case_48_a_day_may_have_25_hours_or_23() {
        let autumn = hours("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
        assert_eq!(autumn.len(), 25);
        assert!(autumn.iter().all(|hour| hour.day.to_string() == "2026-10-25"), "{autumn:?}");
        let spring = hours("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
        assert_eq!(spring.len(), 23);
    }

    #[test]
    fn hard_case_48_days_of_india_begin_at_half_past_six() {
        let calendar = Calendar::new("Asia/Kolkata", &[]).unwrap();
        let hour = calendar.hour(at("2026-11-25T18:30:00Z"));
        assert_eq!(
            (hour.day.to_string().as_str(), hour.start),
            ("2026-11-26", at("2026-11-25T18:30:00Z"))
        );
        assert_eq!(calendar.day(at("2026-11-25T18:29:59.999Z")).to_string(), "2026-11-25");
        assert_eq!(calendar.start_of(hour.day), hour.start);
    }

    #[test]
    fn hours_leave_no_gap_and_never_overlap_whatever_the_clocks_do() {
        for zone in
            ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu"]
        {
            let all = hours(zone, "2026-01-01T00:10:00Z", "2027-01-01T00:00:00Z");
            for (one, next) in all.iter().zip(all.iter().skip(1)) {
                assert_eq!(one.end, next.start, "{zone}");
                assert!(one.start < one.end && one.day <= next.day, "{zone}: {one:?}");
            }
        }
    }

    #[test]
    fn another_zone_counts_from_its_moment_on() {
        let until = at("2026-11-26T12:20:00Z");
        let former = FormerZone { name: "UTC".to_owned(), until };
        let calendar = Calendar::new("Pacific/Auckland", &[former]).unwrap();
        let all = hours_of(&calendar, at("2026-11-26T11:00:00Z"), at("2026-11-26T14:00:00Z"));
        let ends: Vec<Time> = all.iter().map(|hour| hour.end).collect();
        assert_eq!(ends.first(), Some(&at("2026-11-26T12:00:00Z")));
        assert_eq!(ends.get(1), Some(&until), "cut where the clocks change");
        assert_eq!(all[1].day.to_string(), "2026-11-26");
        assert_eq!(all[2].day.to_string(), "2026-11-27");
        assert!(all.iter().zip(all.iter().skip(1)).all(|(one, next)| one.end == next.start));
    }

    #[test]
    fn names_of_no_zone_are_refused() {
        assert!(Calendar::new("Mars/Olympus", &[]).is_err());
    }
}
