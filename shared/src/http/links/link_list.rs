//! Lists of links.

use super::{
    field::{Flag, Line, LinkCurrency, Moment, ProductRef},
    list::{Next, Page, PagedQuery},
    payment_link::{created_by, majors, url},
    product::object,
};
use crate::{
    http::{
        Request, Result,
        field::{Field, PageLimit},
    },
    model::{
        Currency, Invalid, Scope, Time, link_figures::LinkFigures, payment_link::LinkStatus,
        search::Words,
    },
    operations::{
        Problem,
        link_list::{Aggregates, FoundLinks, LinkFilter, LinkOrder, LinkQuery},
    },
    store::payment_link::LinkRow,
};
use derive::{Body, View};
use serde_json::{Value, json, value::RawValue};
use std::collections::BTreeMap;

/// The query for a list of links.
#[derive(Body)]
pub struct ListPaymentLinks {
    /// Only links in this status: `active`, `inactive`, `expired` or `exhausted`.
    pub status: Option<StatusFilter>,
    /// Only links that are switched on (`true`), or only those that are off (`false`).
    pub is_active: Option<Flag>,
    /// What buyers pay in unless they choose another.
    pub currency: Option<LinkCurrency>,
    /// Only links that sell this product.
    pub product_id: Option<ProductRef>,
    /// Only what was made at this moment or later, in RFC 3339.
    pub created_from: Option<Moment>,
    /// Only what was made at this moment or earlier, in RFC 3339.
    pub created_to: Option<Moment>,
    /// Deleted ones instead of the others.
    #[body(default = Flag(false))]
    pub deleted: Option<Flag>,
    /// Words that all stand somewhere in the name, case and accents aside.
    pub search: Option<Line<1, 100>>,
    /// What the list is sorted by; `-revenue` needs `currency`.
    #[body(default = LinkOrdering::NEWEST)]
    pub ordering: Option<LinkOrdering>,
    /// Adds sums over all that match.
    #[body(default = Flag(false))]
    pub aggregates: Option<Flag>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Line<1, 1000>>,
}

/// A status to filter by.
#[derive(Debug, Clone, Copy)]
pub struct StatusFilter(pub LinkStatus);

/// What a list of links is sorted by, as it is written.
#[derive(Debug, Clone, Copy)]
pub struct LinkOrdering(&'static str);

const STATUSES: [LinkStatus; 4] =
    [LinkStatus::Active, LinkStatus::Inactive, LinkStatus::Expired, LinkStatus::Exhausted];

const ORDERINGS: [&str; 8] = [
    "-created_at",
    "created_at",
    "name",
    "-name",
    "-paid_count",
    "-last_paid_at",
    "expires_at",
    "-revenue",
];

impl Field for StatusFilter {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let found = STATUSES.into_iter().find(|status| json.trim_matches('"') == status.as_str());
        found
            .map(Self)
            .ok_or_else(|| Invalid::new("must be active, inactive, expired or exhausted"))
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": STATUSES.map(LinkStatus::as_str)})
    }

    fn meaning(&self) -> String {
        self.0.as_str().to_owned()
    }
}

impl LinkOrdering {
    const NEWEST: Self = Self("-created_at");
}

impl Field for LinkOrdering {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let found = ORDERINGS.into_iter().find(|name| json.trim_matches('"') == *name);
        let why = || Invalid::new(format!("must be one of {}", ORDERINGS.join(", ")));
        found.map(Self).ok_or_else(why)
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ORDERINGS, "default": "-created_at"})
    }

    fn meaning(&self) -> String {
        self.0.to_owned()
    }
}

impl PagedQuery for ListPaymentLinks {
    fn limit(&self) -> Option<PageLimit> {
        self.limit
    }

    fn cursor(&self) -> Option<&Line<1, 1000>> {
        self.cursor.as_ref()
    }
}

impl ListPaymentLinks {
    /// The page and the query that are asked for.
    ///
    /// # Errors
    /// A cursor of another list; an order by revenue in no currency.
    pub fn command(&self, scope: Scope) -> Result<(Page, LinkQuery)> {
        let page = self.page(scope, "links")?;
        let query = self.query(&page)?;
        Ok((page, query))
    }

