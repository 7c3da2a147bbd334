//! Lists of transactions: what a query asks for, and the page that answers it.

use super::{
    field::{Line, LinkCurrency, Moment},
    list::{Asked, Next, Page, PagedQuery},
    transaction::{Shown, TransactionView, view},
};
use crate::{
    http::{
        Reply, Request, Result,
        field::{Amount, Field, PageLimit},
    },
    model::{
        Invalid, Money, Scope, Time,
        id::PaymentLinkId,
        transaction::{Transaction, TransactionFilter, TransactionOrigin, TransactionStatus},
    },
    operations::Problem,
    store::list::Listing,
};
use derive::{Body, View};
use serde_json::{Value, json};

/// Which transactions to list.
#[derive(Body)]
pub struct ListTransactions {
    /// `processing`, `paid`, `refund_pending`, `refunded`, `disputed`, `failed` or `canceled`.
    pub status: Option<StatusText>,
    /// Only transactions of this link.
    pub payment_link_id: Option<Line<1, 40>>,
    /// Where the sale came from: `links`, `api` (a server's checkout), `payments` or `platform`.
    pub origin: Option<OriginText>,
    /// Only transactions in this currency, ISO 4217.
    pub currency: Option<LinkCurrency>,
    /// The buyer's address, the order, your reference, or the card's last four digits: exactly.
    pub search: Option<Line<1, 254>>,
    /// Started at or after this moment. A transaction is listed once a card was submitted, at the
    /// latest 3660 seconds after its start: whoever asks again from the newest one goes back so far
    /// from it, and misses none.
    pub from: Option<Moment>,
    /// Started before or at this moment.
    pub to: Option<Moment>,
    /// Only transactions of at least this much, in major units of each one's currency, tax included.
    pub min_amount: Option<Amount>,
    /// Only transactions of at most this much, in major units of each one's currency, tax included.
    pub max_amount: Option<Amount>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Line<1, 1000>>,
}

/// Which payments of a link to list.
#[derive(Body)]
pub struct ListLinkPayments {
    /// `processing`, `paid`, `refund_pending`, `refunded`, `disputed`, `failed` or `canceled`.
    pub status: Option<StatusText>,
    /// The buyer's address, the order, or the card's last four digits: exactly.
    pub search: Option<Line<1, 254>>,
    /// Started at or after this moment. A transaction is listed once a card was submitted, at the
    /// latest 3660 seconds after its start: whoever asks again from the newest one goes back so far
    /// from it, and misses none.
    pub from: Option<Moment>,
    /// Started before or at this moment.
    pub to: Option<Moment>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Line<1, 1000>>,
}

/// A status in a query.
#[derive(Debug, Clone, Copy)]
pub struct StatusText(pub TransactionStatus);

/// An origin in a query.
#[derive(Debug, Clone, Copy)]
pub struct OriginText(pub TransactionOrigin);

fn one_of<T: std::str::FromStr>(json: &str, names: &[&str]) -> std::result::Result<T, Invalid> {
    let unknown = || Invalid::new(format!("must be one of {}", names.join(", ")));
    let text: String = serde_json::from_str(json).map_err(|_| unknown())?;
    text.trim().to_lowercase().parse().map_err(|_| unknown())
}

const STATUSES: [&str; 7] =
    ["processing", "paid", "failed", "canceled", "refund_pending", "refunded", "disputed"];
const ORIGINS: [&str; 4] = ["links", "api", "payments", "platform"];

impl Field for StatusText {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        one_of(json, &STATUSES).map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": STATUSES})
    }

    fn meaning(&self) -> String {
        <&'static str>::from(self.0).to_owned()
    }
}

impl Field for OriginText {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        one_of(json, &ORIGINS).map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ORIGINS})
    }

    fn meaning(&self) -> String {
        <&'static str>::from(self.0).to_owned()
    }
}

impl PagedQuery for ListTransactions {
    fn limit(&self) -> Option<PageLimit> {
        self.limit
    }

    fn cursor(&self) -> Option<&Line<1, 1000>> {
        self.cursor.as_ref()
    }
}

impl PagedQuery for ListLinkPayments {
    fn limit(&self) -> Option<PageLimit> {
        self.limit
    }

    fn cursor(&self) -> Option<&Line<1, 1000>> {
        self.cursor.as_ref()
    }
}

/// Transactions that are asked for.
pub type AskedTransactions = Asked<TransactionFilter>;

impl ListTransactions {
    /// What is asked for.
    ///
    /// # Errors
    /// A cursor of another list; amounts in a form that they do not have.
    pub fn command(&self, scope: Scope, now: Time) -> Result<AskedTransactions> {
        self.over(self.page(scope, "transactions")?, now)
    }

    /// What is asked for, of this page.
    pub(super) fn over(&self, page: Page, now: Time) -> Result<AskedTransactions> {
        let limit = |name: &'static str, amount: &Option<Amount>| {
            let limit = amount.as_ref().map(|amount| Money::parse_limit(&amount.0));
            limit.transpose().map_err(|why| Problem::field(name, why.0))
        };
        // What is no id of a link names none, so that nothing is found.
        let nothing = || PaymentLinkId::from_uuid(uuid::Uuid::nil());
        let link =
            self.payment_link_id.as_ref().map(|id| id.0.parse().unwrap_or_else(|_| nothing()));
        let filter = TransactionFilter {
            status: self.status.map(|status| status.0),
            link,
            origin: self.origin.map(|origin| origin.0),
            currency: self.currency.map(|currency| currency.0),
            least: limit("min_amount", &self.min_amount)?,
            most: limit("max_amount", &self.max_amount)?,
            search: self.search.as_ref().map(|text| text.0.clone()),
        };
        let slice = page.slice(self.from, self.to, now);
        Ok(Asked { page, slice, filter })
    }
}

impl ListLinkPayments {
    /// What is asked for of a link.
    ///
    /// # Errors
    /// A cursor of another list.
    pub fn command(
        &self,
        scope: Scope,
        link: PaymentLinkId,
        now: Time,
    ) -> Result<AskedTransactions> {
        let page = self.page(scope, &format!("payments of {link}"))?;
        Ok(self.over(page, link, now))
    }

    /// What is asked for of a link, of this page.
    pub(super) fn over(&self, page: Page, link: PaymentLinkId, now: Time) -> AskedTransactions {
        let filter = TransactionFilter {
            status: self.status.map(|status| status.0),
            link: Some(link),
            search: self.search.as_ref().map(|text| text.0.clone()),
            ..TransactionFilter::default()
        };
        let slice = page.slice(self.from, self.to, now);
        Asked { page, slice, filter }
    }
}

/// A page of transactions.
#[derive(View)]
pub struct TransactionList {
    /// The transactions of this page, newest first.
    pub results: Vec<TransactionView>,
    /// The address of the next page; null at the end.
    pub next: Option<String>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Always null: lists go on, not back.
    pub previous: Option<String>,
    /// How far rows were looked at in vain, RFC 3339.
    pub looked_until: Option<String>,
}

/// A page of transactions, with where the next one is.
pub fn list(
    found: &Listing<Transaction>,
    asked: &AskedTransactions,
    shown: Shown,
    req: &Request,
    base: &str,
) -> Reply {
    let Next { url, cursor, looked_until } = asked.page.next_by_time(found, req, base);
    Reply::json(&TransactionList {
        results: found.entries.iter().map(|found| view(found, shown)).collect(),
        next: url,
        next_cursor: cursor,
        previous: None,
        looked_until,
    })
}
