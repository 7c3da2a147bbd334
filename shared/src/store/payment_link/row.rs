//! A link's row on its tenant's list: what lists filter, sort and show, without the lines. Edits
//! write the first half of it, the recount of statistics adds the other; the link itself is never
//! touched for that, so that statistics do not stand in the way of charges.

use super::figures::{figures_from_item, figures_to_item};
use crate::{
    model::{
        Currency, Money, Scope, Time,
        actor::Actor,
        id::{PaymentLinkId, ProductId},
        link_figures::LinkFigures,
        metadata::Metadata,
        payment_link::{Limit, LinkDetails, LinkStatus, PaymentLink, Sells},
        tax::Pricing,
    },
    store::{Consistency, Corrupt, Guard, Item, Query, Result, Table, Update, Value, key},
};

/// Largest page of a walk over a tenant's links.
pub const MAX_ROWS: u32 = 50_000;

/// A link as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// The id of the link that the row is about.
    pub id: PaymentLinkId,
    /// The seller's name for it.
    pub name: String,
    /// Whether it is switched on; one that is off is inactive.
    pub active: bool,
    /// From when on it is expired; `None` where it has no end.
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
    /// Whether its prices contain their tax.
    pub pricing_mode: Option<Pricing>,
    /// The seller's own data.
    pub metadata: Option<Metadata>,
    /// Where buyers may go after paying.
    pub success_url: Option<String>,
    /// Who made it: a member, a server or an operator.
    pub created_by: Actor,
    /// The link it was copied from.
    pub cloned_from: Option<PaymentLinkId>,
    /// When it was made.
    pub created_at: Time,
    /// When somebody last edited it.
    pub updated_at: Time,
    /// What came of it, as it was last counted; `None` before that.
    pub figures: Option<LinkFigures>,
}

/// A page of the rows of a tenant's links.
#[derive(Debug)]
pub struct RowPage {
    /// The rows in the order of the list, newest link first.
    pub rows: Vec<LinkRow>,
    /// Whether there are more.
    pub more: bool,
}

impl LinkRow {
    /// What the link is at `now`, as far as its row knows: how often it was paid is as old as the
    /// figures.
    pub fn status_at(&self, now: Time) -> LinkStatus {
        let paid = self.figures.as_ref().map_or(0, |figures| figures.paid);
        match self.expires_at {
            _ if self.deleted_at.is_some() => LinkStatus::Deleted,
            _ if !self.active => LinkStatus::Inactive,
            Some(end) if end <= now => LinkStatus::Expired,
            Some(_) | None if self.limit.max().is_some_and(|max| paid >= max) => {
                LinkStatus::Exhausted
            }
            Some(_) | None => LinkStatus::Active,
        }
    }
}

/// Where a row stands in the list of a tenant's links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowPlace {
    /// When the link was made.
    pub created_at: Time,
    /// The link's id, which sorts links that were made in the same millisecond.
    pub id: PaymentLinkId,
}

impl LinkRow {
    /// Where the row stands.
    pub fn place(&self) -> RowPlace {
        RowPlace { created_at: self.created_at, id: self.id }
    }
}

impl Table {
    /// The row of one link.
    pub async fn link_row(&self, link: &PaymentLink) -> Result<Option<LinkRow>> {
        let key = key::listed_link(link.scope, link.created_at, link.id);
        let item = self.get(&key, Consistency::Eventual).await?;
        Ok(item.map(|item| from_item(&item)).transpose()?)
    }

    /// What the row of a link says that came of it, and how often that was written; `None` where
    /// there is no row.
    pub async fn row_figures(
        &self,
        link: &PaymentLink,
    ) -> Result<Option<(Option<LinkFigures>, u64)>> {
        let key = key::listed_link(link.scope, link.created_at, link.id);
        let Some(item) = self.get(&key, Consistency::Strong).await? else { return Ok(None) };
        let written = if item.get("figv").is_some() { item.number("figv")? } else { 0 };
        Ok(Some((from_item(&item)?.figures, written)))
    }

    /// Rows of a tenant's links, newest first, before one of them.
    pub async fn link_rows(
        &self,
        s: Scope,
        before: Option<RowPlace>,
        limit: u32,
    ) -> Result<RowPage> {
        // The row itself is read once more, and left out below.
        let place = |place: RowPlace| key::listed_link(s, place.created_at, place.id).sk;
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

/// The write that puts what came of a link into its row, unless somebody did since it was read. Edits
/// of the link neither notice nor undo it.
pub fn put_figures(link: &PaymentLink, figures: &LinkFigures, written: u64) -> Update {
    let key = key::listed_link(link.scope, link.created_at, link.id);
    let update = Update::aside(key).set("fig", figures_to_item(figures)).add("figv", 1);
    match written {
        0 => update.guard(Guard::Absent("figv")),
        written => update.guard(Guard::Is("figv", written.into())),
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
        .with("name", details.name.as_str())
        .with("a", link.active)
        .with_some("x", link.expires_at)
        .with_some("del", link.deleted_at)
        .with_some("max", link.uses.limit.max())
        .with("cur", currency.code())
        .with("sum", totals)
        .with_texts("prod", lines.map(|line| line.product.to_string()))
        .with("by", details.created_by.to_string())
        .with_some("mode", details.snapshot.as_ref().map(|it| it.pricing_mode.as_str()))
        .with_some("meta", details.metadata.as_ref().map(Metadata::as_str))
        .with_some("ok", details.addresses.success.as_deref())
        .with_some("from", details.cloned_from.map(|id| id.to_string()))
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
    let row = details.iter().fold(row, |row, details| {
        let row = row.set("name", details.name.as_str());
        match &details.metadata {
            Some(metadata) => row.set("meta", metadata.as_str()),
            None => row.remove("meta"),
        }
    });
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

/// A row as it was kept.
pub fn from_item(item: &Item) -> std::result::Result<LinkRow, Corrupt> {
    let max = item.get("max").map(|_| item.number("max")).transpose()?;
    let sums = item.map("sum")?;
    let totals = sums.0.keys().map(|code| {
        let currency: Currency = code.parse().map_err(|_| item.corrupt("sum"))?;
        Ok(Money::from_minor(sums.number(code)?, currency))
    });
    let (created_at, id) = place(item).ok_or_else(|| item.corrupt("sk"))?;
    let metadata = item.text_if_any("meta").map(Metadata::new).transpose();
    Ok(LinkRow {
        id,
        name: item.text("name")?.to_owned(),
        active: item.flag("a"),
        expires_at: item.time_if_any("x")?,
        deleted_at: item.time_if_any("del")?,
        limit: Limit::at_most(max).ok_or_else(|| item.corrupt("max"))?,
        currency: item.parse("cur")?,
        totals: totals.collect::<std::result::Result<_, Corrupt>>()?,
        products: item.texts("prod")?,
        pricing_mode: item.parse_if_any("mode")?,
        metadata: metadata.map_err(|_| item.corrupt("meta"))?,
        success_url: item.text_if_any("ok").map(str::to_owned),
        created_by: item.parse("by")?,
        cloned_from: item.parse_if_any("from")?,
        created_at,
        updated_at: item.time("upd")?,
        figures: match item.get("fig") {
            Some(_) => Some(figures_from_item(item.map("fig")?)?),
            None => None,
        },
    })
}

/// When the link of a row was made, and its id: both stand in the key alone.
fn place(item: &Item) -> Option<(Time, PaymentLinkId)> {
    let (ms, id) = item.text_if_any("sk")?.split_once('#')?;
    Some((Time::from_ms(ms.parse().ok()?), id.parse().ok()?))
}
