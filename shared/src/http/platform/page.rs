//! Pages of lists.

use crate::{
    http::{
        Reply, Result, cursor,
        field::{PageLimit, Text},
    },
    model::{Scope, Time},
    operations::Problem,
    store::list::{Listing, Slice},
};
use serde::Serialize;

/// Page size where the caller asks for none.
const DEFAULT_LIMIT: u32 = 25;

/// Which page of a list was asked for.
pub struct Page {
    scope: Scope,
    list: String,
    /// The part of the list.
    pub slice: Slice,
}

/// What any list may be asked for.
pub struct Asked<'a> {
    /// Names the list and its filters; cursors are good for this name only.
    pub list: String,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` of the page before; the first page without one.
    pub cursor: Option<&'a str>,
    /// Only what was made at this moment or later; from the tenant's beginning without one.
    pub from: Option<Time>,
    /// Only what was made at this moment or earlier; until now without one.
    pub until: Option<Time>,
}

impl Page {
    /// The page a caller asks for. Lists start with the tenant: nothing is older.
    ///
    /// # Errors
    /// 422 for a cursor of another list, or a range that ends before it starts.
    pub fn of(scope: Scope, asked: Asked<'_>, now: Time) -> Result<Self> {
        let before = match asked.cursor {
            Some(text) => Some(cursor::decode(scope, &asked.list, text)?),
            None => None,
        };
        let until = asked.until.unwrap_or_else(|| now.plus_seconds(60));
        let start = scope.tenant.minted_at();
        let from = asked.from.map_or(start, |from| from.max(start));
        if asked.from.is_some_and(|from| from > until) {
            return Err(Problem::field("created_to", "must not be before created_from"));
        }
        let limit = asked.limit.map_or(DEFAULT_LIMIT, |limit| limit.0);
        Ok(Self { scope, list: asked.list, slice: Slice { before, from, until, limit } })
    }

    /// The page of a list that no time bounds.
    ///
    /// # Errors
    /// 422 for a cursor of another list.
    pub fn of_all(
        scope: Scope,
        list: String,
        limit: Option<PageLimit>,
        cursor: Option<&Text<1, 200>>,
        now: Time,
    ) -> Result<Self> {
        let cursor = cursor.map(|cursor| cursor.0.as_str());
        Self::of(scope, Asked { list, limit, cursor, from: None, until: None }, now)
    }

    /// The answer with this page.
    pub fn reply<T, V: Serialize>(&self, listing: &Listing<T>, view: impl Fn(&T) -> V) -> Reply {
        let views: Vec<V> = listing.entries.iter().map(view).collect();
        let next = listing.next.map(|last| cursor::encode(self.scope, &self.list, last));
        Reply::list(&views, self.slice.limit, next)
    }
}
