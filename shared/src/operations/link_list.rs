//! Lists of an organisation's links. The order of age is read page by page; any other order, a search
//! and sums take one walk over the rows, which are small for that.

use super::Result;
use crate::{
    model::{
        Currency, Scope, Time,
        id::{PaymentLinkId, ProductId},
        link_figures::LinkFigures,
        payment_link::LinkStatus,
        place::{Place, Sorted, page_of, sortable},
        search::{Words, fold},
    },
    store::{
        Table,
        payment_link::{LinkRow, MAX_ROWS, RowPlace},
    },
};
use std::collections::BTreeMap;

/// Most rows looked at in vain for one page.
const MAX_IN_VAIN: usize = 5_000;

/// Rows of a further read, where the first gave too few.
const CHUNK: u32 = 1_000;

/// Which links a list has.
#[derive(Debug, Default)]
pub struct LinkFilter {
    /// What they are, as far as their rows know.
    pub status: Option<LinkStatus>,
    /// Only links that are switched on, or only those that are off.
    pub active: Option<bool>,
    /// What buyers pay in unless they choose another.
    pub currency: Option<Currency>,
    /// Only links that sell this product; all links when `None`.
    pub product: Option<ProductId>,
    /// Only links that were made at this moment or later.
    pub from: Option<Time>,
    /// Only links that were made at this moment or earlier.
    pub to: Option<Time>,
    /// Deleted ones instead of the others.
    pub deleted: bool,
    /// Words that the name has to hold, case and accents aside.
    pub words: Option<Words>,
}

/// What a list of links is sorted by. Where two have the same, the id decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkOrder {
    /// By when they were made, the newest first.
    Newest,
    /// By when they were made, the oldest first.
    Oldest,
    /// By name, case and accents aside.
    Name,
    /// By name, case and accents aside, backwards.
    NameBackwards,
    /// Those paid most often first.
    Paid,
    /// Those paid last first.
    LastPaid,
    /// Those that end first, first.
    Expiry,
    /// Those that brought most in this currency first.
    Revenue(Currency),
}

/// A page of links that is asked for.
#[derive(Debug)]
pub struct LinkQuery {
    /// What the list is narrowed to.
    pub filter: LinkFilter,
    /// What the page is sorted by; `after` is a place in this order.
    pub order: LinkOrder,
    /// Only what comes after this place.
    pub after: Option<Place>,
    /// How many links a page holds at most.
    pub limit: usize,
    /// Whether sums over all that match are wanted.
    pub aggregates: bool,
}

/// A page of links, with sums over all that match where they were asked for.
#[derive(Debug)]
pub struct FoundLinks {
    /// The links of this page, in the order that was asked for.
    pub rows: Vec<LinkRow>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Place>,
    /// How far rows were looked at in vain.
    pub looked_until: Option<Time>,
    /// Sums over all that match.
    pub aggregates: Option<Aggregates>,
}

/// Sums over all links that a list matches, not over one page of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Aggregates {
    /// How many links match.
    pub links: u32,
    /// Of these, links whose status is active at the time of the request.
    pub active: u32,
    /// How often they were paid.
    pub paid: u32,
    /// What they brought, in minor units.
    pub revenue: BTreeMap<Currency, i64>,
}

/// Links that match, in the order that is asked for; the rows that were looked at are bounded.
pub async fn list(store: &Table, scope: Scope, query: &LinkQuery, now: Time) -> Result<FoundLinks> {
    let by_age = query.order == LinkOrder::Newest;
    if by_age && !query.aggregates && query.filter.words.is_none() {
        return newest(store, scope, query, now).await;
    }
    let page = store.link_rows(scope, None, MAX_ROWS).await?;
    let mut rows = page.rows;
    rows.retain(|row| query.filter.wants(row, now));
    let aggregates = query.aggregates.then(|| Aggregates::of(&rows, now));
    let place = |row: &LinkRow| query.order.place(row);
    let descending = query.order.descending();
    let Sorted { entries, next } =
        page_of(rows, place, descending, query.after.as_ref(), query.limit);
    Ok(FoundLinks { rows: entries, next, looked_until: None, aggregates })
}

