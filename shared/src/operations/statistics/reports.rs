//! Statistics of a range of days, as they are kept: one read for up to 50 days and the 50 before.

use super::calendar_of;
use crate::{
    model::{
        Time, date::Date, id::PaymentLinkId, link_figures::LinkFigures, organization::Organization,
    },
    operations::{Problem, Result},
    store::{Consistency, Key, Table, key},
};

/// Most days of one report.
pub const MAX_DAYS: u32 = 366;

/// Days of a report that nobody chose.
const USUAL_DAYS: u32 = 30;

/// A range of days, both ends included.
#[derive(Debug, Clone, Copy, Default)]
pub struct Days {
    /// The first day; when `None`, 30 days end with `to`.
    pub from: Option<Date>,
    /// The last day; when `None`, today, or `from` if that is later.
    pub to: Option<Date>,
}

/// What came of a link, or of all, in a range of days.
#[derive(Debug)]
pub struct Report {
    /// Each day, oldest first; all are there.
    pub days: Vec<(Date, LinkFigures)>,
    /// The sum over all of `days`.
    pub totals: LinkFigures,
    /// The sum of as many days before.
    pub previous: LinkFigures,
    /// As of when the newest of it was counted; `None` where nothing ever was.
    pub as_of: Option<Time>,
}

impl Report {
    /// The first day and the last one.
    pub fn range(&self) -> Option<(Date, Date)> {
        Some((self.days.first()?.0, self.days.last()?.0))
    }

    /// The sum of the newest days.
    pub fn last(&self, days: usize) -> LinkFigures {
        LinkFigures::sum(self.days.iter().rev().take(days).map(|(_, figures)| figures))
    }
}

/// Reads what came of a link, or of everything, in a range of days of the organisation's zone.
///
/// # Errors
/// A range that ends before it begins, or is too long.
pub async fn report(
    store: &Table,
    organization: &Organization,
    link: Option<PaymentLinkId>,
    wish: Days,
    now: Time,
) -> Result<Report> {
    let scope = organization.scope;
    let today = calendar_of(organization)?.day(now);
    let dates = dates(wish, today)?;
    let count = dates.len();
    let first = dates.first().copied().unwrap_or(today);
    let back = u32::try_from(count).unwrap_or(MAX_DAYS);
    let before = (1..=back).filter_map(|days| first.minus_days(days));
    let all: Vec<Date> = dates.iter().copied().chain(before).collect();
    let keys = all.iter().map(|day| match link {
        Some(link) => key::counted_day(scope, Some(link), *day),
        None => key::counted_day_of_all(scope, *day),
    });
    let keys: Vec<Key> = keys.collect();
    let found = store.figures(&keys, Consistency::Eventual).await?;
    let figures: Vec<LinkFigures> = found.into_iter().map(|kept| kept.figures).collect();
    let (asked, before) = figures.split_at(count.min(figures.len()));
    let (totals, previous) = (LinkFigures::sum(asked), LinkFigures::sum(before));
    let as_of = Some(totals.as_of.max(previous.as_of)).filter(|at| *at > Time::EPOCH);
    let days = dates.into_iter().zip(asked.iter().cloned()).collect();
    Ok(Report { days, totals, previous, as_of })
}

/// The days of a report: all from the first to the last.
fn dates(wish: Days, today: Date) -> Result<Vec<Date>> {
    let to = match (wish.from, wish.to) {
        (_, Some(to)) => to,
        (Some(from), None) => today.max(from),
        (None, None) => today,
    };
    let from = wish.from.or_else(|| to.minus_days(USUAL_DAYS - 1)).unwrap_or(to);
    if from > to {
        return Err(Problem::field("to", "must not be before from"));
    }
    let days = (0..MAX_DAYS).map(|days| from.plus_days(days)).take_while(|day| *day <= to);
    let days: Vec<Date> = days.collect();
    if days.last().is_some_and(|last| *last < to) {
        return Err(Problem::field("to", format!("must be at most {MAX_DAYS} days from from")));
    }
    Ok(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_report_has_the_last_30_days_unless_others_are_asked_for() {
        let today = day("2026-03-01");
        let usual = dates(Days::default(), today).unwrap();
        assert_eq!((usual.len(), usual[0], usual[29]), (30, day("2026-01-31"), today));
        let from = Days { from: Some(day("2026-02-27")), to: None };
        assert_eq!(dates(from, today).unwrap().len(), 3);
        let both = Days { from: Some(day("2025-03-01")), to: Some(today) };
        assert_eq!(dates(both, today).unwrap().len(), 366);
    }

    #[test]
    fn ranges_that_are_too_long_or_backwards_are_refused() {
        let today = day("2026-03-02");
        let long = Days { from: Some(day("2025-03-01")), to: Some(today) };
        assert!(dates(long, today).is_err());
        let backwards = Days { from: Some(today), to: Some(day("2026-03-01")) };
        assert!(dates(backwards, today).is_err());
    }
}
