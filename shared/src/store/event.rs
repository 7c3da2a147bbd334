//! Published events in the table, kept for replays.

use super::{Error, Result, Table, Write, key};
use crate::model::{Scope, Time, delivery::KEPT_DAYS, id::EventId};

impl Table {
    /// Keeps an event. Keeping it twice is fine: the same event has the same id and text.
    ///
    /// # Errors
    /// The table cannot be reached.
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
}

#[cfg(test)]
mod tests;
