//! The order of one object's events at one endpoint, in the table.

use super::{Consistency, Corrupt, Error, Item, Result, Table, Value, Write, key};
use crate::model::{
    Scope, Time,
    delivery_order::DeliveryOrder,
    id::{EventId, WebhookEndpointId},
};

/// Forgotten this long after the last event: longer than any schedule.
const KEPT_DAYS: i64 = 40;

/// Writers of one object's order are few; this many in the way of each other are a fault.
const MAX_TRIES: usize = 6;

impl Table {
    /// Where the events of one object stand at one endpoint.
    pub async fn delivery_order(
        &self,
        scope: Scope,
        endpoint: WebhookEndpointId,
        object: &str,
    ) -> Result<DeliveryOrder> {
        let key = key::delivery_order(scope, endpoint, object);
        match self.get(&key, Consistency::Strong).await? {
            Some(item) => Ok(from_item(scope, endpoint, &item)?),
            None => Ok(DeliveryOrder::unknown(scope, endpoint, object.to_owned())),
        }
    }

    /// Moves an order on by one step, whoever else does at the same time, and answers it. A step
    /// that changes nothing writes nothing.
    ///
    /// # Errors
    /// [`Error::Contended`] after several tries.
    pub async fn move_order(
        &self,
        scope: Scope,
        endpoint: WebhookEndpointId,
        object: &str,
        now: Time,
        step: impl Fn(&DeliveryOrder) -> DeliveryOrder,
    ) -> Result<DeliveryOrder> {
        for _ in 0..MAX_TRIES {
            let known = self.delivery_order(scope, endpoint, object).await?;
            let next = step(&known);
            if next == known {
                return Ok(known);
            }
            let next = DeliveryOrder { version: known.version.saturating_add(1), ..next };
            match self.commit(vec![Write::at_version(to_item(&next, now), next.version)]).await {
                Ok(()) => return Ok(next),
                Err(Error::Refused { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Err(Error::Contended)
    }
}

fn to_item(order: &DeliveryOrder, now: Time) -> Item {
    let ahead = order.ahead.iter().map(|(number, event)| {
        let id = event.map(|event| event.to_string());
        Value::M(Item::new().with("n", *number).with_some("id", id))
    });
    key::delivery_order(order.scope, order.endpoint, &order.object)
        .item()
        .with("v", order.version)
        .with("done", order.settled)
        .with("ahead", Value::L(ahead.collect()))
        .with("ttl", now.plus_days(KEPT_DAYS).seconds())
}

fn from_item(
    scope: Scope,
    endpoint: WebhookEndpointId,
    item: &Item,
) -> std::result::Result<DeliveryOrder, Corrupt> {
    let ahead = item.items("ahead")?.into_iter().map(|entry| {
        let event: Option<EventId> = entry.parse_if_any("id")?;
        Ok((entry.number("n")?, event))
    });
    Ok(DeliveryOrder {
        scope,
        endpoint,
        object: item.text("sk")?.to_owned(),
        settled: item.number("done")?,
        ahead: ahead.collect::<std::result::Result<_, Corrupt>>()?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
