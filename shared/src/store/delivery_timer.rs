//! Which deliveries are due later than a queue can wait: sorted by time, swept each minute.
//!
//! The delivery says itself when it is due; a timer only makes it findable. One that is no longer
//! true wakes a delivery that is not due, which is harmless.

use super::{
    Consistency, Corrupt, Error, Item, Key, Query, Result, Table, Write,
    key::{self, DELIVERY_SHARDS},
};
use crate::model::{
    Scope, Time,
    delivery::EventPlace,
    id::{EventId, WebhookEndpointId},
};

/// A delivery to be woken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryTimer {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// The event that is delivered.
    pub event: EventId,
    /// The endpoint that it is about.
    pub endpoint: WebhookEndpointId,
    /// Its object and number, where the endpoint asked for order.
    pub place: Option<EventPlace>,
    /// When the delivery is due.
    pub due: Time,
}

impl DeliveryTimer {
    fn key(&self) -> Key {
        key::delivery_timer(self.due, self.scope, self.event, self.endpoint)
    }
}

impl Table {
    /// Sets a delivery's timer. Setting it twice is fine.
    pub async fn set_delivery_timer(&self, timer: &DeliveryTimer) -> Result<()> {
        match self.commit(vec![insert(timer)]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Timers of one shard that are due at `now`, the longest due first, after those that were
    /// seen already.
    pub async fn due_deliveries(
        &self,
        shard: u8,
        seen: Option<&DeliveryTimer>,
        now: Time,
        limit: u32,
    ) -> Result<Vec<DeliveryTimer>> {
        debug_assert!(shard < DELIVERY_SHARDS);
        let query = Query {
            index: None,
            pk: key::timers("deliver", shard),
            from: seen.map_or("0".to_owned(), |seen| format!("{}~", seen.key().sk)),
            to: key::due_until(now),
            consistency: Consistency::Eventual,
            oldest_first: true,
            limit,
        };
        let page = self.query(query).await?;
        let timers = page.items.iter().map(from_item);
        Ok(timers.collect::<std::result::Result<_, Corrupt>>()?)
    }

    /// Drops the timer of a delivery that was woken.
    pub async fn drop_delivery_timer(&self, timer: &DeliveryTimer) -> Result<()> {
        match self.commit(vec![Write::Remove { key: timer.key(), version: 1 }]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

/// The write that sets a timer which nobody else sets.
pub fn insert(timer: &DeliveryTimer) -> Write {
    let place = timer.place.as_ref();
    let item = timer
        .key()
        .item()
        .with("v", 1_i64)
        .with("due", timer.due)
        .with("tenant", timer.scope.tenant.to_string())
        .with("mode", timer.scope.mode.as_str())
        .with("id", timer.event.to_string())
        .with("to", timer.endpoint.to_string())
        .with_some("obj", place.map(|place| place.object.as_str()))
        .with_some("seq", place.map(|place| place.sequence));
    Write::Insert(item)
}

fn from_item(item: &Item) -> std::result::Result<DeliveryTimer, Corrupt> {
    let place = match item.text_if_any("obj") {
        Some(object) => {
            Some(EventPlace { object: object.to_owned(), sequence: item.number("seq")? })
        }
        None => None,
    };
    Ok(DeliveryTimer {
        scope: Scope { tenant: item.parse("tenant")?, mode: item.parse("mode")? },
        event: item.parse("id")?,
        endpoint: item.parse("to")?,
        place,
        due: item.time("due")?,
    })
}

#[cfg(test)]
mod tests;
