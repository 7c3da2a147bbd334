//! Deliveries: what became of events at the endpoint.

use super::Platform;
use crate::{
    http::{
        Reply, Request, Result, cursor,
        deliveries::{self, AttemptView, Extent, Form},
        field::{Field, PageLimit, Text},
        view::Naming,
    },
    model::{
        Id, Invalid, Scope, Time,
        delivery::{Delivery, DeliveryStatusName, KEPT_DAYS},
        event::EventType,
        id::{EventId, WebhookEndpointId},
    },
    operations::{Problem, Resource},
    store::delivery::{DeliveryFilter, DeliveryKey, DeliveryPage},
};
use derive::{Body, View};
use serde_json::{Value, json, value::RawValue};

/// Page size where the caller asks for none.
const DEFAULT_LIMIT: u32 = 25;

/// Which deliveries to list.
#[derive(Body)]
pub struct ListDeliveries {
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Text<1, 200>>,
    /// Only deliveries that stand like this.
    pub status: Option<DeliveryStatusName>,
    /// Only deliveries of events of this type.
    pub event: Option<EventType>,
    /// Only events at or after this moment.
    pub created_from: Option<Time>,
    /// Only events at or before this moment.
    pub created_to: Option<Time>,
}

impl Naming for Platform {
    const CAMEL_CASE: bool = false;
}

impl Form for Platform {
    fn time(at: Time) -> String {
        at.rfc3339()
    }

    fn delivery(event: EventId, endpoint: WebhookEndpointId) -> String {
        format!("{event}_{endpoint}")
    }

    fn event(id: EventId) -> String {
        id.to_string()
    }

    fn endpoint(id: WebhookEndpointId) -> String {
        id.to_string()
    }
}

/// A retry has no fields of its own.
#[derive(Body)]
pub struct RetryDelivery {
    /// Makes repeating the request harmless, as the header `Idempotency-Key` does: the two must
    /// agree.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

impl Field for DeliveryStatusName {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let must = || Invalid::new("must be pending, succeeded, failed or suppressed");
        serde_json::from_str::<String>(json).map_err(|_| must())?.parse()
    }

    fn schema() -> Value {
        let names: Vec<&str> = Self::ALL.iter().map(|one| one.as_str()).collect();
        json!({"type": "string", "enum": names})
    }

    fn meaning(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Field for EventType {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let must = || Invalid::new("is not an event type");
        serde_json::from_str::<String>(json).map_err(|_| must())?.parse()
    }

    fn schema() -> Value {
        json!({"type": "string"})
    }

    fn meaning(&self) -> String {
        self.as_str().to_owned()
    }
}

impl ListDeliveries {
    /// Names the list and its filters; cursors are good for this name only.
    fn list(&self) -> String {
        let time = |time: Option<Time>| time.map(Time::ms);
        format!(
            "deliveries#{:?}#{:?}#{:?}#{:?}",
            self.status.map(DeliveryStatusName::as_str),
            self.event.map(EventType::as_str),
            time(self.created_from),
            time(self.created_to),
        )
    }

    /// The page that is asked for.
    ///
    /// # Errors
    /// 422 for a cursor of another list, or a range that ends before it starts.
    pub fn filter(&self, scope: Scope, now: Time) -> Result<DeliveryFilter> {
        let cursor = self.cursor.as_ref().map(|text| text.0.as_str());
        let before =
            cursor.map(|text| cursor::decode_pair(scope, &self.list(), text)).transpose()?;
        let kept = now.plus_days(-KEPT_DAYS - 1).max(scope.tenant.minted_at());
        let until = self.created_to.unwrap_or_else(|| now.plus_seconds(60));
        if self.created_from.is_some_and(|from| from > until) {
            return Err(Problem::field("created_to", "must not be before created_from"));
        }
        Ok(DeliveryFilter {
            before: before.map(|(event, endpoint)| DeliveryKey {
                event: Id::from_uuid(event),
                endpoint: Id::from_uuid(endpoint),
            }),
            from: self.created_from.map_or(kept, |from| from.max(kept)),
            until,
            status: self.status,
            kind: self.event,
            limit: self.limit.map_or(DEFAULT_LIMIT, |limit| limit.0),
        })
    }

    /// The answer with a page.
    pub fn reply(&self, scope: Scope, page: &DeliveryPage) -> Reply {
        let views: Vec<DeliveryView> =
            page.entries.iter().map(|found| shown(found, Extent::InList)).collect();
        let next = page.next.map(|last| {
            cursor::encode_pair(scope, &self.list(), *last.event.uuid(), *last.endpoint.uuid())
        });
        Reply::list(&views, self.limit.map_or(DEFAULT_LIMIT, |limit| limit.0), next)
    }
}

/// The delivery that the path names.
pub fn in_path(req: &Request) -> Result<DeliveryKey> {
    let key = req.path("delivery_id").split_once('_').and_then(|(event, endpoint)| {
        Some(DeliveryKey { event: event.parse().ok()?, endpoint: endpoint.parse().ok()? })
    });
    key.ok_or(Problem::NotFound(Resource::Delivery))
}

/// One event on its way to the endpoint.
#[derive(View)]
pub struct DeliveryView {
    /// Its id: the event's and the endpoint's.
    pub id: String,
    /// The event: `webhook-id` at the receiver.
    pub event_id: EventId,
    /// The name of the event, as the endpoint subscribes to it.
    pub event: &'static str,
    /// The id of the endpoint that it goes to.
    pub endpoint_id: WebhookEndpointId,
    /// `pending`, `succeeded`, `failed`, or `suppressed`: kept back for a replay.
    pub status: &'static str,
    /// When the next attempt is due: RFC 3339; null when there is none.
    pub next_attempt_at: Option<String>,
    /// How many attempts were made in all.
    pub attempt_count: u32,
    /// The last twenty of them, oldest first.
    pub attempts: Vec<AttemptView<Platform>>,
    /// What is sent; null in a list.
    pub payload: Option<Box<RawValue>>,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
}

/// A delivery with all that is known of it.
pub fn view(delivery: &Delivery) -> DeliveryView {
    shown(delivery, Extent::Whole)
}

fn shown(delivery: &Delivery, extent: Extent) -> DeliveryView {
    let whole = extent == Extent::Whole;
    DeliveryView {
        id: Platform::delivery(delivery.event, delivery.endpoint),
        event_id: delivery.event,
        event: delivery.kind.as_str(),
        endpoint_id: delivery.endpoint,
        status: delivery.status.as_str(),
        next_attempt_at: delivery.status.due().map(Platform::time),
        attempt_count: delivery.made,
        attempts: deliveries::attempts(delivery, extent),
        payload: whole.then(|| RawValue::from_string(delivery.body.clone()).ok()).flatten(),
        created_at: Platform::time(delivery.created_at),
    }
}
