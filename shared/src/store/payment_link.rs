//! Payment links in the table: counters and settings in one small item, what the page shows in
//! another, and a row on the tenant's list.
//!
//! Counting needs no read first: every step is an update under guards, in the commit of the payment
//! it belongs to. Where there is a limit, `c` (left) + `u` (confirmed) + `h` (in progress) is always
//! `max`; where there is none, `c` is a number that is never used up.

mod details;
mod figures;
mod row;

pub use details::{addresses_from_item, addresses_to_item};
pub(super) use details::{offer, with_offer};
pub use figures::{figures_from_item, figures_to_item};
pub use row::{LinkRow, MAX_ROWS, RowPage, RowPlace, from_item as row_from_item, put_figures};

use super::{Consistency, Corrupt, Guard, Item, Query, Result, Table, Update, Value, Write, key};
use crate::model::{
    Currency, Money, Scope, Surface, Time,
    id::PaymentLinkId,
    payment_intent::ChargingAccount,
    payment_link::{Limit, LinkDetails, LinkRefusal, LinkUses, PaymentLink, Sells},
    processor_account::ProcessorAccount,
};

/// The end of a link that has none: the last moment there is.
const NEVER_MS: i64 = 253_402_300_799_999;

/// What is left of a link without a limit: 9 x 10^15.
const UNLIMITED: i64 = 9_000_000_000_000_000;

impl Table {
    /// A link's settings and counters. The id is the secret; whose link it is stands in it.
    pub async fn payment_link(
        &self,
        id: PaymentLinkId,
        consistency: Consistency,
    ) -> Result<Option<PaymentLink>> {
        let item = self.get(&key::payment_link(id), consistency).await?;
        Ok(item.map(|item| from_item(&item)).transpose()?)
    }

    /// A link with everything that its page shows, in one trip.
    pub async fn link_with_details(
        &self,
        id: PaymentLinkId,
        consistency: Consistency,
    ) -> Result<Option<(PaymentLink, LinkDetails)>> {
        let query = Query {
            index: None,
            pk: key::link_parts(id),
            from: "link".to_owned(),
            to: "snapshot".to_owned(),
            consistency,
            oldest_first: true,
            limit: 2,
        };
        let page = self.query(query).await?;
        match page.items.as_slice() {
            [link, details] => Ok(Some((from_item(link)?, details::from_item(details)?))),
            _ => Ok(None),
        }
    }
}

/// The writes that make a link: its two parts, and its row.
pub fn insert(link: &PaymentLink, details: &LinkDetails) -> [Write; 3] {
    [
        Write::Insert(to_item(link)),
        Write::Insert(details::to_item(link.id, details)),
        Write::Insert(row::to_item(link, details)),
    ]
}

/// Takes a use for a charge that starts at `now`: what [`PaymentLink::reserve`] does, without
/// reading first. A test holds both against each other.
pub fn reserve_use(id: PaymentLinkId, now: Time) -> Update {
    Update::of(key::payment_link(id))
        .add("c", -1)
        .add("h", 1)
        .guard(Guard::Is("a", 1_i64.into()))
        .guard(Guard::Absent("del"))
        .guard(Guard::Above("x", now.ms()))
        .guard(Guard::AtLeast("c", 1))
}

/// The charge was approved. Nothing but a use in progress is asked for: a paid charge is never
/// turned away.
pub fn confirm_use(id: PaymentLinkId) -> Update {
    let update = Update::of(key::payment_link(id)).add("h", -1).add("u", 1);
    update.guard(Guard::AtLeast("h", 1))
}

/// The charge took no money: its use is free again.
pub fn give_back_use(id: PaymentLinkId) -> Update {
    let update = Update::of(key::payment_link(id)).add("h", -1).add("c", 1);
    update.guard(Guard::AtLeast("h", 1))
}

/// Notes that a link's end has come, which tells its receivers: unless it has another end by now, is
/// deleted or switched off.
pub fn note_end(link: &PaymentLink) -> Update {
    let end = expiry_ms(link);
    Update::of(key::payment_link(link.id))
        .set("told", end)
        .guard(Guard::Is("x", end.into()))
        .guard(Guard::Is("a", 1_i64.into()))
        .guard(Guard::Absent("del"))
}

/// Whether a change of a link's record noted that its end has come.
pub fn noted_end(before: Option<&Item>, after: &Item) -> bool {
    let told = |item: &Item| item.get("told").cloned();
    told(after).is_some() && before.is_none_or(|before| told(before) != told(after))
}

/// Why [`reserve_use`] was refused, from the link as it was then. `None`: nothing speaks against it
/// by now, so it may be tried again.
pub fn reserve_refusal(old: &Item, now: Time) -> std::result::Result<Option<LinkRefusal>, Corrupt> {
    Ok(from_item(old)?.reserve(now).err())
}

