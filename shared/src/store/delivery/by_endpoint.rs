//! Deliveries of one of many endpoints: an index holds their keys by event.

use super::{Delivery, DeliveryStatusName, from_item};
use crate::{
    model::{
        Scope, Time,
        id::{EventId, WebhookEndpointId},
    },
    store::{Consistency, Index, Key, Query, Result, Table, key, list::MAX_LOOKED_AT_ON_LINKS},
};

/// Keys read at once: as many as one read of items takes.
const AT_ONCE: u32 = 100;

/// Which deliveries of an endpoint to list.
#[derive(Debug, Clone, Default)]
pub struct EndpointDeliveries {
    /// Only events before this one: where the page before ended.
    pub before: Option<EventId>,
    /// Only deliveries in this status.
    pub status: Option<DeliveryStatusName>,
    /// Only events of this name, as their receivers know it.
    pub name: Option<String>,
    /// At most this many.
    pub limit: usize,
}

impl Table {
    /// A page of an endpoint's deliveries, newest event first, and where the next one starts. It is
    /// filled as far as [`MAX_LOOKED_AT_ON_LINKS`] records allow.
    pub async fn deliveries_of(
        &self,
        scope: Scope,
        endpoint: WebhookEndpointId,
        wanted: &EndpointDeliveries,
        from: Time,
    ) -> Result<(Vec<Delivery>, Option<EventId>)> {
        let (mut found, mut looked_at) = (Vec::new(), 0_u32);
        let mut before = wanted.before;
        loop {
            let keys = self.delivery_keys(scope, endpoint, before, from).await?;
            let full = u32::try_from(keys.len()).unwrap_or(u32::MAX) >= AT_ONCE;
            for item in self.get_many(&keys, Consistency::Eventual).await?.into_iter().flatten() {
                let delivery = from_item(scope, &item)?;
                if found.len() >= wanted.limit {
                    return Ok((found, before));
                }
                before = Some(delivery.event);
                if wanted.fits(&delivery) {
                    found.push(delivery);
                }
            }
            looked_at += AT_ONCE;
            if !full {
                return Ok((found, None));
            }
            if looked_at >= MAX_LOOKED_AT_ON_LINKS {
                return Ok((found, before));
            }
        }
    }

    async fn delivery_keys(
        &self,
        scope: Scope,
        endpoint: WebhookEndpointId,
        before: Option<EventId>,
        from: Time,
    ) -> Result<Vec<Key>> {
        let below = |id: EventId| id.uuid().as_u128().saturating_sub(1);
        let to = before.map(|id| uuid::Uuid::from_u128(below(id)).to_string());
        let query = Query {
            index: Some(Index::Third),
            pk: key::deliveries_of_endpoint(scope, endpoint),
            from: key::ids_from(from),
            to: to.unwrap_or_else(|| "~".to_owned()),
            consistency: Consistency::Eventual,
            oldest_first: false,
            limit: AT_ONCE,
        };
        let page = self.query(query).await?;
        let keys = page.items.iter().map(Key::of);
        Ok(keys.collect::<std::result::Result<_, _>>()?)
    }
}

impl EndpointDeliveries {
    fn fits(&self, delivery: &Delivery) -> bool {
        self.status.is_none_or(|status| delivery.status.name() == status)
            && self.name.as_ref().is_none_or(|name| *name == delivery.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::event::{EventType, NamedEvent},
        store::{
            memory::Memory,
            tests::{id, now, scope},
        },
    };

    fn delivery(at: i64, endpoint: u8) -> Delivery {
        let event = EventId::mint(now().plus_seconds(at), [7; 10]);
        let name = if at % 10 == 0 { "payment_link.failed" } else { "payment_link.created" };
        let event = NamedEvent {
            id: event,
            kind: EventType::PaymentLinkFailed,
            name,
            only_when_named: false,
        };
        let new = Delivery::due_now(scope(), &event, id(endpoint), "{}".into(), now());
        Delivery { by_endpoint: true, ..new }
    }

    #[tokio::test]
    async fn an_endpoints_deliveries_are_listed_apart_and_pages_are_filled() {
        let store = Table::Memory(Memory::default());
        for at in 0..250 {
            store.add_delivery(&delivery(at, 1)).await.unwrap();
            store.add_delivery(&delivery(at, 2)).await.unwrap();
        }
        let mut wanted = EndpointDeliveries {
            name: Some("payment_link.failed".into()),
            limit: 20,
            ..EndpointDeliveries::default()
        };
        let (first, next) = store.deliveries_of(scope(), id(1), &wanted, now()).await.unwrap();
        assert_eq!((first.len(), first[0].event), (20, delivery(240, 1).event));
        assert!(first.iter().all(|one| one.endpoint == id(1) && one.by_endpoint));
        wanted.before = next;
        let (second, next) = store.deliveries_of(scope(), id(1), &wanted, now()).await.unwrap();
        assert_eq!((second.len(), next), (5, None));
        assert_eq!(second[4].event, delivery(0, 1).event);
        wanted.status = Some(DeliveryStatusName::Failed);
        let (none, _) = store.deliveries_of(scope(), id(1), &wanted, now()).await.unwrap();
        assert_eq!(none, []);
    }
}
