//! Pages of lists.

use crate::{
    http::{Reply, Result, cursor, field::PageLimit},
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
    /// Page size.
    pub limit: Option<PageLimit>,
    /// Where the page starts.
    pub cursor: Option<&'a str>,
    /// Made at or after.
    pub from: Option<Time>,
    /// Made at or before.
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
        let from = asked.from.unwrap_or_else(|| scope.tenant.minted_at());
        if asked.from.is_some_and(|from| from > until) {
            return Err(Problem::field("created_to", "must not be before created_from"));
        }
        let limit = asked.limit.map_or(DEFAULT_LIMIT, |limit| limit.0);
        Ok(Self { scope, list: asked.list, slice: Slice { before, from, until, limit } })
    }

    /// The answer with this page.
    #[must_use]
    pub fn reply<T, V: Serialize>(&self, listing: &Listing<T>, view: impl Fn(&T) -> V) -> Reply {
        let views: Vec<V> = listing.entries.iter().map(view).collect();
        let next = listing.next.map(|last| cursor::encode(self.scope, &self.list, last));
        Reply::list(&views, self.slice.limit, next)
    }
}
