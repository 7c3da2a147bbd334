//! Statistics: a cache of a query. What happened in an hour is counted from the records themselves,
//! days are sums of hours, months of days, and all that came of a link is the sum of its months.
//! Nothing is ever added to a number, so it does not matter how often, when and in which order an hour
//! is counted: twice, half and too late end in the same figures.
//!
//! Every sum is guarded by the version that it had *before* its parts were read: who read old parts
//! finds a newer sum, and reads again.

mod asking;
mod counting;
mod nightly;
mod reports;

pub use asking::ask;
pub use counting::{COUNTED_DAYS, count_span};
pub use nightly::{DayRange, RecountReport, RecountWish, recount};
pub use reports::{Days, MAX_DAYS, Report, report};

use super::{Problem, Result};
use crate::{
    model::{
        Invalid, Scope, Time, calendar::Calendar, date::Date, id::PaymentLinkId,
        organization::Organization,
    },
    queue::sqs::Count,
    store::{Table, statistics::Span},
};
use futures_util::{StreamExt, stream};
use std::collections::{BTreeMap, BTreeSet};

/// Hours that are counted at the same time.
const AT_ONCE: usize = 8;

/// What one message asks for.
struct Asked {
    scope: Scope,
    link: Option<PaymentLinkId>,
    at: Time,
}

/// Counts every hour that a batch of messages names, each once, and answers for each message why its
/// hours could not be counted. All messages of a tenant fail together: counting again is harmless.
pub async fn count(store: &Table, messages: &[String], now: Time) -> Vec<Option<String>> {
    let asked: Vec<std::result::Result<Asked, String>> =
        messages.iter().map(|it| read(it)).collect();
    let mut by_tenant: BTreeMap<(String, &'static str), Vec<&Asked>> = BTreeMap::new();
    for asked in asked.iter().flatten() {
        let tenant = (asked.scope.tenant.to_string(), asked.scope.mode.as_str());
        by_tenant.entry(tenant).or_default().push(asked);
    }
    let mut failed: BTreeMap<(String, &'static str), String> = BTreeMap::new();
    for (tenant, asked) in by_tenant {
        if let Err(problem) = count_of_tenant(store, &asked, now).await {
            failed.insert(tenant, problem.into());
        }
    }
    let told = asked.into_iter().map(|asked| match asked {
        Ok(asked) => {
            failed.get(&(asked.scope.tenant.to_string(), asked.scope.mode.as_str())).cloned()
        }
        Err(why) => Some(why),
    });
    told.collect()
}

fn read(message: &str) -> std::result::Result<Asked, String> {
    let count: Count = serde_json::from_str(message).map_err(|error| error.to_string())?;
    let (scope, link, at) = count.parts().ok_or_else(|| format!("not an hour: {message}"))?;
    Ok(Asked { scope, link, at })
}

async fn count_of_tenant(store: &Table, asked: &[&Asked], now: Time) -> Result<()> {
    let Some(scope) = asked.first().map(|first| first.scope) else { return Ok(()) };
    let calendar = calendar(store, scope, now).await?;
    let hours = asked.iter().map(|asked| (asked.link, calendar.hour(asked.at)));
    let hours: BTreeSet<_> = hours.collect();
    // What belongs to one link is counted by one after the other, so that they do not collide.
    let mut by_link: BTreeMap<Option<PaymentLinkId>, Vec<_>> = BTreeMap::new();
    for (link, hour) in hours {
        by_link.entry(link).or_default().push(hour);
    }
    let counted = stream::iter(by_link).map(|(link, hours)| {
        let calendar = &calendar;
        async move {
            let mut days = BTreeSet::new();
            for hour in hours {
                let span = Span { from: hour.start, until: hour.end };
                days.extend(count_span(store, calendar, scope, link, span, now).await?.days);
            }
            Ok::<_, Problem>(days)
        }
    });
    let counted: Vec<Result<BTreeSet<Date>>> = counted.buffer_unordered(AT_ONCE).collect().await;
    let mut days = BTreeSet::new();
    for one in counted {
        days.extend(one?);
    }
    for day in days {
        counting::sum_day_of_all(store, scope, day).await?;
    }
    Ok(())
}

/// The days of an organisation's statistics.
async fn calendar(store: &Table, scope: Scope, now: Time) -> Result<Calendar> {
    calendar_of(&store.organization(scope, now).await?)
}

fn calendar_of(organization: &Organization) -> Result<Calendar> {
    organization.calendar().map_err(|Invalid(why)| Problem::internal(why))
}
