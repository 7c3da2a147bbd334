//! Lists: newest first, one partition a month, cut into pages.
//!
//! Sort keys are UUIDs that begin with their time, so a cursor is simply the last id seen, and a
//! range of time is a range of ids.

use super::{Consistency, Corrupt, Error, Index, Item, Query, Result, Table, key};
use crate::model::{
    Id, Time,
    checkout_session::{MAX_SESSION_S, SESSION_S},
    time::Month,
};
use futures_util::future::try_join_all;
use std::mem::take;
use uuid::Uuid;

/// What was made is listed at the latest this long after its `created_at`, in seconds: its id, which
/// decides its place, is drawn when a request begins, no request is served longer than the gateway
/// waits, and an index follows within a second. Whoever asks again from the newest one that was seen
/// goes back by so much.
pub const LISTED_WITHIN_S: i64 = 60;

/// The same of transactions on the links surface, in seconds: one of a shared link is listed from its
/// first card on, which its visit takes for an hour.
pub const TRANSACTION_LISTED_WITHIN_S: i64 = SESSION_S + LISTED_WITHIN_S;

/// The same of card payments on the payments surface, in seconds: a checkout that a server of the
/// links surface made is one of them from its first card on, which it takes for a day.
pub const CARD_PAYMENT_LISTED_WITHIN_S: i64 = MAX_SESSION_S + LISTED_WITHIN_S;

/// Most entries in one page of a list.
pub const MAX_PER_PAGE: u32 = 100;

/// Records looked at for one page of a list with a filter.
pub const MAX_LOOKED_AT: u32 = 2_000;

/// The same on the links surface, whose contract names the number.
pub const MAX_LOOKED_AT_ON_LINKS: u32 = 5_000;

/// Records read at once where a filter has left a page unfilled.
const MAX_PER_READ: u32 = 500;

/// Months looked through for one page; a list with longer gaps goes on with the next page.
const MAX_MONTHS: u32 = 24;

/// Which part of a list.
#[derive(Debug, Clone)]
pub struct Slice {
    /// Only what was made before this one.
    pub before: Option<Uuid>,
    /// Only what was made at or after this moment: the tenant's beginning, or a filter.
    pub from: Time,
    /// Only what was made before or at this moment.
    pub until: Time,
    /// At most this many, 1 to [`MAX_PER_PAGE`].
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
    pub fn lowest(&self) -> String {
        key::ids_from(self.from)
    }

    /// The highest sort key of the slice: what sorts right before the cursor.
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

/// Where some of a list's items are: in the table or an index, in a partition a month.
pub(super) struct ListPlace<'a> {
    /// In which index; none for the table itself.
    pub index: Option<Index>,
    /// The partition of a month.
    pub partition: &'a (dyn Fn(Month) -> String + Sync),
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
    /// A page without entries, and without a next page.
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
}

/// Gathers what a filter wants until a page is full, so that pages are short only where very much has
/// been looked at for nothing.
pub(super) struct Gathered<T> {
    limit: usize,
    most: u32,
    looked_at: u32,
    left_out: bool,
    entries: Vec<T>,
}

/// What to do after a raw page.
pub(super) enum Gather<T> {
    /// The page is done.
    Done(Listing<T>),
    /// Go on with this part of the list.
    More(Slice),
}

impl<T> Gathered<T> {
    pub(super) fn new(slice: &Slice) -> Self {
        let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
        Self { limit, most: MAX_LOOKED_AT, looked_at: 0, left_out: false, entries: Vec::new() }
    }

    /// The same for a list of the links surface.
    pub(super) fn on_links(slice: &Slice) -> Self {
        Self { most: MAX_LOOKED_AT_ON_LINKS, ..Self::new(slice) }
    }

    /// Takes what is wanted of a raw page that was read with `slice`; `place` tells where an entry
    /// stands in the list.
    pub(super) fn take(
        &mut self,
        raw: Listing<T>,
        slice: &Slice,
        wanted: impl Fn(&T) -> bool,
        place: impl Fn(&T) -> Uuid,
    ) -> Gather<T> {
        // A read that found nothing looked through months.
        let count = u32::try_from(raw.entries.len()).unwrap_or(u32::MAX);
        let count = if count == 0 { MAX_PER_READ } else { count };
        self.looked_at = self.looked_at.saturating_add(count);
        let looked_far = self.looked_at >= self.most;
        for entry in raw.entries {
            if !wanted(&entry) {
                self.left_out = true;
                continue;
            }
            // One more than there is room for: something follows the last one that has room.
            if self.entries.len() >= self.limit {
                let next = self.entries.last().map(place);
                return Gather::Done(Listing { entries: take(&mut self.entries), next });
            }
            self.entries.push(entry);
        }
        match raw.next {
            // Without anything left out, what the read says of a next page holds.
            Some(_) if self.entries.len() >= self.limit && !self.left_out => {
                Gather::Done(Listing { entries: take(&mut self.entries), next: raw.next })
            }
            Some(before) if !looked_far => {
                let limit = MAX_PER_READ.min(self.most - self.looked_at);
                Gather::More(Slice { before: Some(before), limit, ..slice.clone() })
            }
            next => Gather::Done(Listing { entries: take(&mut self.entries), next }),
        }
    }
}

impl Table {
    /// One page of what stands in one partition of the first index: of whom or of what.
    pub(super) async fn list_of(&self, partition: String, slice: &Slice) -> Result<Listing<Item>> {
        let query = Query {
            index: Some(Index::First),
            pk: partition,
            from: slice.lowest(),
            to: slice.highest(),
            consistency: Consistency::Eventual,
            oldest_first: false,
            limit: slice.limit.saturating_add(1),
        };
        Listing::cut(self.query(query).await?.items, slice.limit, "gsi1sk")
    }

    /// One page of a list that is kept by month, walking back from the newest.
    pub(super) async fn list_by_month(
        &self,
        partition: impl Fn(Month) -> String + Sync,
        slice: &Slice,
    ) -> Result<Listing<Item>> {
        self.list_merged(&[None], partition, slice).await
    }

    /// The same where some of the list's items are in the table and others in an index.
    pub(super) async fn list_merged(
        &self,
        indexes: &[Option<Index>],
        partition: impl Fn(Month) -> String + Sync,
        slice: &Slice,
    ) -> Result<Listing<Item>> {
        let place = |index: &Option<Index>| ListPlace { index: *index, partition: &partition };
        let places: Vec<ListPlace<'_>> = indexes.iter().map(place).collect();
        self.list_places(&places, slice).await
    }

    /// The same where each place has partitions of its own. All are asked at once and hold
    /// different items.
    pub(super) async fn list_places(
        &self,
        places: &[ListPlace<'_>],
        slice: &Slice,
    ) -> Result<Listing<Item>> {
        let limit = slice.limit.min(MAX_PER_READ);
        let wanted = limit.saturating_add(1);
        let mut found: Vec<Item> = Vec::new();
        let mut month = slice.newest_month();
        let mut oldest_seen = month;
        for _ in 0..MAX_MONTHS {
            let left = wanted.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
            if left == 0 || month < slice.from.month() {
                break;
            }
            let asked = places.iter().map(|place| {
                self.query(Query {
                    index: place.index,
                    pk: (place.partition)(month),
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
