//! Keys of statistics: see the table in [`super`].

use super::{Key, scoped};
use crate::model::{Scope, Time, calendar::Hour, date::Date, id::PaymentLinkId};

/// Of what something was counted: of a link, or, without one, of all payments that have none.
fn of(link: Option<PaymentLinkId>) -> String {
    link.map_or_else(|| "none".to_owned(), |link| link.to_string())
}

/// What came of a link in an hour.
pub fn counted_hour(s: Scope, link: Option<PaymentLinkId>, hour: Hour) -> Key {
    Key::new(counted_days(s, hour.day), format!("{}{:015}", counted_hours(link), hour.start.ms()))
}

/// How hours of a link begin, in the partition of their day.
pub fn counted_hours(link: Option<PaymentLinkId>) -> String {
    format!("h#{}#", of(link))
}

/// The first moment of the hour that a sort key names.
pub fn start_of_hour(sk: &str) -> Option<Time> {
    sk.rsplit_once('#')?.1.parse().ok().map(Time::from_ms)
}

/// What came of a link in a day.
pub fn counted_day(s: Scope, link: Option<PaymentLinkId>, day: Date) -> Key {
    Key::new(counted_days(s, day), format!("d#{}", of(link)))
}

/// What came of everything in a day.
pub fn counted_day_of_all(s: Scope, day: Date) -> Key {
    Key::new(counted_days(s, day), "all")
}

/// Everything that was counted in a day.
pub fn counted_days(s: Scope, day: Date) -> String {
    format!("{}#{day}", scoped("stat", s))
}

/// What came of a link in a month of its tenant's calendar.
pub fn counted_month(s: Scope, link: PaymentLinkId, year: i64, month: i64) -> Key {
    Key::new(format!("{}#{year:04}-{month:02}", scoped("stat", s)), format!("m#{link}"))
}
