//! Pages of lists: `results`, and where the next page is.

use super::field::{Line, Moment};
use crate::{
    http::{Request, Result, body::Body, cursor, field::PageLimit, meaning::Meaning},
    model::{Id, Scope, Time, place::Place},
    store::list::{Listing, Slice},
};

/// Page size where the caller asks for none.
const DEFAULT_LIMIT: u32 = 25;

/// Which page of a list was asked for.
#[derive(Debug)]
pub struct Page {
    scope: Scope,
    list: String,
    /// How many entries it holds at most.
    pub limit: usize,
    /// Only what comes after this place.
    pub after: Option<Place>,
}

/// A list by time, as it is asked for.
#[derive(Debug)]
pub struct Asked<F> {
    /// The page, for where the next one is.
    pub page: Page,
    /// Which part of the list.
    pub slice: Slice,
    /// What is wanted of it.
    pub filter: F,
}

/// What a caller sends to read a list page by page.
pub trait PagedQuery: Body {
    /// How many entries a page holds at most, where the caller says so.
    fn limit(&self) -> Option<PageLimit>;

    /// The cursor of the page, where it is not the first.
    fn cursor(&self) -> Option<&Line<1, 1000>>;

    /// The page that is asked for, of the list of this name.
    ///
    /// # Errors
    /// As [`Page::of`].
    fn page(&self, scope: Scope, list: &str) -> Result<Page> {
        Page::of(scope, list, &self.meaning(), self.limit(), self.cursor())
    }
}

/// Where the next page is.
#[derive(Debug)]
pub struct Next {
    /// The whole address of the next page, with the filters of this one; none at the end.
    pub url: Option<String>,
    /// The cursor in that address; none at the end.
    pub cursor: Option<String>,
    /// How far rows were looked at in vain.
    pub looked_until: Option<String>,
}

impl Page {
    /// The page a caller asks for: 25 entries where it names no `limit`. Cursors are good for the list of
    /// this name with these filters.
    ///
    /// # Errors
    /// A cursor of another list.
    pub fn of(
        scope: Scope,
        list: &str,
        filters: &Meaning,
        limit: Option<PageLimit>,
        cursor: Option<&Line<1, 1000>>,
    ) -> Result<Self> {
        let paging = ["limit", "cursor"];
        let filters = filters.fields().filter(|(name, _)| !paging.contains(name));
        let filters: Vec<String> = filters.map(|(name, text)| format!("{name}={text}")).collect();
        let list = format!("{list}?{}", filters.join("&"));
        let after =
            cursor.map(|cursor| cursor::decode_place(scope, &list, &cursor.0)).transpose()?;
        let after = after.map(|(key, id)| Place { key, id });
        let limit = usize::try_from(limit.map_or(DEFAULT_LIMIT, |limit| limit.0));
        Ok(Self { scope, list, limit: limit.unwrap_or_default(), after })
    }

    /// The same page with another size.
    pub fn sized(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// This page of a list by time. Nothing of a tenant is older than the tenant, so months before it
    /// are not looked at, and the last page says that it is the last.
    pub fn slice(&self, from: Option<Moment>, to: Option<Moment>, now: Time) -> Slice {
        let began = self.scope.tenant.minted_at();
        Slice {
            before: self.after.as_ref().map(|place| place.id),
            from: from.map_or(began, |Moment(from)| from.max(began)),
            until: to.map_or(now, |Moment(to)| to.min(now)),
            limit: u32::try_from(self.limit).unwrap_or(u32::MAX),
        }
    }

    /// Where the page after this one of a list by time is: an id is a place of its own, and says how
    /// far rows were looked at where none matched.
    pub fn next_by_time<T>(&self, found: &Listing<T>, req: &Request, base: &str) -> Next {
        let place = found.next.map(|id| Place { key: String::new(), id });
        let in_vain = found.next.filter(|_| found.entries.is_empty());
        let looked_until = in_vain.map(|id| Id::<()>::from_uuid(id).minted_at());
        self.next(req, base, place.as_ref(), looked_until)
    }

    /// Where the page after this one is.
    pub fn next(
        &self,
        req: &Request,
        base: &str,
        place: Option<&Place>,
        looked_until: Option<Time>,
    ) -> Next {
        let cursor =
            place.map(|place| cursor::encode_place(self.scope, &self.list, &place.key, place.id));
        Next {
            url: cursor.as_deref().map(|cursor| url(req, base, &[("cursor", cursor)])),
            cursor,
            looked_until: looked_until.map(|time| time.rfc3339()),
        }
    }
}

/// The address of a request with some parameters set to other values.
pub fn url(req: &Request, base: &str, others: &[(&str, &str)]) -> String {
    let query = req.query_texts();
    let kept = query.iter().filter(|(name, _)| others.iter().all(|(other, _)| other != name));
    let pairs =
        kept.chain(others).map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    format!("{base}{}?{}", req.raw_path(), pairs.collect::<Vec<_>>().join("&"))
}

/// A text in a query: all but unreserved characters as percent and hex (RFC 3986).
pub fn escaped(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    });
    bytes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{http::gateway, model::Mode};
    use serde_json::json;

    fn scope() -> Scope {
        Scope { tenant: Id::mint(Time::EPOCH, [1; 10]), mode: Mode::Test }
    }

    #[test]
    fn the_next_page_keeps_filters_and_changes_the_cursor() {
        let query = json!({"search": "Café & more", "cursor": "old", "limit": "5"});
        let path = "/api/products/";
        let event = json!({"httpMethod": "GET", "path": path, "queryStringParameters": query});
        let req = gateway::request(event).unwrap();
        let url = url(&req, "https://pay.example", &[("cursor", "new")]);
        assert!(url.starts_with("https://pay.example/api/products/?"), "{url}");
        assert!(url.contains("search=Caf%C3%A9%20%26%20more") && url.contains("limit=5"), "{url}");
        assert!(url.contains("cursor=new") && !url.contains("old"), "{url}");
    }

    #[test]
    fn cursors_are_good_for_their_list_and_its_filters_only() {
        let filters = |search: &str| Meaning::default().with("search", search);
        let first = Page::of(scope(), "products", &filters("a"), None, None).unwrap();
        let place = Place { key: "x".into(), id: *Id::<()>::mint(Time::EPOCH, [2; 10]).uuid() };
        let req = gateway::request(json!({"httpMethod": "GET", "path": "/"})).unwrap();
        let cursor = first.next(&req, "", Some(&place), None).cursor.unwrap();
        let read = |list: &str, search: &str, cursor: &str| {
            let cursor = Line(cursor.to_owned());
            let page = Page::of(scope(), list, &filters(search), None, Some(&cursor));
            page.ok().and_then(|page| page.after)
        };
        assert_eq!(read("products", "a", &cursor), Some(place));
        assert_eq!(read("products", "b", &cursor), None);
        assert_eq!(read("links", "a", &cursor), None);
        assert_eq!(read("products", "a", &format!("A{cursor}")), None);
    }
}