    /// The query for a page.
    ///
    /// # Errors
    /// A product that is none; an order by revenue in no currency.
    pub fn query(&self, page: &Page) -> Result<LinkQuery> {
        let flag = |flag: Option<Flag>| flag.is_some_and(|flag| flag.0);
        let filter = LinkFilter {
            status: self.status.map(|status| status.0),
            active: self.is_active.map(|flag| flag.0),
            currency: self.currency.map(|currency| currency.0),
            product: self.product_id.and_then(|product| product.0),
            from: self.created_from.map(|moment| moment.0),
            to: self.created_to.map(|moment| moment.0),
            deleted: flag(self.deleted),
            words: self.search.as_ref().map(|search| Words::of(&search.0)),
        };
        if self.product_id.is_some() && filter.product.is_none() {
            return Err(Problem::field("product_id", "is no product of yours"));
        }
        let order = order(self.ordering, filter.currency)?;
        let (after, limit) = (page.after.clone(), page.limit);
        Ok(LinkQuery { filter, order, after, limit, aggregates: flag(self.aggregates) })
    }
}

fn order(ordering: Option<LinkOrdering>, currency: Option<Currency>) -> Result<LinkOrder> {
    Ok(match ordering.map_or(LinkOrdering::NEWEST.0, |ordering| ordering.0) {
        "created_at" => LinkOrder::Oldest,
        "name" => LinkOrder::Name,
        "-name" => LinkOrder::NameBackwards,
        "-paid_count" => LinkOrder::Paid,
        "-last_paid_at" => LinkOrder::LastPaid,
        "expires_at" => LinkOrder::Expiry,
        "-revenue" => match currency {
            Some(currency) => LinkOrder::Revenue(currency),
            None => return Err(Problem::field("ordering", "needs currency to sort by -revenue")),
        },
        _ => LinkOrder::Newest,
    })
}

/// A page of links.
#[derive(View)]
pub struct LinkListView {
    /// The links of this page, in the order that was asked for.
    pub results: Vec<ListedLink>,
    /// The address of the next page; null at the end.
    pub next: Option<String>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Always null: lists go on, not back.
    pub previous: Option<String>,
    /// How far rows were looked at in vain, RFC 3339.
    pub looked_until: Option<String>,
    /// Sums over all that match; null where they were not asked for.
    pub aggregates: Option<AggregatesView>,
}

/// Sums over links.
#[derive(View)]
pub struct AggregatesView {
    /// How many links are counted here.
    pub links: u32,
    /// How many of these links are active.
    pub active: u32,
    /// How many payments these links brought.
    pub paid_count: u32,
    /// What these links brought, in major units by currency.
    pub revenue: BTreeMap<String, String>,
}

/// A link as lists show it: without its lines, and with counts as of `statistics.as_of`.
#[derive(View)]
pub struct ListedLink {
    /// The link's id, a UUID: it is in the address that buyers share.
    pub uuid: String,
    /// The address where buyers open the link.
    pub url: String,
    /// Your own name for the link, as lists show it.
    pub name: String,
    /// `active`, `inactive`, `expired`, `exhausted` or `deleted`.
    pub status: &'static str,
    /// Whether the link is switched on; one that is off cannot be paid.
    pub is_active: bool,
    /// What buyers pay in unless they choose another.
    pub currency: String,
    /// The currencies that buyers may choose from, ISO 4217 in upper case.
    pub currencies: Vec<String>,
    /// `TAX_EXCLUSIVE` where tax is added to the prices, `TAX_INCLUSIVE` where prices contain it.
    pub pricing_mode: Option<&'static str>,
    /// The sum of the lines in major units, with tax where prices contain it.
    pub subtotal: Option<String>,
    /// Null while the buyer's country decides it.
    pub tax: Option<String>,
    /// Null while the buyer's country decides it.
    pub total: Option<String>,
    /// The sum of the lines in each currency.
    pub totals: BTreeMap<String, String>,
    /// When it ends, in RFC 3339; null where it does not end by time.
    pub expires_at: Option<String>,
    /// Null: as often as buyers like.
    pub max_uses: Option<u32>,
    /// How often the link was paid: each payment takes one of its uses.
    pub uses: u32,
    /// What is left; null when unlimited.
    pub remaining: Option<u32>,
    /// Null in lists: only the link itself knows.
    pub in_progress: Option<u32>,
    /// Where buyers may go after paying.
    pub success_url: Option<String>,
    /// Your own data, returned as you sent it.
    pub metadata: Box<RawValue>,
    /// The link it was copied from.
    pub cloned_from: Option<String>,
    /// The member who made it, `mem_...`, or `operator`.
    pub created_by: String,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
    /// When it last changed, as an RFC 3339 time.
    pub updated_at: String,
    /// When it was deleted, as an RFC 3339 time.
    pub deleted_at: Option<String>,
    /// What came of the link: how often it was opened to pay, and paid.
    pub statistics: ShortStatistics,
}

