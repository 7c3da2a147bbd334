//! Pages of lists. A cursor carries the place where the list goes on and until when it is good; its
//! MAC binds both to the tenant, the mode, the list and its filters. Lists by time take a time as
//! well: what was made before it.

use crate::{
    digest::{first_of, same},
    http::{Reply, Result, field::PageLimit},
    model::{Scope, Time},
    operations::Problem,
    store::list::{Listing, Slice},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use serde::Serialize;
use uuid::Uuid;

/// Page size where the caller asks for none.
pub const DEFAULT_LIMIT: u32 = 25;

/// How long a cursor is good, in hours.
const GOOD_FOR_HOURS: i64 = 24;

/// What every cursor begins with.
const VERSION: &[u8] = b"v1.";

/// Bytes of a moment.
const MOMENT: usize = 8;

/// Bytes of a MAC: 128 bits.
const MAC: usize = 16;

/// Longest cursor that is looked at, in characters.
pub const MAX_CURSOR: usize = 200;

/// What any list may be asked for.
pub struct Asked<'a> {
    /// Names the list and its filters; cursors are good for this name only.
    pub list: String,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `nextCursor` of the page before; the first page without one.
    pub cursor: Option<&'a str>,
}

/// A list of one tenant, as cursors know it.
pub struct CursorList {
    key: hmac::Key,
    scope: Scope,
    name: String,
    now: Time,
}

/// Which page of a list was asked for.
pub struct Page {
    list: CursorList,
    /// The part of the list.
    pub slice: Slice,
}

impl CursorList {
    /// A list whose name holds its filters.
    pub const fn new(key: hmac::Key, scope: Scope, name: String, now: Time) -> Self {
        Self { key, scope, name, now }
    }

    /// The cursor for what comes after a place.
    pub fn encode(&self, place: &[u8]) -> String {
        let ends = self.now.plus_seconds(GOOD_FOR_HOURS * 3600);
        let said = [VERSION, &ends.ms().to_be_bytes(), place].concat();
        URL_SAFE_NO_PAD.encode([said.as_slice(), &self.mac(&said)].concat())
    }

    /// The place that a cursor stands for.
    ///
    /// # Errors
    /// It is of another list or tenant, past its time, or no cursor at all.
    pub fn decode(&self, cursor: &str) -> Result<Vec<u8>> {
        self.place(cursor).ok_or_else(|| {
            Problem::field("cursor", "must be the nextCursor of this very list, at most a day old")
        })
    }

    fn place(&self, cursor: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (said, mac) = bytes.split_at_checked(bytes.len().checked_sub(MAC)?)?;
        let (moment, place) = said.strip_prefix(VERSION)?.split_at_checked(MOMENT)?;
        let ends = Time::from_ms(i64::from_be_bytes(moment.try_into().ok()?));
        (same(mac, &self.mac(said)) && self.now < ends).then(|| place.to_vec())
    }

    fn mac(&self, said: &[u8]) -> [u8; MAC] {
        let whose = format!("{}#{}#{}#", self.scope.tenant, self.scope.mode, self.name);
        let tag = hmac::sign(&self.key, &[whose.as_bytes(), said].concat());
        first_of(tag.as_ref())
    }
}

impl Page {
    /// The page of a list that goes by ids. It starts with the tenant: nothing is older.
    ///
    /// # Errors
    /// The cursor is not of this list.
    pub fn of(key: hmac::Key, scope: Scope, asked: Asked<'_>, now: Time) -> Result<Self> {
        let list = CursorList::new(key, scope, asked.list, now);
        let unknown = || Problem::field("cursor", "must be the nextCursor of this very list");
        let before = match asked.cursor {
            Some(text) => Some(Uuid::from_slice(&list.decode(text)?).map_err(|_| unknown())?),
            None => None,
        };
        let (from, until) = (scope.tenant.minted_at(), now.plus_seconds(60));
        let limit = asked.limit.map_or(DEFAULT_LIMIT, |limit| limit.0);
        Ok(Self { list, slice: Slice { before, from, until, limit } })
    }