/// The writes of an edit from `before` to `after`: the link, its details where they change, and its
/// row. Payments meanwhile are no conflict. `exact` refuses when somebody else edited meanwhile;
/// without it only an edit of the same limit does.
#[must_use = "writes change nothing until they are committed"]
pub fn edit(
    before: &PaymentLink,
    after: &PaymentLink,
    details: Option<&LinkDetails>,
    exact: bool,
) -> Vec<Write> {
    // Only what changes is written: two edits of different parts do not undo each other.
    let edited = Update::of(key::payment_link(after.id)).set("upd", after.updated_at).add("e", 1);
    let switch = if before.active == after.active {
        edited
    } else {
        edited.set("a", i64::from(after.active))
    };
    let switch = if before.expires_at == after.expires_at {
        switch
    } else {
        switch.set("x", expiry_ms(after))
    };
    let deleted = match (before.deleted_at, after.deleted_at) {
        (Some(_), None) => switch.guard(Guard::AtLeast("del", 1)).remove("del"),
        (None, Some(at)) => switch.guard(Guard::Absent("del")).set("del", at),
        (Some(_), Some(_)) | (None, None) => switch.guard(Guard::Absent("del")),
    };
    let limited = with_limit(deleted, &before.uses, &after.uses);
    let edits = Value::from(before.edits);
    let link = if exact { limited.guard(Guard::Is("e", edits)) } else { limited };
    let version = |details: &LinkDetails| details.version.saturating_sub(1);
    let replaced = details.map(|details| Write::Replace {
        item: details::to_item(after.id, details),
        version: version(details),
    });
    let row = Write::Update(row::edited(before, after, details));
    [Write::Update(link)].into_iter().chain(replaced).chain([row]).collect()
}

/// Another limit, exact whatever is paid meanwhile: where there was one, what is left changes by the
/// difference; where there was none, the counters must be as they were read.
fn with_limit(update: Update, before: &LinkUses, after: &LinkUses) -> Update {
    let number = |uses: u32| Value::from(uses);
    match (before.limit.max(), after.limit.max()) {
        (old, new) if old == new => update,
        (Some(old), Some(new)) => {
            let more = i64::from(new) - i64::from(old);
            let update = update.set("max", number(new)).add("c", more);
            let update = update.guard(Guard::Is("max", number(old)));
            if more < 0 { update.guard(Guard::AtLeast("c", -more)) } else { update }
        }
        (None, Some(new)) => update
            .set("max", number(new))
            .set("c", i64::from(new) - i64::from(before.confirmed) - i64::from(before.in_progress))
            .guard(Guard::Absent("max"))
            .guard(Guard::Is("u", number(before.confirmed)))
            .guard(Guard::Is("h", number(before.in_progress))),
        (Some(old), None) => {
            let update = update.remove("max").set("c", UNLIMITED);
            update.guard(Guard::Is("max", number(old)))
        }
        (None, None) => update,
    }
}

fn expiry_ms(link: &PaymentLink) -> i64 {
    link.expires_at.map_or(NEVER_MS, Time::ms)
}

/// A link as it is kept.
pub fn to_item(link: &PaymentLink) -> Item {
    let uses = &link.uses;
    let item = key::payment_link(link.id)
        .item()
        .with("v", link.version)
        .with("t", link.scope.tenant.to_string())
        .with("m", link.scope.mode.as_str())
        .with("sfc", link.surface.as_str())
        .with("a", i64::from(link.active))
        .with("x", expiry_ms(link))
        .with_some("del", link.deleted_at)
        .with_some("max", uses.limit.max())
        .with("c", uses.left().map_or(UNLIMITED, i64::from))
        .with("u", uses.confirmed)
        .with("h", uses.in_progress)
        .with("e", link.edits)
        .with_some("tries", link.attempts.max())
        .with_some("acct", link.account.as_ref().map(account_to_item))
        .with("crt", link.created_at)
        .with("upd", link.updated_at);
    match &link.sells {
        Sells::Amount(amount) => {
            item.with("amt", amount.minor()).with("cur", amount.currency().code())
        }
        Sells::Snapshot => item,
    }
}

/// A link as it was kept.
pub fn from_item(item: &Item) -> std::result::Result<PaymentLink, Corrupt> {
    let id = item.text("pk")?.strip_prefix("link#").and_then(|id| id.parse().ok());
    let limit = |name: &str| {
        let max = item.get(name).map(|_| item.number(name)).transpose()?;
        Limit::at_most(max).ok_or_else(|| item.corrupt(name))
    };
    let account = item.get("acct").map(|_| account_from_item(item.map("acct")?)).transpose();
    let sells = match item.get("amt") {
        Some(_) => {
            let currency: Currency = item.parse("cur")?;
            Sells::Amount(Money::from_minor(item.number("amt")?, currency))
        }
        None => Sells::Snapshot,
    };
    let surface = Surface::named(item.text("sfc")?).ok_or_else(|| item.corrupt("sfc"))?;
    Ok(PaymentLink {
        id: id.ok_or_else(|| item.corrupt("pk"))?,
        scope: Scope { tenant: item.parse("t")?, mode: item.parse("m")? },
        surface,
        sells,
        account: account?,
        uses: LinkUses {
            limit: limit("max")?,
            confirmed: item.number("u")?,
            in_progress: item.number("h")?,
        },
        attempts: limit("tries")?,
        expires_at: Some(item.time("x")?).filter(|end| end.ms() < NEVER_MS),
        active: item.number::<i64>("a")? == 1,
        deleted_at: item.time_if_any("del")?,
        edits: item.number("e")?,
        created_at: item.time("crt")?,
        updated_at: item.time("upd")?,
        version: item.number("v")?,
    })
}

fn account_to_item(account: &ProcessorAccount) -> Item {
    Item::new()
        .with("own", account.owner.to_string())
        .with("id", account.account.id.to_string())
        .with("proc", account.account.processor.as_str())
        .with_some("conn", account.account.connected.as_deref())
        .with_some("stmt", account.account.statement.as_deref())
}

fn account_from_item(item: &Item) -> std::result::Result<ProcessorAccount, Corrupt> {
    Ok(ProcessorAccount {
        owner: item.parse("own")?,
        account: ChargingAccount {
            id: item.parse("id")?,
            processor: item.text("proc")?.to_owned(),
            connected: item.text_if_any("conn").map(str::to_owned),
            statement: item.text_if_any("stmt").map(str::to_owned),
        },
    })
}

#[cfg(test)]
mod tests;