/// What came of a link, in short.
#[derive(View)]
pub struct ShortStatistics {
    /// How many payments of the link succeeded.
    pub paid_count: u32,
    /// What it brought, in major units by currency.
    pub revenue: BTreeMap<String, String>,
    /// How many checkouts buyers have started, whether or not they paid.
    pub starts: u32,
    /// The part of `starts` that was paid; null without starts.
    pub conversion: Option<String>,
    /// When the last payment succeeded, in RFC 3339; null where none did.
    pub last_paid_at: Option<String>,
    /// As of when these figures are, in RFC 3339: they follow payments after some seconds.
    pub as_of: String,
}

/// A page of links, with where the next one is.
pub fn view(found: &FoundLinks, page: &Page, req: &Request, base: &str, now: Time) -> LinkListView {
    let Next { url, cursor, looked_until } =
        page.next(req, base, found.next.as_ref(), found.looked_until);
    LinkListView {
        results: found.rows.iter().map(|row| listed(row, base, now)).collect(),
        next: url,
        next_cursor: cursor,
        previous: None,
        looked_until,
        aggregates: found.aggregates.as_ref().map(aggregates),
    }
}

fn aggregates(sums: &Aggregates) -> AggregatesView {
    let both = [Some(Currency::USD), "EUR".parse().ok()].into_iter().flatten();
    let mut revenue: BTreeMap<Currency, i64> = both.map(|currency| (currency, 0)).collect();
    revenue.extend(&sums.revenue);
    AggregatesView {
        links: sums.links,
        active: sums.active,
        paid_count: sums.paid,
        revenue: majors(&revenue),
    }
}

/// A link as lists show it.
pub fn listed(row: &LinkRow, base: &str, now: Time) -> ListedLink {
    let none = LinkFigures::none(row.created_at);
    let figures = row.figures.as_ref().unwrap_or(&none);
    let totals: BTreeMap<String, String> =
        row.totals.iter().map(|sum| (sum.currency().code().to_owned(), sum.major())).collect();
    let code = row.currency.code().to_owned();
    ListedLink {
        uuid: row.id.to_string(),
        url: url(base, row.id),
        name: row.name.clone(),
        status: row.status_at(now).as_str(),
        is_active: row.active,
        currencies: totals.keys().cloned().collect(),
        pricing_mode: row.pricing_mode.map(|mode| mode.as_str()),
        subtotal: totals.get(&code).cloned(),
        currency: code,
        tax: None,
        total: None,
        totals,
        expires_at: row.expires_at.map(|at| at.rfc3339()),
        max_uses: row.limit.max(),
        uses: figures.paid,
        remaining: row.limit.max().map(|max| max - figures.paid.min(max)),
        in_progress: None,
        success_url: row.success_url.clone(),
        metadata: object(row.metadata.as_ref()),
        cloned_from: row.cloned_from.map(|id| id.to_string()),
        created_by: created_by(row.created_by),
        created_at: row.created_at.rfc3339(),
        updated_at: row.updated_at.rfc3339(),
        deleted_at: row.deleted_at.map(|at| at.rfc3339()),
        statistics: ShortStatistics {
            paid_count: figures.paid,
            revenue: majors(&figures.revenue()),
            starts: figures.starts,
            conversion: figures.conversion(),
            last_paid_at: figures.last_paid_at.map(|at| at.rfc3339()),
            as_of: figures.as_of.rfc3339(),
        },
    }
}