/// Rows as they are kept, read after read until there are enough.
async fn newest(store: &Table, scope: Scope, query: &LinkQuery, now: Time) -> Result<FoundLinks> {
    let wanted = query.limit.saturating_add(1);
    let page = |rows: Vec<LinkRow>, next, looked_until| FoundLinks {
        rows,
        next,
        looked_until,
        aggregates: None,
    };
    let mut before = query.after.as_ref().and_then(Place::of_row);
    let (mut found, mut seen): (Vec<LinkRow>, usize) = (Vec::new(), 0);
    loop {
        let first = u32::try_from(wanted).unwrap_or(CHUNK);
        let chunk = if seen == 0 { first } else { CHUNK };
        let read = store.link_rows(scope, before, chunk).await?;
        seen += read.rows.len();
        before = read.rows.last().map(LinkRow::place).or(before);
        found.extend(read.rows.into_iter().filter(|row| query.filter.wants(row, now)));
        if found.len() >= wanted {
            found.truncate(query.limit);
            let next = found.last().map(|row| LinkOrder::Newest.place(row));
            return Ok(page(found, next, None));
        }
        if !read.more {
            return Ok(page(found, None, None));
        }
        if seen >= MAX_IN_VAIN {
            let next = before.map(|before| by_age(before.created_at, before.id));
            return Ok(page(found, next, before.map(|before| before.created_at)));
        }
    }
}

fn by_age(created_at: Time, id: PaymentLinkId) -> Place {
    Place { key: sortable(created_at.ms()), id: *id.uuid() }
}

impl Place {
    /// When the link at a place by age was made, and its id.
    fn of_row(&self) -> Option<RowPlace> {
        let ms = self.key.parse::<i128>().ok()? + i128::from(i64::MIN);
        let created_at = Time::from_ms(i64::try_from(ms).ok()?);
        Some(RowPlace { created_at, id: PaymentLinkId::from_uuid(self.id) })
    }
}

impl LinkFilter {
    fn wants(&self, row: &LinkRow, now: Time) -> bool {
        row.deleted_at.is_some() == self.deleted
            && self.status.is_none_or(|status| row.status_at(now) == status)
            && self.active.is_none_or(|active| row.active == active)
            && self.currency.is_none_or(|currency| row.currency == currency)
            && self.product.is_none_or(|product| row.products.contains(&product))
            && self.from.is_none_or(|from| row.created_at >= from)
            && self.to.is_none_or(|to| row.created_at <= to)
            && self.words.as_ref().is_none_or(|words| words.are_in(&row.name))
    }
}

impl LinkOrder {
    const fn descending(self) -> bool {
        match self {
            Self::Newest | Self::NameBackwards | Self::Paid | Self::LastPaid | Self::Revenue(_) => {
                true
            }
            Self::Oldest | Self::Name | Self::Expiry => false,
        }
    }

    /// Where a link stands in this order.
    pub fn place(self, row: &LinkRow) -> Place {
        let figures = row.figures.as_ref();
        let key = match self {
            Self::Newest | Self::Oldest => sortable(row.created_at.ms()),
            Self::Name | Self::NameBackwards => fold(&row.name),
            Self::Paid => sortable(figures.map_or(0, |figures| figures.paid.into())),
            Self::LastPaid => {
                let at = figures.and_then(|figures| figures.last_paid_at);
                sortable(at.map_or(0, Time::ms))
            }
            Self::Expiry => sortable(row.expires_at.map_or(i64::MAX, Time::ms)),
            Self::Revenue(currency) => {
                let revenue = figures.map(LinkFigures::revenue).unwrap_or_default();
                sortable(revenue.get(&currency).copied().unwrap_or(0))
            }
        };
        Place { key, id: *row.id.uuid() }
    }
}

impl Aggregates {
    fn of(rows: &[LinkRow], now: Time) -> Self {
        let mut sums = Self::default();
        for row in rows {
            sums.links += 1;
            sums.active += u32::from(row.status_at(now) == LinkStatus::Active);
            let Some(figures) = &row.figures else { continue };
            sums.paid += figures.paid;
            for (currency, minor) in figures.revenue() {
                *sums.revenue.entry(currency).or_default() += minor;
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests;
