//! Published events in the table, kept for replays.

use super::{Consistency, Error, Guard, Key, Query, Result, Table, Update, Write, key};
use crate::model::{Scope, Time, delivery::KEPT_DAYS, id::EventId};
use uuid::Uuid;

impl Table {
    /// Keeps an event. Keeping it twice is fine: the same event has the same id and text.
    pub async fn keep_event(
        &self,
        scope: Scope,
        id: EventId,
        message: &str,
        now: Time,
    ) -> Result<()> {
        let item = key::event(scope, id)
            .item()
            .with("v", 1_i64)
            .with("msg", message)
            .with("ttl", now.plus_days(KEPT_DAYS).seconds());
        match self.commit(vec![Write::Insert(item)]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Whether an event was kept, and so was published.
    pub async fn has_event(&self, scope: Scope, id: EventId) -> Result<bool> {
        Ok(self.get(&key::event(scope, id), Consistency::Strong).await?.is_some())
    }

    /// Writes into an object's record up to which number its events are known to be published. A
    /// higher number that stands there stays. The record's version stays too, so that nobody who
    /// changes the object at this moment meets a conflict; what they undo is written again later.
    pub async fn mark_published(&self, object: Key, number: u64) -> Result<()> {
        let bound = i64::try_from(number).unwrap_or(i64::MAX);
        let update =
            Update::aside(object).set("pub", number).guard(Guard::AbsentOrAtMost("pub", bound));
        match self.update(update).await {
            Ok(_) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Kept events of a range of time after the one that was seen last, oldest first: their
    /// messages. Fewer than `limit` are the last ones.
    pub async fn kept_events(
        &self,
        scope: Scope,
        seen: Option<EventId>,
        from: Time,
        to: Time,
        limit: u32,
    ) -> Result<Vec<String>> {
        let mut messages = Vec::new();
        let first = key::ids_from(from);
        let lowest = match seen {
            Some(id) => next_id(id).max(first),
            None => first,
        };
        let mut month = seen.map_or(from, |id| id.minted_at().max(from)).month();
        while month <= to.month() {
            let taken = u32::try_from(messages.len()).unwrap_or(u32::MAX);
            let left = limit.saturating_sub(taken);
            if left == 0 {
                break;
            }
            let query = Query {
                index: None,
                pk: key::events(scope, month),
                from: lowest.clone(),
                to: format!("{}~", key::ids_from(to)),
                consistency: Consistency::Eventual,
                oldest_first: true,
                limit: left,
            };
            for item in self.query(query).await?.items {
                messages.push(item.text("msg")?.to_owned());
            }
            month = month.next();
        }
        Ok(messages)
    }
}

/// The sort key right after an event's.
fn next_id(id: EventId) -> String {
    Uuid::from_u128(id.uuid().as_u128().saturating_add(1)).to_string()
}

#[cfg(test)]
mod tests;
