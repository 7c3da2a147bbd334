//! Transactions as a table for spreadsheets.

use super::{
    csv::TableRequest,
    csv::{Cell, MAX_ROWS, Separator, Sheet},
    list::{Next, Page},
    transaction::{Shown, view},
    transaction_list::{AskedTransactions, ListLinkPayments, ListTransactions},
};
use crate::{
    http::{
        Reply, Result,
        body::{Body, Fields},
        field::Field,
        meaning::Meaning,
        view::Object,
    },
    model::{Scope, Time, id::PaymentLinkId, place::Place, transaction::Transaction, zone::Zone},
    operations::transactions::Exported,
};

/// What a list takes, but for the page size, and what stands between cells.
pub struct Export<L> {
    list: L,
    separator: Option<Separator>,
}

/// Which transactions a table has.
pub type ExportTransactions = Export<ListTransactions>;

/// Which payments of a link a table has.
pub type ExportLinkPayments = Export<ListLinkPayments>;

impl<L: Body> Body for Export<L> {
    fn read(fields: &mut Fields) -> Option<Self> {
        if fields.has("limit") {
            fields.problem("limit", "is not a field of this request");
        }
        let separator = fields.optional("separator");
        Some(Self { list: L::read(fields)?, separator })
    }

    fn describe(object: &mut Object) {
        L::describe(object);
        object.remove("limit");
        let doc = "What stands between cells: `comma` or `semicolon`.";
        object.add("separator", doc, Separator::schema(), false);
    }

    fn meaning(&self) -> Meaning {
        let separator = self.separator.unwrap_or(Separator::Comma);
        self.list.meaning().with("separator", separator.meaning())
    }
}

impl ExportTransactions {
    /// What is asked for.
    ///
    /// # Errors
    /// As [`ListTransactions::command`].
    pub fn command(&self, scope: Scope, now: Time) -> Result<AskedTransactions> {
        let page =
            Page::of(scope, "transactions.csv", &self.meaning(), None, self.list.cursor.as_ref())?;
        self.list.over(page.sized(MAX_ROWS), now)
    }
}

impl ExportLinkPayments {
    /// What is asked for of a link.
    ///
    /// # Errors
    /// As [`ListLinkPayments::command`].
    pub fn command(
        &self,
        scope: Scope,
        link: PaymentLinkId,
        now: Time,
    ) -> Result<AskedTransactions> {
        let list = format!("payments of {link}.csv");
        let page = Page::of(scope, &list, &self.meaning(), None, self.list.cursor.as_ref())?;
        Ok(self.list.over(page.sized(MAX_ROWS), link, now))
    }
}

impl<L> Export<L> {
    /// The table, with times of this zone.
    pub fn reply(
        &self,
        found: &Exported,
        asked: &AskedTransactions,
        table: TableRequest<'_>,
        shown: Shown,
    ) -> Reply {
        let TableRequest { req, base, zone } = table;
        let first = asked.page.after.is_none();
        let separator = self.separator.unwrap_or(Separator::Comma);
        let mut sheet = Sheet::new(separator, first.then_some(&COLUMNS[..]));
        let mut written = None;
        for transaction in &found.rows {
            if sheet.is_full() {
                break;
            }
            let name = transaction.link().and_then(|link| found.names.get(&link));
            sheet.row(&cells(transaction, name.map(String::as_str), zone, shown));
            written = Some(*transaction.intent.id.uuid());
        }
        let whole = written == found.rows.last().map(|last| *last.intent.id.uuid());
        let next = if whole { found.next } else { written };
        let place = next.map(|id| Place { key: String::new(), id });
        let Next { url, .. } = asked.page.next(req, base, place.as_ref(), None);
        sheet.reply("transactions", url.as_deref())
    }
}

/// One column each.
const COLUMNS: [&str; 23] = [
    "transaction_id",
    "order_id",
    "status",
    "created_at",
    "paid_at",
    "link_name",
    "link_uuid",
    "products",
    "currency",
    "subtotal",
    "tax",
    "amount",
    "refunded",
    "net",
    "payer_name",
    "payer_email",
    "country",
    "card_brand",
    "card_last4",
    "attempts",
    "last_error",
    "origin",
    "metadata",
];

fn cells(
    transaction: &Transaction,
    link_name: Option<&str>,
    zone: &Zone,
    shown: Shown,
) -> [Cell; 23] {
    let seen = view(transaction, shown);
    let computed = |text: &str| Cell::Computed(text.to_owned());
    let local = |time: Option<Time>| Cell::computed(time.map(|time| zone.rfc3339(time)));
    let bought = seen.products.iter().map(|line| format!("{} x {}", line.quantity, line.name));
    let name = seen.payer.as_ref().map(|payer| format!("{} {}", payer.first_name, payer.last_name));
    let newest = seen.depositAttempts.first();
    let failed = seen.depositAttempts.iter().find_map(|attempt| attempt.errorCode);
    [
        computed(&seen.id),
        computed(&seen.order_id),
        computed(seen.status),
        local(Some(transaction.intent.created_at)),
        local(transaction.paid_at()),
        Cell::typed(link_name),
        Cell::computed(seen.payment_link_id.as_ref()),
        Cell::Typed(bought.collect::<Vec<_>>().join(", ")),
        computed(&seen.currency),
        computed(&seen.subtotal),
        computed(&seen.tax),
        computed(&seen.amount),
        computed(&seen.refunded_amount),
        computed(&seen.net_amount),
        Cell::typed(name.as_deref()),
        Cell::typed(seen.payer_email.as_deref()),
        Cell::computed(seen.payer.as_ref().map(|payer| &payer.country)),
        Cell::computed(newest.map(|attempt| &attempt.paymentMethod.brand)),
        Cell::computed(newest.map(|attempt| &attempt.paymentMethod.last4)),
        Cell::computed(Some(seen.depositAttempts.len())),
        Cell::computed(failed),
        computed(seen.origin),
        Cell::Typed(seen.metadata.text().to_owned()),
    ]
}
