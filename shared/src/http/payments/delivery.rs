//! Deliveries: what became of events at an endpoint.

use super::page::{Asked, CursorList, DEFAULT_LIMIT, MAX_CURSOR};
use crate::{
    http::{
        Reply, Request, Result,
        deliveries::{self, EventName, Extent, Form, NamedEvents},
        field::{PageLimit, Text},
        payments::{Payments, livemode},
        view::Naming,
    },
    model::{
        Scope, Time,
        delivery::{AttemptResult, Delivery, DeliveryAttempt, DeliveryStatusName, KEPT_DAYS},
        id::{DeliveryId, EventId, WebhookEndpointId},
    },
    operations::{Problem, Resource, webhook_tests::WebhookTest},
    store::delivery::{DeliveryKey, EndpointDeliveries},
    webhook::payload::payments::NAMES,
};
use derive::{Body, View};
use ring::hmac;
use uuid::Uuid;

/// Which deliveries to list.
#[derive(Body)]
pub struct ListDeliveries {
    /// Only deliveries that stand like this.
    pub status: Option<DeliveryStatusName>,
    /// Only deliveries of events with this name.
    pub event: Option<EventName<Payments>>,
    /// The `nextCursor` that the page before answered, with the same filters.
    pub cursor: Option<Text<1, MAX_CURSOR>>,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
}

/// A page of deliveries that is asked for.
pub struct DeliveryPage {
    list: CursorList,
    limit: u32,
    /// The deliveries that are asked for.
    pub wanted: EndpointDeliveries,
    /// Only events from this moment on: older ones are not kept.
    pub from: Time,
}

/// One event on its way to an endpoint.
#[derive(View)]
pub struct DeliveryView {
    /// What every surface shows of it.
    #[view(flatten)]
    pub delivery: deliveries::DeliveryView<Payments>,
    /// The kind of object: always `delivery`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// What became of a test event.
#[derive(View)]
#[view(rename_all = "camelCase")]
pub struct TestView {
    /// Whether the receiver answered with a status from 200 to 299.
    pub success: bool,
    /// The delivery, among those of the webhook.
    pub delivery_id: String,
    /// When the receiver said yes: RFC 3339.
    pub delivered_at: Option<String>,
    /// The status the receiver answered, if it answered.
    pub status_code: Option<u16>,
    /// What was wrong, in a sentence.
    pub error: Option<String>,
}

impl TestView {
    /// What became of a test, as far as is known after the wait.
    pub fn of(test: &WebhookTest, made: Option<&DeliveryAttempt>) -> Self {
        let success = made.is_some_and(|made| made.result == AttemptResult::Success);
        Self {
            success,
            delivery_id: test.delivery_id().payments_form(),
            delivered_at: made.filter(|_| success).map(|made| made.ended_at().rfc3339_ms()),
            status_code: made.and_then(|made| made.http_status),
            error: match made {
                Some(made) => trouble(made),
                None => {
                    Some("No attempt has ended within 10 seconds; see the delivery.".to_owned())
                }
            },
        }
    }
}

/// Why an attempt failed, in a sentence; `None` for one that did not.
fn trouble(made: &DeliveryAttempt) -> Option<String> {
    let known = match made.result {
        AttemptResult::Success => return None,
        AttemptResult::Status => {
            format!("The receiver answered {}.", made.http_status.unwrap_or_default())
        }
        AttemptResult::Timeout => "The receiver did not answer in time.".to_owned(),
        AttemptResult::Dns => "The host's name does not resolve.".to_owned(),
        AttemptResult::Connect => "The receiver could not be connected to.".to_owned(),
        AttemptResult::Tls => "The receiver's certificate or handshake is not fine.".to_owned(),
        AttemptResult::Refused => "The receiver's address is not allowed.".to_owned(),
    };
    Some(made.cause.clone().unwrap_or(known))
}

impl Naming for Payments {
    const CAMEL_CASE: bool = true;
}

impl NamedEvents for Payments {
    const NAMES: &'static [&'static str] = &NAMES;
}

impl Form for Payments {
    fn time(at: Time) -> String {
        at.rfc3339_ms()
    }

    fn delivery(event: EventId, endpoint: WebhookEndpointId) -> String {
        DeliveryId::of(event, endpoint).payments_form()
    }

    fn event(id: EventId) -> String {
        id.payments_form()
    }

    fn endpoint(id: WebhookEndpointId) -> String {
        id.payments_form()
    }
}

impl ListDeliveries {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 400 for a cursor of another list.
    pub fn page(
        &self,
        key: hmac::Key,
        scope: Scope,
        endpoint: WebhookEndpointId,
        now: Time,
    ) -> Result<DeliveryPage> {
        let status = self.status.map(DeliveryStatusName::as_str);
        let name = self.event.as_ref().map(|event| event.0.clone());
        let list = format!("deliveries#{endpoint}#{status:?}#{name:?}");
        let asked = Asked { list, limit: self.limit, cursor: self.cursor.as_ref().map(|c| &*c.0) };
        let list = CursorList::new(key, scope, asked.list, now);
        let before = match asked.cursor {
            Some(text) => {
                let unknown = || Problem::field("cursor", "must be the nextCursor of this list");
                let place = Uuid::from_slice(&list.decode(text)?).map_err(|_| unknown())?;
                Some(EventId::from_uuid(place))
            }
            None => None,
        };
        let limit = asked.limit.map_or(DEFAULT_LIMIT, |limit| limit.0);
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(DeliveryPage {
            list,
            limit,
            wanted: EndpointDeliveries { before, status: self.status, name, limit: most },
            from: now.plus_days(-KEPT_DAYS - 1),
        })
    }
}

impl DeliveryPage {
    /// The answer with this page.
    pub fn reply(&self, found: &[Delivery], next: Option<EventId>) -> Reply {
        let views: Vec<DeliveryView> =
            found.iter().map(|found| shown(found, Extent::InList)).collect();
        let next = next.map(|last| self.list.encode(last.uuid().as_bytes()));
        Reply::list(&views, self.limit, next)
    }
}

/// The delivery that a path names, at the endpoint that it names.
pub fn key_in_path(req: &Request, endpoint: WebhookEndpointId) -> Result<DeliveryKey> {
    let id = DeliveryId::from_payments_form(req.path("deliveryId"));
    let id = id.ok_or(Problem::NotFound(Resource::Delivery))?;
    Ok(DeliveryKey { event: id.event(endpoint), endpoint })
}

/// A delivery with all that is known of it.
pub fn view(delivery: &Delivery) -> DeliveryView {
    shown(delivery, Extent::Whole)
}

fn shown(delivery: &Delivery, extent: Extent) -> DeliveryView {
    DeliveryView {
        delivery: deliveries::view(delivery, extent),
        object: "delivery",
        livemode: livemode(delivery.scope.mode),
    }
}
