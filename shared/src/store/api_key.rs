//! API keys of the payments and the links surface in the table: at most 50 a tenant and mode, in one
//! partition, each found from its text alone.

use super::{Consistency, Corrupt, Error, Guard, Item, Query, Result, Table, Update, Write, key};
use crate::model::{
    Scope, Surface, Time,
    api_key::{ApiKey, ClaimedKey, KeyPlace},
    id::ApiKeyId,
};

/// Keys looked at in one read; ended ones are swept.
const MAX_KEYS: u32 = 200;

/// Reads for a tenant's keys: ended ones stand among them until they are swept.
const MAX_READS: usize = 20;

/// An ended key is kept this long, for the list.
const ENDED_KEPT_DAYS: i64 = 30;

/// How often the time of the last use is written, in milliseconds.
const USED_EVERY_MS: i64 = 3_600_000;

impl Table {
    /// The record that a key's text claims to be. Its hash proves whether it is.
    pub async fn claimed_key(&self, claimed: &ClaimedKey) -> Result<Option<ApiKey>> {
        let item = self.get(&key_of(claimed), Consistency::Strong).await?;
        Ok(item.map(|item| from_item(claimed.scope, &item)).transpose()?)
    }

    /// One key of this tenant.
    pub async fn api_key(
        &self,
        scope: Scope,
        surface: Surface,
        id: ApiKeyId,
    ) -> Result<Option<ApiKey>> {
        let place = KeyPlace::of(id);
        let key = self.claimed_key(&ClaimedKey { surface, scope, place }).await?;
        Ok(key.filter(|key| key.id == id))
    }

    /// A tenant's keys of a surface, newest first, ended ones included as long as they are kept.
    pub async fn api_keys(&self, scope: Scope, surface: Surface) -> Result<Vec<ApiKey>> {
        let mut from = format!("{}#", surface.as_str());
        let mut keys = Vec::new();
        for _ in 0..MAX_READS {
            let query = Query {
                index: None,
                pk: key::api_keys(scope),
                from,
                to: format!("{}#~", surface.as_str()),
                consistency: Consistency::Strong,
                oldest_first: true,
                limit: MAX_KEYS,
            };
            let page = self.query(query).await?;
            let read = page.items.iter().map(|item| from_item(scope, item));
            keys.extend(read.collect::<std::result::Result<Vec<_>, Corrupt>>()?);
            let Some(last) = page.items.last().filter(|_| page.more) else { break };
            // A place with a blank behind it sorts right after the place itself.
            from = format!("{} ", last.text("sk")?);
        }
        keys.sort_by_key(|key| std::cmp::Reverse(key.id));
        Ok(keys)
    }

    /// Notes that a key was used, at most once an hour.
    pub async fn note_key_use(&self, key: &ApiKey, now: Time) -> Result<()> {
        let stale = now.ms().saturating_sub(USED_EVERY_MS);
        if key.last_used_at.is_some_and(|used| used.ms() > stale) {
            return Ok(());
        }
        let update =
            Update::of(place(key)).set("used", now).guard(Guard::AbsentOrAtMost("used", stale));
        match self.update(update).await {
            Ok(_) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

/// Where a key's record is, for reading it together with other things.
pub fn key_of(claimed: &ClaimedKey) -> super::Key {
    key::api_key(claimed.scope, claimed.surface, claimed.place)
}

/// The write that makes a key.
pub fn insert(key: &ApiKey) -> Write {
    Write::Insert(to_item(key))
}

/// The write that ends a key now, or lets it end. Uses meanwhile are no conflict.
pub fn end(next: &ApiKey) -> Write {
    let update = Update::of(place(next)).guard(Guard::Absent("off"));
    let update = match next.revoked_at {
        Some(at) => update.set("off", at),
        None => update,
    };
    let update = match next.expires_at {
        Some(at) => update.set("exp", at),
        None => update,
    };
    Write::Update(match swept_at(next) {
        Some(at) => update.set("ttl", at.seconds()),
        None => update,
    })
}

fn place(key: &ApiKey) -> super::Key {
    key::api_key(key.scope, key.surface, KeyPlace::of(key.id))
}

fn swept_at(key: &ApiKey) -> Option<Time> {
    let end = key.revoked_at.or(key.expires_at);
    end.map(|end| end.plus_days(ENDED_KEPT_DAYS))
}

fn to_item(key: &ApiKey) -> Item {
    place(key)
        .item()
        .with("v", key.version)
        .with("id", key.id.to_string())
        .with("sfc", key.surface.as_str())
        .with("name", key.name.as_str())
        .with("hash", key.secret_hash.as_str())
        .with_texts("scopes", key.scopes.iter())
        .with("by", key.created_by.to_string())
        .with_some("exp", key.expires_at)
        .with_some("off", key.revoked_at)
        .with_some("used", key.last_used_at)
        .with("crt", key.created_at)
        .with_some("ttl", swept_at(key).map(Time::seconds))
}

/// A key as it was kept.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<ApiKey, Corrupt> {
    Ok(ApiKey {
        id: item.parse("id")?,
        scope,
        surface: Surface::named(item.text("sfc")?).ok_or_else(|| item.corrupt("sfc"))?,
        name: item.text("name")?.to_owned(),
        secret_hash: item.text("hash")?.to_owned(),
        scopes: item.texts("scopes")?,
        created_by: item.parse("by")?,
        expires_at: item.time_if_any("exp")?,
        revoked_at: item.time_if_any("off")?,
        last_used_at: item.time_if_any("used")?,
        created_at: item.time("crt")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
