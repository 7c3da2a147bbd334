//! Counting what came of a link in some hours, and every sum that these are part of.

use super::Result;
use crate::{
    model::{
        Scope, Time,
        calendar::{Calendar, Hour},
        date::Date,
        id::PaymentLinkId,
        link_figures::LinkFigures,
    },
    operations::Problem,
    store::{
        Consistency, Error, Key, Table, Write, key,
        payment_link::put_figures,
        statistics::{Kept, Span, hour_kept_until},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// Hours that began longer ago, in days, are not counted again: checkouts that nobody tried are
/// deleted some day. Nothing happens to a checkout that long after it began.
pub const COUNTED_DAYS: i64 = 85;

/// Tries against others who count the same.
const MAX_TRIES: u32 = 8;

/// What a count has changed.
#[derive(Debug, Default)]
pub struct Counted {
    /// Days in which something was counted.
    pub days: BTreeSet<Date>,
    /// Hours that were kept with other figures, or not at all.
    pub differences: u64,
}

/// Counts what came of a link between two moments, or of all payments that have none, and sums it up.
/// Both moments are ends of hours.
///
/// # Errors
/// Others count the same all the time.
pub async fn count_span(
    store: &Table,
    calendar: &Calendar,
    scope: Scope,
    link: Option<PaymentLinkId>,
    span: Span,
    now: Time,
) -> Result<Counted> {
    let Span { from, until } = span;
    if from < now.plus_days(-COUNTED_DAYS) {
        return Ok(Counted::default());
    }
    let mut counted = count_hours(store, calendar, scope, link, span, now).await?;
    let mut at = from;
    while at < until {
        let hour = calendar.hour(at);
        counted.days.insert(hour.day);
        at = hour.end;
    }
    for day in &counted.days {
        sum_day(store, scope, link, *day).await?;
    }
    let Some(link) = link else { return Ok(counted) };
    let months = counted.days.iter().map(|day| (day.parts().0, day.parts().1));
    for (year, month) in months.collect::<BTreeSet<_>>() {
        sum_month(store, scope, link, year, month).await?;
    }
    sum_link(store, scope, link, now).await?;
    Ok(counted)
}

async fn count_hours(
    store: &Table,
    calendar: &Calendar,
    scope: Scope,
    link: Option<PaymentLinkId>,
    span: Span,
    now: Time,
) -> Result<Counted> {
    let days = BTreeSet::from([calendar.day(span.from), calendar.day(span.until.plus_ms(-1))]);
    let mut differences = 0;
    for _ in 0..MAX_TRIES {
        // What is kept is read before what it is counted from.
        let mut kept: BTreeMap<Hour, Kept> = BTreeMap::new();
        let mut day = days.first().copied();
        while let Some(date) = day {
            let hours = store.counted_hours(scope, link, date).await?;
            let ours = hours.into_iter().filter(|(start, _)| span.has(*start));
            kept.extend(ours.map(|(start, hour)| (calendar.hour(start), hour)));
            day =
                Some(date.plus_days(1)).filter(|next| days.last().is_some_and(|last| next <= last));
        }
        let found = count_raw(store, calendar, scope, link, span, now).await?;
        let hours: BTreeSet<Hour> = kept.keys().chain(found.keys()).copied().collect();
        let mut all_kept = true;
        for hour in hours {
            let none = LinkFigures::none(now);
            let after = found.get(&hour).unwrap_or(&none);
            let absent = Kept { figures: LinkFigures::none(now), version: 0 };
            let before = kept.get(&hour).unwrap_or(&absent);
            if !after.counts_as(&before.figures) {
                differences += 1;
                let key = key::counted_hour(scope, link, hour);
                let until = Some(hour_kept_until(hour));
                all_kept &= store.keep_figures(&key, after, before, until).await?;
            }
        }
        if all_kept {
            return Ok(Counted { days: BTreeSet::new(), differences });
        }
    }
    Err(Problem::Contended)
}

/// The figures of each hour with anything in it, from the records themselves.
async fn count_raw(
    store: &Table,
    calendar: &Calendar,
    scope: Scope,
    link: Option<PaymentLinkId>,
    span: Span,
    now: Time,
) -> Result<BTreeMap<Hour, LinkFigures>> {
    let mut hours = Hours { calendar, now, all: BTreeMap::new() };
    if let Some(link) = link {
        for at in store.untried_starts(scope, link, span).await? {
            hours.at(at).count_start();
        }
    }
    for payment in store.attempted_payments(scope, link, span).await? {
        let hour = hours.at(payment.created_at);
        if link.is_some() {
            hour.count_start();
            if payment.succeeded_at().is_some() {
                hour.count_conversion();
            }
        }
        hour.count_attempted(&payment);
    }
    for (at, payment) in store.paid_payments(scope, link, span).await? {
        hours.at(at).count_paid(&payment, at);
    }
    for (at, amount) in store.refunds_ended(scope, link, span).await? {
        hours.at(at).count_refund(amount);
    }
    Ok(hours.all)
}

/// Figures by hour, as far as anything happened in them.
struct Hours<'a> {
    calendar: &'a Calendar,
    now: Time,
    all: BTreeMap<Hour, LinkFigures>,
}

impl Hours<'_> {
    fn at(&mut self, at: Time) -> &mut LinkFigures {
        let none = LinkFigures::none(self.now);
        self.all.entry(self.calendar.hour(at)).or_insert(none)
    }
}