    /// The same for a list whose cursor may also be a time: what was made before it.
    ///
    /// # Errors
    /// The cursor is neither a time nor of this list.
    pub fn by_time(key: hmac::Key, scope: Scope, asked: Asked<'_>, now: Time) -> Result<Self> {
        let Some(before) = asked.cursor.and_then(|text| Time::parse(text).ok()) else {
            return Self::of(key, scope, asked, now);
        };
        let page = Self::of(key, scope, Asked { cursor: None, ..asked }, now)?;
        let until = before.plus_ms(-1).min(page.slice.until);
        Ok(Self { slice: Slice { until, ..page.slice }, ..page })
    }

    /// The answer with the views of this page; the next one starts after `next`.
    pub fn reply_with<V: Serialize>(&self, views: &[V], next: Option<Uuid>) -> Reply {
        let next = next.map(|last| self.list.encode(last.as_bytes()));
        Reply::list(views, self.slice.limit, next)
    }

    /// The answer with this page.
    pub fn reply<T, V: Serialize>(&self, listing: &Listing<T>, view: impl Fn(&T) -> V) -> Reply {
        let views: Vec<V> = listing.entries.iter().map(view).collect();
        self.reply_with(&views, listing.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Mode, id::TenantId};

    fn now() -> Time {
        Time::from_ms(1_795_255_200_250)
    }

    fn key(n: u8) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &[n; 32])
    }

    fn scope(n: u8, mode: Mode) -> Scope {
        Scope { tenant: TenantId::mint(Time::from_ms(0), [n; 10]), mode }
    }

    fn list(n: u8, name: &str, now: Time) -> CursorList {
        CursorList::new(key(1), scope(n, Mode::Test), name.to_owned(), now)
    }

    fn asked(cursor: &str) -> Asked<'_> {
        Asked { list: "payments".to_owned(), limit: None, cursor: Some(cursor) }
    }

    #[test]
    fn a_cursor_is_good_for_a_day_and_for_its_own_list_only() {
        let cursor = list(1, "payments", now()).encode(&[7; 16]);
        let decode = |n, name, at| list(n, name, at).decode(&cursor);
        assert_eq!(decode(1, "payments", now()), Ok(vec![7; 16]));
        assert!(decode(1, "payments", now().plus_seconds(86_399)).is_ok());
        assert!(decode(1, "payments", now().plus_seconds(86_400)).is_err());
        assert!(decode(2, "payments", now()).is_err());
        assert!(decode(1, "payments#cus_1", now()).is_err());
        let live = CursorList::new(key(1), scope(1, Mode::Live), "payments".to_owned(), now());
        let other = CursorList::new(key(2), scope(1, Mode::Test), "payments".to_owned(), now());
        assert!(live.decode(&cursor).is_err() && other.decode(&cursor).is_err());
        for text in ["", "x", "AAAA", "ünicode", &cursor[..cursor.len() - 1], &cursor[1..]] {
            assert!(list(1, "payments", now()).decode(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_is_a_cursor_where_lists_go_by_time() {
        let page = |text: &str| Page::by_time(key(1), scope(1, Mode::Test), asked(text), now());
        let slice = page("2026-11-20T10:00:00Z").unwrap().slice;
        assert_eq!(slice.until.rfc3339_ms(), "2026-11-20T09:59:59.999Z");
        assert_eq!((slice.before, slice.limit), (None, DEFAULT_LIMIT));
        for text in ["2026-11-20", "yesterday", ""] {
            assert!(page(text).is_err(), "{text}");
        }
        let plain = Page::of(key(1), scope(1, Mode::Test), asked("2026-11-20T10:00:00Z"), now());
        assert!(plain.is_err());
    }

    #[test]
    fn a_page_goes_on_where_the_one_before_ended() {
        let page =
            Page::of(key(1), scope(1, Mode::Test), Asked { cursor: None, ..asked("") }, now());
        let page = page.unwrap();
        let last = Uuid::from_u128(7);
        let reply = page.reply(&Listing { entries: vec![1, 2], next: Some(last) }, |n| *n);
        let crate::http::Content::List { next_cursor: Some(cursor), .. } = reply.content else {
            panic!()
        };
        let next = Page::of(key(1), scope(1, Mode::Test), asked(&cursor), now()).unwrap();
        assert_eq!(next.slice.before, Some(last));
    }
}
