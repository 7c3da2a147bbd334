//! Lists: newest first, one partition a month, cut into pages.
//!
//! Sort keys are UUIDs that begin with their time, so a cursor is simply the last id seen, and a
//! range of time is a range of ids.

use super::{Consistency, Corrupt, Error, Index, Item, Query, Result, Table, key};
use crate::model::{Id, Time, time::Month};
use futures_util::future::try_join_all;
use uuid::Uuid;

/// Largest page.
pub const MOST_PER_PAGE: u32 = 100;

/// Months looked through for one page; a list with longer gaps goes on with the next page.
const MOST_MONTHS: u32 = 24;

/// Which part of a list.
#[derive(Debug, Clone)]
pub struct Slice {
    /// Only what was made before this one.
    pub before: Option<Uuid>,
    /// Only what was made at or after this moment: the tenant's beginning, or a filter.
    pub from: Time,
    /// Only what was made before or at this moment.
    pub until: Time,
    /// At most this many, 1 to [`MOST_PER_PAGE`].
    pub limit: u32,
}

/// A page of a list.
#[derive(Debug)]
pub struct Listing<T> {
    /// What was found, newest first.
    pub entries: Vec<T>,
    /// Where the next page starts; `None` at the end of the list.
    pub next: Option<Uuid>,
}

impl Slice {
    /// The lowest sort key of the slice.
    #[must_use]
    pub fn lowest(&self) -> String {
        key::ids_from(self.from)
    }

    /// The highest sort key of the slice: what sorts right before the cursor.
    #[must_use]
    pub fn highest(&self) -> String {
        let end = format!("{}~", key::ids_from(self.until));
        match self.before {
            Some(before) => {
                Uuid::from_u128(before.as_u128().saturating_sub(1)).to_string().min(end)
            }
            None => end,
        }
    }

    fn newest_month(&self) -> Month {
        let until = self.until.month();
        match self.before {
            Some(before) => {
                let ms = i64::try_from(before.as_u128() >> 80).unwrap_or(0);
                Time::from_ms(ms).month().min(until)
            }
            None => until,
        }
    }
}

impl Listing<Item> {
    /// Cuts what was found down to one page.
    pub(super) fn cut(mut items: Vec<Item>, limit: u32, sk: &str) -> Result<Self> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| more);
        let next = last.map(|item| leading_uuid(item, sk)).transpose()?;
        Ok(Self { entries: items, next })
    }
}

impl<T> Listing<T> {
    /// Nothing at all.
    #[must_use]
    pub const fn empty() -> Self {
        Self { entries: Vec::new(), next: None }
    }

    /// The same page with each entry read.
    pub(super) fn try_map<U>(
        self,
        read: impl Fn(&T) -> std::result::Result<U, Corrupt>,
    ) -> Result<Listing<U>> {
        let entries = self.entries.iter().map(read).collect::<std::result::Result<_, _>>();
        Ok(Listing { entries: entries.map_err(Error::from)?, next: self.next })
    }

    /// The same page with fewer entries: filters may make pages short.
    pub(super) fn keep(mut self, wanted: impl Fn(&T) -> bool) -> Self {
        self.entries.retain(|entry| wanted(entry));
        self
    }
}

impl Table {
    /// One page of a list that is kept by month, walking back from the newest.
    pub(super) async fn list_by_month(
        &self,
        partition: impl Fn(Month) -> String,
        slice: &Slice,
    ) -> Result<Listing<Item>> {
        self.list_merged(&[None], partition, slice).await
    }

    /// The same where some of the list's items are in the table and others in an index. All places
    /// are asked at once and hold different items.
    pub(super) async fn list_merged(
        &self,
        places: &[Option<Index>],
        partition: impl Fn(Month) -> String,
        slice: &Slice,
    ) -> Result<Listing<Item>> {
        let limit = slice.limit.min(MOST_PER_PAGE);
        let wanted = limit.saturating_add(1);
        let mut found: Vec<Item> = Vec::new();
        let mut month = slice.newest_month();
        let mut oldest_seen = month;
        for _ in 0..MOST_MONTHS {
            let left = wanted.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
            if left == 0 || month < slice.from.month() {
                break;
            }
            let asked = places.iter().map(|index| {
                self.query(Query {
                    index: *index,
                    pk: partition(month),
                    from: slice.lowest(),
                    to: slice.highest(),
                    consistency: Consistency::Eventual,
                    oldest_first: false,
                    limit: left,
                })
            });
            let pages = try_join_all(asked).await?;
            let mut items: Vec<Item> = pages.into_iter().flat_map(|page| page.items).collect();
            items.sort_by_cached_key(|item| std::cmp::Reverse(place(item).to_owned()));
            found.extend(items);
            oldest_seen = month;
            month = month.previous();
        }
        let listing = Listing::cut(found, limit, "sk")?;
        let unseen = listing.next.is_none() && month >= slice.from.month();
        let go_on = if unseen { Some(first_id(oldest_seen)?) } else { listing.next };
        Ok(Listing { next: go_on, ..listing })
    }
}

/// Sorts before every id of this month and after all older ones.
fn first_id(month: Month) -> Result<Uuid> {
    let start = Time::parse(&format!("{month}-01T00:00:00Z"))
        .map_err(|_| Error::Corrupt(Item::new().corrupt("sk")))?;
    Ok(*Id::<()>::mint(start, [0; 10]).uuid())
}

/// Where an item stands in its list.
fn place(item: &Item) -> &str {
    item.text_if_any("gsi2sk").or(item.text_if_any("sk")).unwrap_or_default()
}

fn leading_uuid(item: &Item, sk: &str) -> Result<Uuid> {
    let text = if sk == "sk" { place(item) } else { item.text(sk)? };
    let text = text.get(..36).unwrap_or_default();
    Uuid::try_parse(text).map_err(|_| Error::Corrupt(item.corrupt(sk)))
}