async fn sum_day(store: &Table, s: Scope, link: Option<PaymentLinkId>, day: Date) -> Result<()> {
    let key = key::counted_day(s, link, day);
    for _ in 0..MAX_TRIES {
        let before = one(store, &key).await?;
        let hours = store.counted_hours(s, link, day).await?;
        let sum = LinkFigures::sum(hours.iter().map(|(_, kept)| &kept.figures));
        if put(store, &key, &sum, &before).await? {
            return Ok(());
        }
    }
    Err(Problem::Contended)
}

/// Sums up what came of all links in a day, and of the payments that have none.
pub(super) async fn sum_day_of_all(store: &Table, s: Scope, day: Date) -> Result<()> {
    let key = key::counted_day_of_all(s, day);
    for _ in 0..MAX_TRIES {
        let before = one(store, &key).await?;
        let links = store.counted_days(s, day).await?;
        if put(store, &key, &LinkFigures::sum(&links), &before).await? {
            return Ok(());
        }
    }
    Err(Problem::Contended)
}

async fn sum_month(
    store: &Table,
    s: Scope,
    link: PaymentLinkId,
    year: i64,
    month: i64,
) -> Result<()> {
    let key = key::counted_month(s, link, year, month);
    let days = (1..=31).filter_map(|day| Date::new(year, month, day));
    let days: Vec<Key> = days.map(|day| key::counted_day(s, Some(link), day)).collect();
    for _ in 0..MAX_TRIES {
        let before = one(store, &key).await?;
        let parts = store.figures(&days, Consistency::Strong).await?;
        let sum = LinkFigures::sum(parts.iter().map(|kept| &kept.figures));
        if put(store, &key, &sum, &before).await? {
            return Ok(());
        }
    }
    Err(Problem::Contended)
}

/// Puts all that came of a link into its row.
async fn sum_link(store: &Table, s: Scope, link: PaymentLinkId, now: Time) -> Result<()> {
    let found = store.payment_link(link, Consistency::Strong).await?;
    let Some(link) = found.filter(|link| link.scope == s) else { return Ok(()) };
    // A local date may lie in the month before or after the one of UTC.
    let (mut month, last) = (link.created_at.plus_days(-1), now.plus_days(1));
    let mut months: Vec<Key> = Vec::new();
    while month.month() <= last.month() {
        let (year, number, day) = Date::utc(month).parts();
        months.push(key::counted_month(s, link.id, year, number));
        month = month.plus_days(32 - day);
    }
    for _ in 0..MAX_TRIES {
        let Some((before, written)) = store.row_figures(&link).await? else { return Ok(()) };
        let parts = store.figures(&months, Consistency::Strong).await?;
        let sum = LinkFigures::sum(parts.iter().map(|kept| &kept.figures));
        let same = before.map_or_else(|| sum.are_none(), |before| sum.counts_as(&before));
        if same {
            return Ok(());
        }
        match store.commit(vec![Write::Update(put_figures(&link, &sum, written))]).await {
            Ok(()) => return Ok(()),
            Err(Error::Refused { .. } | Error::Contended) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Problem::Contended)
}

async fn one(store: &Table, key: &Key) -> Result<Kept> {
    let found = store.figures(std::slice::from_ref(key), Consistency::Strong).await?;
    found.into_iter().next().ok_or_else(|| Problem::internal("no figures were answered"))
}

/// Keeps a sum where it differs. Answers whether that is done.
async fn put(store: &Table, key: &Key, sum: &LinkFigures, before: &Kept) -> Result<bool> {
    if sum.counts_as(&before.figures) {
        return Ok(true);
    }
    Ok(store.keep_figures(key, sum, before, None).await?)
}
