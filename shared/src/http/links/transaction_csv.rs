//! Transactions as a table for spreadsheets.

use super::{
    csv::{Cell, Export, TableRequest, Tabular},
    list::Next,
    transaction::{Shown, view},
    transaction_list::{AskedTransactions, ListLinkPayments, ListTransactions},
};
use crate::{
    http::{Reply, Result},
    model::{Scope, Time, id::PaymentLinkId, place::Place, transaction::Transaction, zone::Zone},
    operations::transactions::Exported,
};

/// Which transactions a table has.
pub type ExportTransactions = Export<ListTransactions>;

/// Which payments of a link a table has.
pub type ExportLinkPayments = Export<ListLinkPayments>;

impl Tabular for ListTransactions {
    const OF_PAGES: &'static [&'static str] = &["limit"];
}

impl Tabular for ListLinkPayments {
    const OF_PAGES: &'static [&'static str] = &["limit"];
}

impl ExportTransactions {
    /// What is asked for.
    ///
    /// # Errors
    /// As [`ListTransactions::command`].
    pub fn command(&self, scope: Scope, now: Time) -> Result<AskedTransactions> {
        self.list.over(self.page(scope, "transactions.csv")?, now)
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
        let page = self.page(scope, &format!("payments of {link}.csv"))?;
        Ok(self.list.over(page, link, now))
    }
}

impl<L: Tabular> Export<L> {
    /// The table of transactions, with times of this zone.
    pub fn transactions(
        &self,
        found: &Exported,
        asked: &AskedTransactions,
        table: TableRequest<'_>,
        shown: Shown,
    ) -> Reply {
        let TableRequest { req, base, zone } = table;
        let mut sheet = self.sheet(&asked.page, &COLUMNS);
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
