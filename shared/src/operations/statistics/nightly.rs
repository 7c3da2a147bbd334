//! Counting a range of days again: each night the last two, and whatever an operator asks for. A
//! difference means that a message was lost or counted wrongly; it is mended, and rings an alarm. The
//! same message asks for the names that a payment is found by, so they are mended with it.

use super::{COUNTED_DAYS, calendar, count_span, counting::sum_day_of_all};
use crate::{
    model::{Scope, Time, date::Date, id::PaymentLinkId},
    operations::{
        Problem, Result,
        problem::FieldError,
        search::{SearchKeys, keep_missing},
    },
    store::{
        Consistency, Query, Table, key, meter::Stopwatch, payment_link::MAX_ROWS, statistics::Span,
    },
};
use futures_util::{StreamExt, stream};

/// Links that are counted at the same time.
const AT_ONCE: usize = 8;

/// After this long no further tenant or chunk of links is begun.
const TIMEOUT_MICROS: u64 = 780_000_000;

/// A day is over for this long, in hours, before the night counts it: what began in it has ended.
const SETTLED_HOURS: i64 = 3;

/// Whole days of a tenant.
#[derive(Debug, Clone, Copy)]
pub struct DayRange {
    /// The first day, which counts as well.
    pub first: Date,
    /// The last day, which counts as well.
    pub last: Date,
}

/// Which days of whom are counted again, to be compared with what is kept.
#[derive(Debug, Clone, Copy)]
pub struct RecountWish {
    /// One tenant's; every tenant's when `None`.
    pub scope: Option<Scope>,
    /// The first and the last day; the last two that are over when `None`.
    pub days: Option<DayRange>,
}

/// What a run has seen.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct RecountReport {
    /// Tenants, counted once for each mode.
    pub tenants: u64,
    /// Links that were counted, payments without a link among them.
    pub links: u64,
    /// Hours whose figures were others.
    pub differences: u64,
    /// Names of payments that were missing.
    pub names: u64,
    /// Whether the run ended before all was counted.
    pub unfinished: bool,
}

/// Counts again.
///
/// # Errors
/// A range that reaches further back than the records that are counted.
pub async fn recount(
    store: &Table,
    keys: &SearchKeys,
    wish: RecountWish,
    now: Time,
) -> Result<RecountReport> {
    let stopwatch = Stopwatch::start();
    let scopes = match wish.scope {
        Some(scope) => vec![scope],
        None => scopes(store).await?,
    };
    let mut report = RecountReport::default();
    for scope in scopes {
        if stopwatch.micros() > TIMEOUT_MICROS {
            report.unfinished = true;
            break;
        }
        recount_tenant(store, keys, scope, wish.days, now, &stopwatch, &mut report).await?;
        report.tenants += 1;
    }
    Ok(report)
}

async fn recount_tenant(
    store: &Table,
    keys: &SearchKeys,
    scope: Scope,
    days: Option<DayRange>,
    now: Time,
    stopwatch: &Stopwatch,
    report: &mut RecountReport,
) -> Result<()> {
    let calendar = calendar(store, scope, now).await?;
    let (from, until) = match days {
        Some(DayRange { first, last }) => {
            (calendar.start_of(first), calendar.start_of(last.plus_days(1)).min(now))
        }
        None => {
            let until = calendar.start_of(calendar.day(now.plus_seconds(-SETTLED_HOURS * 3600)));
            (calendar.start_of(calendar.day(until.plus_days(-2))), until)
        }
    };
    let from = calendar.hour(from).start;
    let until = if until < now { until } else { calendar.hour(now).end };
    if from < now.plus_days(-COUNTED_DAYS) {
        let oldest = calendar.day(now.plus_days(1 - COUNTED_DAYS));
        let message = format!("must be {oldest} or later: older checkouts may be deleted by now");
        return Err(Problem::Invalid(vec![FieldError { field: "from".to_owned(), message }]));
    }
    let links = store.link_rows(scope, None, MAX_ROWS).await?.rows;
    let links: Vec<Option<PaymentLinkId>> =
        links.iter().map(|row| Some(row.id)).chain([None]).collect();
    for chunk in links.chunks(AT_ONCE * 10) {
        if stopwatch.micros() > TIMEOUT_MICROS {
            report.unfinished = true;
            break;
        }
        let counted = stream::iter(chunk.iter().copied()).map(|link| {
            let (calendar, span) = (&calendar, Span { from, until });
            async move {
                let counted = count_span(store, calendar, scope, link, span, now).await?;
                let names = keep_missing(store, keys, scope, link, span).await?;
                Ok::<_, Problem>((counted.differences, names))
            }
        });
        let counted: Vec<_> = counted.buffer_unordered(AT_ONCE).collect().await;
        for one in counted {
            let (differences, names) = one?;
            report.differences += differences;
            report.names += names;
            report.links += 1;
        }
    }
    let mut at = from;
    while at < until {
        let day = calendar.day(at);
        sum_day_of_all(store, scope, day).await?;
        while at < until && calendar.day(at) == day {
            at = calendar.hour(at).end;
        }
    }
    Ok(())
}

/// Every tenant, in each of its modes.
async fn scopes(store: &Table) -> Result<Vec<Scope>> {
    let query = Query {
        index: None,
        pk: key::tenants(),
        from: "0".to_owned(),
        to: "~".to_owned(),
        consistency: Consistency::Eventual,
        oldest_first: true,
        limit: u32::MAX - 1,
    };
    let page = store.query(query).await?;
    let scopes = page.items.iter().filter_map(|item| {
        let (tenant, mode) = item.text("sk").ok()?.split_once('#')?;
        Some(Scope { tenant: tenant.parse().ok()?, mode: mode.parse().ok()? })
    });
    Ok(scopes.collect())
}
