//! Statistics in the table: sums that were counted from the records themselves, and can be counted
//! again. Each says which version it is of, so that a sum of old parts never replaces a newer one.

mod raw;

pub use raw::Span;

use super::{
    Consistency, Corrupt, Error, Item, Key, Query, Result, Table, Write, key,
    payment_link::{MAX_ROWS, figures_from_item, figures_to_item},
};
use crate::model::{
    Scope, Time, calendar::Hour, date::Date, id::PaymentLinkId, link_figures::LinkFigures,
};

/// Hours are kept this long, in days; days and months for good.
const HOURS_KEPT_DAYS: i64 = 400;

/// Hours of a link in one day, at most: a day has 26 at the very most, and a zone may change in it.
const MAX_HOURS: u32 = 1_000;

/// Figures as they are kept.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The figures as they were last counted; nothing where there is no record.
    pub figures: LinkFigures,
    /// Of which version the record is; 0 where there is none.
    pub version: u64,
}

impl Kept {
    fn none() -> Self {
        Self { figures: LinkFigures::none(Time::EPOCH), version: 0 }
    }
}

impl Table {
    /// Figures as they are kept now, one each in the order of their keys; none count as nothing.
    pub async fn figures(&self, keys: &[Key], consistency: Consistency) -> Result<Vec<Kept>> {
        let found = self.get_many(keys, consistency).await?.into_iter();
        let kept = found.map(|item| item.map_or_else(|| Ok(Kept::none()), |item| kept(&item)));
        Ok(kept.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// The hours of a link in a day, each with its first moment.
    pub async fn counted_hours(
        &self,
        s: Scope,
        link: Option<PaymentLinkId>,
        day: Date,
    ) -> Result<Vec<(Time, Kept)>> {
        let prefix = key::counted_hours(link);
        let items = self.counted(s, day, prefix, MAX_HOURS).await?;
        let hours = items.iter().map(|item| {
            let start = key::start_of_hour(item.text("sk")?).ok_or_else(|| item.corrupt("sk"))?;
            Ok((start, kept(item)?))
        });
        Ok(hours.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// What came of each link in a day, and of the payments that have none.
    pub async fn counted_days(&self, s: Scope, day: Date) -> Result<Vec<LinkFigures>> {
        let items = self.counted(s, day, "d#".to_owned(), MAX_ROWS).await?;
        let days = items.iter().map(|item| kept(item).map(|kept| kept.figures));
        Ok(days.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// The same of links alone, each with its link; may miss the last second.
    pub async fn counted_days_by_link(
        &self,
        s: Scope,
        day: Date,
    ) -> Result<Vec<(PaymentLinkId, LinkFigures)>> {
        let items = self.counted(s, day, "d#".to_owned(), MAX_ROWS).await?;
        let days = items.iter().filter_map(|item| {
            let link = item.text_if_any("sk")?.strip_prefix("d#")?.parse().ok()?;
            Some(kept(item).map(|kept| (link, kept.figures)))
        });
        Ok(days.collect::<std::result::Result<_, Corrupt>>()?)
    }

    async fn counted(&self, s: Scope, day: Date, prefix: String, limit: u32) -> Result<Vec<Item>> {
        let query = Query {
            index: None,
            pk: key::counted_days(s, day),
            to: format!("{prefix}~"),
            from: prefix,
            consistency: Consistency::Strong,
            oldest_first: true,
            limit,
        };
        Ok(self.query(query).await?.items)
    }

    /// Keeps figures in place of those that were read. Answers whether they still were the same.
    pub async fn keep_figures(
        &self,
        key: &Key,
        figures: &LinkFigures,
        before: &Kept,
        until: Option<Time>,
    ) -> Result<bool> {
        let version = before.version + 1;
        let item = key.item().with("v", version).with("fig", figures_to_item(figures));
        let item = item.with_some("ttl", until.map(Time::seconds));
        match self.commit(vec![Write::at_version(item, version)]).await {
            Ok(()) => Ok(true),
            Err(Error::Refused { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    }
}

/// Until when an hour is kept.
pub fn hour_kept_until(hour: Hour) -> Time {
    hour.end.plus_days(HOURS_KEPT_DAYS)
}

fn kept(item: &Item) -> std::result::Result<Kept, Corrupt> {
    Ok(Kept { figures: figures_from_item(item.map("fig")?)?, version: item.number("v")? })
}
