//! Timers: who has to look at which intent, and when.
//!
//! The intent itself says when it is due; a timer only makes it findable. The stream's consumer
//! sets timers, off the caller's path; one that is no longer true is dropped when it fires.

use super::{Consistency, Corrupt, Error, Item, Query, Result, Table, Write, key};
use crate::model::{
    Scope, Time,
    id::{PaymentIntentId, RefundId},
    payment_intent::{Due, PaymentIntent},
    payment_link::PaymentLink,
    refund::Refund,
};

/// The worker that looks at what is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerKind {
    /// `expire-payments`, about intents that expire.
    Expire,
    /// `reconcile-payments`, about intents.
    Reconcile,
    /// `complete-payments`, about payments that are to be told of without their invoice.
    Complete,
    /// `reconcile-payments`, about refunds.
    Refund,
    /// `reconcile-payments`, about processors' tokens that are to be deleted; the id is the erasure's.
    Erase,
    /// `expire-payments`, for the end of links that can be paid many times; the id is the link's.
    Link,
}

/// A timer that has fired.
#[derive(Debug, Clone)]
pub struct Timer {
    /// The tenant and mode that the intent or refund belongs to.
    pub scope: Scope,
    /// Which; the id of a refund stands here like that of an intent.
    pub id: PaymentIntentId,
    key: super::Key,
    kind: TimerKind,
}

impl TimerKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Expire => "expire",
            Self::Reconcile => "reconcile",
            Self::Complete => "complete",
            Self::Refund => "refund",
            Self::Erase => "erase",
            Self::Link => "link",
        }
    }
}

impl Table {
    /// Timers of one kind and shard that are due at `now`, the longest due first, after those that
    /// were seen already: one that cannot be looked after does not hold up the others.
    pub async fn due_timers(
        &self,
        kind: TimerKind,
        shard: u8,
        seen: Option<&Timer>,
        now: Time,
        limit: u32,
    ) -> Result<Vec<Timer>> {
        let query = Query {
            index: None,
            pk: key::timers(kind.as_str(), shard),
            from: seen.map_or("0".to_owned(), |seen| format!("{}~", seen.key.sk)),
            to: key::due_until(now),
            consistency: Consistency::Eventual,
            oldest_first: true,
            limit,
        };
        let page = self.query(query).await?;
        let timers = page.items.iter().map(|item| from_item(kind, item));
        Ok(timers.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// Sets the timer an intent asks for. Setting it twice is fine.
    pub async fn set_timer(&self, intent: &PaymentIntent) -> Result<()> {
        let Some(due) = intent.due() else {
            return Ok(());
        };
        let (kind, at) = match due {
            Due::Expire(at) => (TimerKind::Expire, at),
            Due::Reconcile(at) => (TimerKind::Reconcile, at),
            Due::TellWithoutInvoice(at) => (TimerKind::Complete, at),
        };
        match self.commit(vec![insert(kind, at, intent.scope, intent.id)]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Sets the timer a refund asks for. Setting it twice is fine.
    pub async fn set_refund_timer(&self, refund: &Refund) -> Result<()> {
        let Some(at) = refund.due() else { return Ok(()) };
        let id = PaymentIntentId::from_uuid(*refund.id.uuid());
        match self.commit(vec![insert(TimerKind::Refund, at, refund.scope, id)]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Sets the timer of a link's end. Setting it twice is fine, and so is one that is no longer true.
    pub async fn set_link_timer(&self, link: &PaymentLink) -> Result<()> {
        let Some(end) = link.expires_at else { return Ok(()) };
        let id = PaymentIntentId::from_uuid(*link.id.uuid());
        match self.commit(vec![insert(TimerKind::Link, end, link.scope, id)]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// The refund a timer is about, as it is now.
    pub async fn refund_of(&self, timer: &Timer) -> Result<Option<Refund>> {
        self.refund(timer.scope, RefundId::from_uuid(*timer.id.uuid())).await
    }

    /// Puts a timer off that could not be looked after. One that is gone or was put off meanwhile is
    /// fine.
    pub async fn put_off_timer(&self, timer: &Timer, until: Time) -> Result<()> {
        match self.commit(vec![insert(timer.kind, until, timer.scope, timer.id)]).await {
            Ok(()) | Err(Error::Refused { .. }) => self.drop_timer(timer).await,
            Err(other) => Err(other),
        }
    }

    /// Drops a timer that has been looked after.
    pub async fn drop_timer(&self, timer: &Timer) -> Result<()> {
        match self.commit(vec![Write::Remove { key: timer.key.clone(), version: 1 }]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// The intent a timer is about, as it is now.
    pub async fn intent_of(&self, timer: &Timer) -> Result<Option<PaymentIntent>> {
        self.intent(timer.scope, timer.id, Consistency::Strong).await
    }
}

/// The write that sets a timer: for whatever stands in no stream record that would set it.
pub(super) fn insert(kind: TimerKind, at: Time, scope: Scope, id: PaymentIntentId) -> Write {
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
