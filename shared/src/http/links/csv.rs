//! Tables for spreadsheets that no spreadsheet misreads: every cell quoted, texts that look like
//! formulas with an apostrophe in front, numbers left numbers.

use crate::{
    http::{
        Reply, Request, Result,
        body::{Body, Fields},
        field::Field,
        links::{
            link_list::{ListPaymentLinks, ListedLink, listed},
            list::{Next, Page, PagedQuery},
        },
        meaning::Meaning,
        view::Object,
    },
    model::{Invalid, Scope, Time, zone::Zone},
    operations::link_list::{FoundLinks, LinkQuery},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Most rows of one answer.
pub const MAX_ROWS: usize = 5_000;

/// Most bytes of one answer: the gateway takes six megabytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What stands between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`, which spreadsheets of many countries expect.
    Semicolon,
}

/// One cell.
#[derive(Debug)]
pub enum Cell {
    /// What somebody typed.
    Typed(String),
    /// What is computed here: amounts, counts, times. Never looks like a formula to be guarded.
    Computed(String),
}

/// A table that is being written.
#[derive(Debug)]
pub struct Sheet {
    separator: char,
    text: String,
}

impl Field for Separator {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        match json {
            "\"comma\"" => Ok(Self::Comma),
            "\"semicolon\"" => Ok(Self::Semicolon),
            _ => Err(Invalid::new("must be comma or semicolon")),
        }
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["comma", "semicolon"], "default": "comma"})
    }

    fn meaning(&self) -> String {
        match self {
            Self::Comma => "comma".to_owned(),
            Self::Semicolon => "semicolon".to_owned(),
        }
    }
}

impl Cell {
    /// A text that may be absent.
    pub fn typed(text: Option<&str>) -> Self {
        Self::Typed(text.unwrap_or_default().to_owned())
    }

    /// A value that may be absent.
    pub fn computed(value: Option<impl ToString>) -> Self {
        Self::Computed(value.map(|value| value.to_string()).unwrap_or_default())
    }

    /// The text that a spreadsheet shows as it is.
    fn guarded(&self) -> String {
        match self {
            Self::Computed(text) => text.clone(),
            Self::Typed(text) if text.starts_with(looks_like_a_formula) => format!("'{text}"),
            Self::Typed(text) => text.clone(),
        }
    }
}

/// Signs by which some spreadsheet takes a text for a formula, full-width forms among them.
const fn looks_like_a_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠')
}

impl Sheet {
    /// A table; the first page has a byte order mark and its columns' names, so that the pages that
    /// follow can be put behind it.
    pub fn new(separator: Separator, columns: Option<&[&str]>) -> Self {
        let separator = match separator {
            Separator::Comma => ',',
            Separator::Semicolon => ';',
        };
        let mut sheet = Self { separator, text: String::new() };
        if let Some(columns) = columns {
            sheet.text.push('\u{FEFF}');
            let names: Vec<Cell> =
                columns.iter().map(|name| Cell::Computed((*name).to_owned())).collect();
            sheet.row(&names);
        }
        sheet
    }

    /// Adds a row with every cell quoted (RFC 4180); whether one more fits is [`Self::is_full`].
    pub fn row(&mut self, cells: &[Cell]) {
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.text.push(self.separator);
            }
            self.text.push('"');
            self.text.push_str(&cell.guarded().replace('"', "\"\""));
            self.text.push('"');
        }
        self.text.push_str("\r\n");
    }

    /// Whether one more row might be too much.
    pub const fn is_full(&self) -> bool {
        self.text.len() >= MAX_BYTES
    }

    /// The answer, saved under this name; it says where it goes on.
    pub fn reply(self, name: &str, next: Option<&str>) -> Reply {
        let reply = Reply::text("text/csv; charset=utf-8", self.text)
            .header("content-disposition", format!("attachment; filename=\"{name}.csv\""));
        match next {
            Some(next) => reply.header("link", format!("<{next}>; rel=\"next\"")),
            None => reply,
        }
    }
}

/// What a list takes, but for what only pages have, and what stands between cells.
pub struct Export<L> {
    pub(super) list: L,
    separator: Option<Separator>,
}

/// A list that can be had as a table as well.
pub trait Tabular: PagedQuery {
    /// What only its pages take: their size, and sums beside them.
    const OF_PAGES: &'static [&'static str];
}

impl<L: Tabular> Body for Export<L> {
    fn read(fields: &mut Fields) -> Option<Self> {
        for &name in L::OF_PAGES {
            if fields.has(name) {
                fields.problem(name, "is not a field of this request");
            }
        }
        let separator = fields.optional("separator");
        Some(Self { list: L::read(fields)?, separator })
    }

    fn describe(object: &mut Object) {
        L::describe(object);
        for &name in L::OF_PAGES {
            object.remove(name);
        }
        let doc = "What stands between cells: `comma` or `semicolon`.";
        object.add("separator", doc, Separator::schema(), false);
    }

