//! Deliveries: what became of events at the endpoint.

use crate::{
    http::{
        Reply, Request, Result, cursor,
        field::{Field, PageLimit, Text},
    },
    model::{
        Id, Invalid, Scope, Time,
        delivery::{Delivery, DeliveryAttempt, DeliveryStatusName, KEPT_DAYS},
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

/// Characters of an answer that a list shows; one delivery shows all that is kept.
const ANSWER_IN_LIST: usize = 200;

/// Which deliveries to list.
#[derive(Body)]
pub struct ListDeliveries {
    /// Page size.
    pub limit: Option<PageLimit>,
    /// `next_cursor` of the page before.
    pub cursor: Option<Text<1, 200>>,
    /// Only deliveries that stand like this.
    pub status: Option<DeliveryStatusName>,
    /// Only events of this type.
    pub event: Option<EventType>,
    /// Only events at or after this moment.
    pub created_from: Option<Time>,
    /// Only events at or before this moment.
    pub created_to: Option<Time>,
}

/// A retry has no fields of its own.
#[derive(Body)]
pub struct RetryDelivery {
    /// Makes repeating the request harmless.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

impl Field for DeliveryStatusName {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let must = || Invalid::new("must be pending, succeeded, failed or suppressed");
        serde_json::from_str::<String>(json).map_err(|_| must())?.parse()
    }

    fn schema() -> Value {
        let names: Vec<&str> = Self::ALL.into_iter().map(Self::as_str).collect();
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
            before: before.map(|(event, endpoint)| (Id::from_uuid(event), Id::from_uuid(endpoint))),
            from: self.created_from.map_or(kept, |from| from.max(kept)),
            until,
            status: self.status,
            kind: self.event,
            limit: self.limit.map_or(DEFAULT_LIMIT, |limit| limit.0),
        })
    }

    /// The answer with a page.
    #[must_use]
    pub fn reply(&self, scope: Scope, page: &DeliveryPage) -> Reply {
        let views: Vec<DeliveryView> = page.entries.iter().map(in_list).collect();
        let next = page.next.map(|(event, endpoint)| {
            cursor::encode_pair(scope, &self.list(), (*event.uuid(), *endpoint.uuid()))
        });
        Reply::list(&views, self.limit.map_or(DEFAULT_LIMIT, |limit| limit.0), next)
    }
}

/// The delivery that the path names.
///
/// # Errors
/// 404 for what is no id of a delivery.
pub fn in_path(req: &Request) -> Result<DeliveryKey> {
    let parts = req.path("delivery_id").split_once('_').and_then(|(event, endpoint)| {
        Some((event.parse::<EventId>().ok()?, endpoint.parse::<WebhookEndpointId>().ok()?))
    });
    parts.ok_or(Problem::NotFound(Resource::Delivery))
}

/// One request to the receiver.
#[derive(View)]
pub struct AttemptView {
    /// When it started: RFC 3339.
    pub at: String,
    /// `success`, `status`, `timeout`, `dns`, `connect`, `tls` or `refused`.
    pub result: &'static str,
    /// The status the receiver answered.
    pub http_status: Option<u16>,
    /// How long it took, in milliseconds.
    pub latency_ms: u32,
    /// The first 4 KiB of the answer; in a list its first 200 characters.
    pub answer: String,
    /// What was wrong and what would mend it: an expired certificate, a redirect's address. Null
    /// where the result says all.
    pub cause: Option<String>,
}

/// One event on its way to the endpoint.
#[derive(View)]
pub struct DeliveryView {
    /// Its id: the event's and the endpoint's.
    pub id: String,
    /// The event: `webhook-id` at the receiver.
    pub event_id: EventId,
    /// What happened.
    pub event: &'static str,
    /// Where it goes.
    pub endpoint_id: WebhookEndpointId,
    /// `pending`, `succeeded`, `failed`, or `suppressed`: kept back for a replay.
    pub status: &'static str,
    /// When the next attempt is due: RFC 3339; null when there is none.
    pub next_attempt_at: Option<String>,
    /// Attempts made in all.
    pub attempt_count: u32,
    /// The last twenty of them, oldest first.
    pub attempts: Vec<AttemptView>,
    /// What is sent; null in a list.
    pub payload: Option<Box<RawValue>>,
    /// RFC 3339.
    pub created_at: String,
}

/// A delivery with all that is known of it.
#[must_use]
pub fn view(delivery: &Delivery) -> DeliveryView {
    DeliveryView {
        attempts: delivery.attempts.iter().map(|made| attempt(made, usize::MAX)).collect(),
        payload: RawValue::from_string(delivery.body.clone()).ok(),
        ..in_list(delivery)
    }
}

/// A delivery as a list shows it: short enough that a page of them fits into an answer.
fn in_list(delivery: &Delivery) -> DeliveryView {
    DeliveryView {
        id: format!("{}_{}", delivery.event, delivery.endpoint),
        event_id: delivery.event,
        event: delivery.kind.as_str(),
        endpoint_id: delivery.endpoint,
        status: delivery.status.as_str(),
        next_attempt_at: delivery.status.due().map(Time::rfc3339),
        attempt_count: delivery.made,
        attempts: delivery.attempts.iter().map(|made| attempt(made, ANSWER_IN_LIST)).collect(),
        payload: None,
        created_at: delivery.created_at.rfc3339(),
    }
}

fn attempt(made: &DeliveryAttempt, most: usize) -> AttemptView {
    AttemptView {
        at: made.at.rfc3339(),
        result: made.result.as_str(),
        http_status: made.http_status,
        latency_ms: made.latency_ms,
        answer: made.answer.chars().take(most).collect(),
        cause: made.cause.clone(),
    }
}
