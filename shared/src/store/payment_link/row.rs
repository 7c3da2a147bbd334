//! A link's row on its tenant's list: what lists filter, sort and show, without the lines. Edits
//! write the first half of it, the recount of statistics adds the other; the link itself is never
//! touched for that, so that statistics do not stand in the way of charges.

use crate::{
    model::{
        Currency, Money, Scope, Time,
        id::{PaymentLinkId, ProductId},
        payment_link::{Limit, LinkDetails, PaymentLink, Sells},
    },
    store::{Consistency, Corrupt, Item, Query, Result, Table, Update, Value, key},
};

/// Largest page of a walk over a tenant's links.
const MAX_ROWS: u32 = 1_000;

/// A link as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// Its id.
    pub id: PaymentLinkId,
    /// The seller's name for it.
    pub name: String,
    /// Switched on.
    pub active: bool,
    /// Its end.
    pub expires_at: Option<Time>,
    /// Since when it is deleted.
    pub deleted_at: Option<Time>,
    /// How often it may be paid.
    pub limit: Limit,
    /// The currency it proposes.
    pub currency: Currency,
    /// The sum of its lines in each currency, with the quantities it proposes.
    pub totals: Vec<Money>,
    /// The products of its lines.
    pub products: Vec<ProductId>,
    /// When it was made.
    pub created_at: Time,
    /// When somebody last edited it.
    pub updated_at: Time,
    /// What the recount wrote, whatever it is; empty before the first.
    pub figures: Item,
}

/// Some rows.
#[derive(Debug)]
pub struct RowPage {
    /// The rows.
    pub rows: Vec<LinkRow>,
    /// Whether there are more.
    pub more: bool,
}

impl Table {
    /// Rows of a tenant's links, newest first, before one of them.
    ///
    /// # Errors
    /// The table cannot be reached, or a record is corrupt.
    pub async fn link_rows(
        &self,
        s: Scope,
        before: Option<&LinkRow>,
        limit: u32,
    ) -> Result<RowPage> {
        // The row itself is read once more, and left out below.
        let place = |row: &LinkRow| key::listed_link(s, row.created_at, row.id).sk;
        let query = Query {
            index: None,
            pk: key::listed_links(s),
            from: "0".to_owned(),
            to: before.map_or_else(|| "~".to_owned(), place),
            consistency: Consistency::Eventual,
            oldest_first: false,
            limit: limit.min(MAX_ROWS).saturating_add(1),
        };
        let page = self.query(query).await?;
        let rows = page.items.iter().map(from_item);
        let mut rows = rows.collect::<std::result::Result<Vec<_>, Corrupt>>()?;
        rows.retain(|row| before.is_none_or(|before| before.id != row.id));
        let limit = usize::try_from(limit.min(MAX_ROWS)).unwrap_or(usize::MAX);
        let more = page.more || rows.len() > limit;
        rows.truncate(limit);
        Ok(RowPage { rows, more })
    }
}

/// A new link's row.
pub(super) fn to_item(link: &PaymentLink, details: &LinkDetails) -> Item {
    let (currency, totals) = totals(link, details);
    let totals = totals.iter();
    let totals =
        totals.fold(Item::new(), |item, money| item.with(money.currency().code(), money.minor()));
    let lines = details.snapshot.iter().flat_map(|snapshot| &snapshot.lines);
    key::listed_link(link.scope, link.created_at, link.id)
        .item()
        .with("v", 1_i64)
        .with("id", link.id.to_string())
        .with("name", details.name.as_str())
        .with("a", link.active)
        .with_some("x", link.expires_at)
        .with_some("del", link.deleted_at)
        .with_some("max", link.uses.limit.max())
        .with("cur", currency.code())
        .with("sum", totals)
        .with_texts("prod", lines.map(|line| line.product.to_string()))
        .with("crt", link.created_at)
        .with("upd", link.updated_at)
}

/// The row after an edit: only what changes is written.
pub(super) fn edited(
    before: &PaymentLink,
    after: &PaymentLink,
    details: Option<&LinkDetails>,
) -> Update {
    let row = Update::of(key::listed_link(after.scope, after.created_at, after.id));
    let row = row.set("upd", after.updated_at);
    let row = if before.active == after.active { row } else { row.set("a", after.active) };
    let row = details.iter().fold(row, |row, details| row.set("name", details.name.as_str()));
    let time = |time: Option<Time>| time.map(Value::from);
    let max = |link: &PaymentLink| link.uses.limit.max().map(Value::from);
    let optional = [
        ("x", time(before.expires_at), time(after.expires_at)),
        ("del", time(before.deleted_at), time(after.deleted_at)),
        ("max", max(before), max(after)),
    ];
    let changed = optional.into_iter().filter(|(_, before, after)| before != after);
    changed.fold(row, |row, (name, _, after)| match after {
        Some(value) => row.set(name, value),
        None => row.remove(name),
    })
}

fn totals(link: &PaymentLink, details: &LinkDetails) -> (Currency, Vec<Money>) {
    match (&link.sells, &details.snapshot) {
        (Sells::Snapshot, Some(snapshot)) => {
            let sums = snapshot.currencies().into_iter().filter_map(|currency| {
                let lines = snapshot.choose(currency, &[]).ok()?;
                crate::model::catalog::sum(currency, &lines)
            });
            (snapshot.currency, sums.collect())
        }
        (Sells::Amount(amount), _) => (amount.currency(), vec![*amount]),
        (Sells::Snapshot, None) => (Currency::USD, Vec::new()),
    }
}

fn from_item(item: &Item) -> std::result::Result<LinkRow, Corrupt> {
    let max = item.get("max").map(|_| item.number("max")).transpose()?;
    let sums = item.map("sum")?;
    let totals = sums.0.keys().map(|code| {
        let currency: Currency = code.parse().map_err(|_| item.corrupt("sum"))?;
        Ok(Money::from_minor(sums.number(code)?, currency))
    });
    Ok(LinkRow {
        id: item.parse("id")?,
        name: item.text("name")?.to_owned(),
        active: item.flag("a"),
        expires_at: item.time_if_any("x")?,
        deleted_at: item.time_if_any("del")?,
        limit: Limit::at_most(max).ok_or_else(|| item.corrupt("max"))?,
        currency: item.parse("cur")?,
        totals: totals.collect::<std::result::Result<_, Corrupt>>()?,
        products: item.texts("prod")?,
        created_at: item.time("crt")?,
        updated_at: item.time("upd")?,
        figures: match item.get("fig") {
            Some(_) => item.map("fig")?.clone(),
            None => Item::new(),
        },
    })
}
