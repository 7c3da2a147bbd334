//! Timers: who has to look at which intent, and when.
//!
//! The intent itself says when it is due; a timer only makes it findable. The stream's consumer
//! sets timers, off the caller's path; one that is no longer true is dropped when it fires.

use super::{Consistency, Corrupt, Error, Item, Query, Result, Table, Write, key};
use crate::model::{
    Scope, Time,
    id::PaymentIntentId,
    payment_intent::{Due, PaymentIntent},
};

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerKind {
    /// `expire-payments`.
    Expire,
    /// `reconcile-payments`.
    Reconcile,
}

/// A timer that has fired.
#[derive(Debug, Clone)]
pub struct Timer {
    /// Whose intent.
    pub scope: Scope,
    /// Which.
    pub id: PaymentIntentId,
    key: super::Key,
    kind: TimerKind,
}

impl TimerKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Expire => "expire",
            Self::Reconcile => "reconcile",
        }
    }
}

impl Table {
    /// Timers of one kind and shard that are due at `now`, the longest due first, after those that
    /// were seen already: one that cannot be looked after does not hold up the others.
    ///
    /// # Errors
    /// The table cannot be reached, or a record is corrupt.
    pub async fn due_timers(
        &self,
        kind: TimerKind,
        shard: u8,
        range: (Option<&Timer>, Time),
        limit: u32,
    ) -> Result<Vec<Timer>> {
        let query = Query {
            index: None,
            pk: key::timers(kind.as_str(), shard),
            from: range.0.map_or("0".to_owned(), |seen| format!("{}~", seen.key.sk)),
            to: key::due_until(range.1),
            consistency: Consistency::Eventual,
            oldest_first: true,
            limit,
        };
        let page = self.query(query).await?;
        let timers = page.items.iter().map(|item| from_item(kind, item));
        Ok(timers.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// Sets the timer an intent asks for. Setting it twice is fine.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn set_timer(&self, intent: &PaymentIntent) -> Result<()> {
        let Some(due) = intent.due() else {
            return Ok(());
        };
        let (kind, at) = match due {
            Due::Expire(at) => (TimerKind::Expire, at),
            Due::Reconcile(at) => (TimerKind::Reconcile, at),
        };
        match self.commit(vec![insert(kind, at, intent.scope, intent.id)]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Puts a timer off that could not be looked after. One that is gone or was put off meanwhile is
    /// fine.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn put_off_timer(&self, timer: &Timer, until: Time) -> Result<()> {
        match self.commit(vec![insert(timer.kind, until, timer.scope, timer.id)]).await {
            Ok(()) | Err(Error::Refused { .. }) => self.drop_timer(timer).await,
            Err(other) => Err(other),
        }
    }

    /// Drops a timer that has been looked after.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn drop_timer(&self, timer: &Timer) -> Result<()> {
        match self.commit(vec![Write::Remove { key: timer.key.clone(), version: 1 }]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// The intent a timer is about, as it is now.
    ///
    /// # Errors
    /// The table cannot be reached, or the record is corrupt.
    pub async fn intent_of(&self, timer: &Timer) -> Result<Option<PaymentIntent>> {
        self.intent(timer.scope, timer.id, Consistency::Strong).await
    }
}

fn insert(kind: TimerKind, at: Time, scope: Scope, id: PaymentIntentId) -> Write {
    let item = key::timer(kind.as_str(), at, scope, id)
        .item()
        .with("v", 1_i64)
        .with("tenant", scope.tenant.to_string())
        .with("mode", scope.mode.as_str())
        .with("id", id.to_string());
    Write::Insert(item)
}

fn from_item(kind: TimerKind, item: &Item) -> std::result::Result<Timer, Corrupt> {
    Ok(Timer {
        scope: Scope { tenant: item.parse("tenant")?, mode: item.parse("mode")? },
        id: item.parse("id")?,
        key: key::Key::of(item)?,
        kind,
    })
}

#[cfg(test)]
mod tests;
