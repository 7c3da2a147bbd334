//! Replays that are under way. Swept each minute; each keeps where it has come to, so one that was
//! interrupted goes on from there.

use super::{Consistency, Corrupt, Error, Guard, Item, Query, Result, Table, Update, Write, key};
use crate::model::{
    Scope, Time,
    event::{EventFilter, EventType},
    id::EventId,
    replay::{Replay, ReplayRange},
};

impl Table {
    /// Replays of one shard, the longest asked for first.
    pub async fn replays(&self, shard: u8, now: Time, limit: u32) -> Result<Vec<Replay>> {
        let query = Query {
            index: None,
            pk: key::timers("replay", shard),
            from: "0".to_owned(),
            to: key::due_until(now),
            consistency: Consistency::Eventual,
            oldest_first: true,
            limit,
        };
        let page = self.query(query).await?;
        let replays = page.items.iter().map(from_item);
        Ok(replays.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// Writes down how far a replay has come; `None` when a duplicate is at it.
    pub async fn move_replay(&self, replay: &Replay, reached: EventId) -> Result<Option<Replay>> {
        let update = Update::of(key::replay(replay.asked_at, replay.scope, replay.id))
            .set("at", reached.to_string())
            .guard(Guard::Is("v", replay.version.into()));
        match self.update(update).await {
            Ok(item) => Ok(Some(from_item(&item)?)),
            Err(Error::Refused { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Forgets a replay that is done.
    pub async fn end_replay(&self, replay: &Replay) -> Result<()> {
        let key = key::replay(replay.asked_at, replay.scope, replay.id);
        match self.commit(vec![Write::Remove { key, version: replay.version }]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

/// The write that begins a replay.
pub fn insert(replay: &Replay) -> Write {
    let item = key::replay(replay.asked_at, replay.scope, replay.id)
        .item()
        .with("v", replay.version)
        .with("tenant", replay.scope.tenant.to_string())
        .with("mode", replay.scope.mode.as_str())
        .with("id", replay.id.to_string())
        .with("to", replay.endpoint.to_string())
        .with("from", replay.range.from)
        .with("until", replay.range.to)
        .with_texts("types", replay.range.kinds.iter().map(|kind| kind.as_str()))
        .with_texts("names", replay.range.names.iter().map(EventFilter::as_str))
        .with("open", replay.range.only_undelivered)
        .with("asked", replay.asked_at)
        .with_some("at", replay.reached.map(|event| event.to_string()));
    Write::Insert(item)
}

/// A replay as it was kept.
pub(super) fn from_item(item: &Item) -> std::result::Result<Replay, Corrupt> {
    let kinds: Vec<EventType> = item.texts("types")?;
    Ok(Replay {
        id: item.parse("id")?,
        scope: Scope { tenant: item.parse("tenant")?, mode: item.parse("mode")? },
        endpoint: item.parse("to")?,
        range: ReplayRange {
            from: item.time("from")?,
            to: item.time("until")?,
            kinds,
            names: item.texts("names")?.into_iter().map(EventFilter::kept).collect(),
            only_undelivered: item.flag("open"),
        },
        asked_at: item.time("asked")?,
        reached: item.parse_if_any("at")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