    fn meaning(&self) -> Meaning {
        let separator = self.separator.unwrap_or(Separator::Comma);
        self.list.meaning().with("separator", separator.meaning())
    }
}

impl<L: Tabular> Export<L> {
    /// The rows that one answer may have. Cursors are good for the table of this name.
    ///
    /// # Errors
    /// A cursor of another table.
    pub(super) fn page(&self, scope: Scope, table: &str) -> Result<Page> {
        let page = Page::of(scope, table, &self.meaning(), None, self.list.cursor())?;
        Ok(page.sized(MAX_ROWS))
    }

    /// The table of a page, still without rows.
    pub(super) fn sheet(&self, page: &Page, columns: &[&str]) -> Sheet {
        let separator = self.separator.unwrap_or(Separator::Comma);
        Sheet::new(separator, page.after.is_none().then_some(columns))
    }
}

/// Which links a table has.
pub type ExportPaymentLinks = Export<ListPaymentLinks>;

impl Tabular for ListPaymentLinks {
    const OF_PAGES: &'static [&'static str] = &["limit", "aggregates"];
}

/// What a table is rendered for, besides the rows.
#[derive(Clone, Copy)]
pub struct TableRequest<'a> {
    /// The request, whose query the address of the next page repeats.
    pub req: &'a Request,
    /// Where that address starts.
    pub base: &'a str,
    /// The zone in which the table shows times.
    pub zone: &'a Zone,
}

impl ExportPaymentLinks {
    /// The page and the query that are asked for.
    ///
    /// # Errors
    /// As [`ListPaymentLinks::command`].
    pub fn command(&self, scope: Scope) -> Result<(Page, LinkQuery)> {
        let page = self.page(scope, "links.csv")?;
        let query = self.list.query(&page)?;
        Ok((page, query))
    }

    /// The table of a page of links, with times of this zone.
    pub fn reply(
        &self,
        found: &FoundLinks,
        query: &LinkQuery,
        page: &Page,
        table: TableRequest<'_>,
        now: Time,
    ) -> Reply {
        let TableRequest { req, base, zone } = table;
        let mut sheet = self.sheet(page, &COLUMNS);
        let mut next = found.next.clone();
        for row in &found.rows {
            if sheet.is_full() {
                break;
            }
            sheet.row(&cells(&listed(row, base, now), zone));
            next = Some(query.order.place(row));
        }
        let whole = next == found.rows.last().map(|row| query.order.place(row));
        let next = if whole { found.next.clone() } else { next };
        let Next { url, .. } = page.next(req, base, next.as_ref(), None);
        sheet.reply("payment-links", url.as_deref())
    }
}

/// The fields of a link in a list, one a column.
const COLUMNS: [&str; 29] = [
    "uuid",
    "url",
    "name",
    "status",
    "is_active",
    "currency",
    "currencies",
    "pricing_mode",
    "subtotal",
    "total_usd",
    "total_eur",
    "expires_at",
    "max_uses",
    "uses",
    "remaining",
    "success_url",
    "cloned_from",
    "created_by",
    "created_at",
    "updated_at",
    "deleted_at",
    "starts",
    "paid_count",
    "conversion",
    "revenue_usd",
    "revenue_eur",
    "last_paid_at",
    "as_of",
    "metadata",
];

fn cells(link: &ListedLink, zone: &Zone) -> [Cell; 29] {
    let typed = |text: &str| Cell::Typed(text.to_owned());
    let computed = |text: &str| Cell::Computed(text.to_owned());
    let local = |text: Option<&str>| {
        let time = text.and_then(|text| Time::parse(text).ok());
        Cell::computed(time.map(|time| zone.rfc3339(time)))
    };
    let amount = |amounts: &BTreeMap<String, String>, code: &str| Cell::computed(amounts.get(code));
    let statistics = &link.statistics;
    [
        computed(&link.uuid),
        computed(&link.url),
        typed(&link.name),
        computed(link.status),
        Cell::computed(Some(link.is_active)),
        computed(&link.currency),
        computed(&link.currencies.join(" ")),
        Cell::computed(link.pricing_mode),
        Cell::computed(link.subtotal.as_ref()),
        amount(&link.totals, "USD"),
        amount(&link.totals, "EUR"),
        local(link.expires_at.as_deref()),
        Cell::computed(link.max_uses),
        Cell::computed(Some(link.uses)),
        Cell::computed(link.remaining),
        Cell::typed(link.success_url.as_deref()),
        Cell::computed(link.cloned_from.as_ref()),
        computed(&link.created_by),
        local(Some(&link.created_at)),
        local(Some(&link.updated_at)),
        local(link.deleted_at.as_deref()),
        Cell::computed(Some(statistics.starts)),
        Cell::computed(Some(statistics.paid_count)),
        Cell::computed(statistics.conversion.as_ref()),
        amount(&statistics.revenue, "USD"),
        amount(&statistics.revenue, "EUR"),
        local(statistics.last_paid_at.as_deref()),
        local(Some(&statistics.as_of)),
        typed(link.metadata.get()),
    ]
}

#[cfg(test)]
mod tests;
