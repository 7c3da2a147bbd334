//! The activity list in the table: one partition a tenant, mode and month.

mod facts;
mod note;
mod told;

pub use told::{Before, told};

use super::{
    Consistency, Corrupt, Error, Item, Query, Result, Table, Value, Write, acting, intent, key,
    list::{Gather, Gathered, Listing, Slice},
};
use crate::model::{
    Scope,
    activity::{Activity, FieldChange, KEPT_DAYS},
};

/// Records looked at in one read for those that somebody changed.
const MAX_PER_READ: u32 = 500;

/// Such reads of one partition: more than any has records.
const MAX_READS: u32 = 200;

impl Table {
    /// Keeps an entry; keeping it twice is fine, for one act has one id.
    pub async fn keep_activity(&self, entry: &Activity) -> Result<()> {
        match self.commit(vec![Write::Insert(to_item(entry))]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Whether an entry of this id is kept.
    pub async fn has_activity(&self, entry: &Activity) -> Result<bool> {
        let place = key::activity(entry.scope, entry.id);
        Ok(self.get(&place, Consistency::Strong).await?.is_some())
    }

    /// Records of a partition that say who changed them last.
    pub async fn acted_on(&self, partition: String) -> Result<Vec<Item>> {
        let mut found = Vec::new();
        let mut from = " ".to_owned();
        for _ in 0..MAX_READS {
            let query = Query {
                index: None,
                pk: partition.clone(),
                from,
                to: "~".to_owned(),
                consistency: Consistency::Strong,
                oldest_first: true,
                limit: MAX_PER_READ,
            };
            let page = self.query(query).await?;
            let Some(last) = page.items.last() else { break };
            // What sorts right behind it.
            from = format!("{} ", last.text("sk")?);
            found.extend(page.items.into_iter().filter(acting::is_stamped));
            if !page.more {
                break;
            }
        }
        Ok(found)
    }

    /// What was done in an organisation, newest first. Pages are filled, unless very much is looked
    /// at in vain.
    pub async fn activity(
        &self,
        scope: Scope,
        slice: &Slice,
        wanted: impl Fn(&Activity) -> bool,
    ) -> Result<Listing<Activity>> {
        let mut gathered = Gathered::on_links(slice);
        let mut part = slice.clone();
        loop {
            let raw = self.list_by_month(|month| key::activities(scope, month), &part).await?;
            let raw = raw.try_map(from_item)?;
            match gathered.take(raw, slice, &wanted, |entry| *entry.id.uuid()) {
                Gather::Done(listing) => return Ok(listing),
                Gather::More(next) => part = next,
            }
        }
    }
}

fn to_item(entry: &Activity) -> Item {
    key::activity(entry.scope, entry.id)
        .item()
        .with("v", 1_i64)
        .with("at", entry.at)
        .with("who", entry.actor.to_string())
        .with_some("name", entry.name.as_deref())
        .with("did", entry.action.as_str())
        .with("to", entry.object.as_str())
        .with("diff", changes_to(&entry.changes))
        .with("ttl", entry.at.plus_days(KEPT_DAYS).seconds())
}

fn changes_to(changes: &[FieldChange]) -> Value {
    let changes = changes.iter().map(|change| {
        let item = Item::new().with("f", change.field.as_str());
        let item = item.with_some("b", change.before.as_deref());
        Value::M(item.with_some("a", change.after.as_deref()))
    });
    Value::L(changes.collect())
}

fn changes_from(item: &Item) -> std::result::Result<Vec<FieldChange>, Corrupt> {
    let changes = item.items("diff")?.into_iter().map(|change| {
        let text = |name| change.text_if_any(name).map(str::to_owned);
        Ok(FieldChange { field: change.text("f")?.to_owned(), before: text("b"), after: text("a") })
    });
    changes.collect()
}

fn from_item(item: &Item) -> std::result::Result<Activity, Corrupt> {
    Ok(Activity {
        id: item.parse("sk")?,
        scope: intent::scope_of(item)?,
        at: item.time("at")?,
        actor: item.parse("who")?,
        name: item.text_if_any("name").map(str::to_owned),
        action: item.parse("did")?,
        object: item.text("to")?.to_owned(),
        changes: changes_from(item)?,
    })
}

#[cfg(test)]
mod tests;
