//! A retry: one delivery sent again, from the start of its schedule, because its tenant asks for it.

use super::{Problem, Resource, Result, StateRefusal, delivering::send};
use crate::{
    model::{Time, delivery::Delivery, webhook_endpoint::WebhookEndpoint},
    queue::sqs::{Deliver, Queue},
    store::{
        Write,
        delivery::{self, DeliveryKey},
        delivery_timer::{self, DeliveryTimer},
    },
};

/// If the function dies before its message is on the queue, the sweep sends it this much later.
const SAFETY_S: i64 = 60;

/// The endpoint to send to.
///
/// # Errors
/// The delivery's endpoint was removed, or is disabled.
pub fn check(endpoint: Option<WebhookEndpoint>, of: DeliveryKey) -> Result<WebhookEndpoint> {
    match endpoint.filter(|endpoint| endpoint.id == of.endpoint) {
        None => Err(Problem::NotFound(Resource::Endpoint)),
        Some(endpoint) if endpoint.disabled.is_some() => {
            Err(Problem::State(StateRefusal::EndpointDisabled))
        }
        Some(endpoint) => Ok(endpoint),
    }
}

/// The delivery as it will be, and the writes that make it due now. They are refused while it is
/// being sent. A timer goes with them, so that the delivery is woken even if nobody else does. A `trial`
/// is one attempt at an endpoint that is disabled.
#[must_use = "writes change nothing until they are committed"]
pub fn retry(delivery: &Delivery, trial: bool, now: Time) -> (Delivery, Vec<Write>) {
    let next = delivery.restarted(now, now).unwrap_or_else(|| delivery.put_off(now));
    let timer = DeliveryTimer {
        scope: delivery.scope,
        event: delivery.event,
        endpoint: delivery.endpoint,
        place: None,
        due: now.plus_seconds(SAFETY_S),
    };
    (next, vec![delivery::retry(delivery, trial, now), delivery_timer::insert(&timer)])
}

/// Puts the delivery on the queue. Who sends it knows the endpoint at least as it was read here.
///
/// # Errors
/// The queue cannot be reached; the delivery's timer wakes it later.
pub async fn wake(queue: &Queue, delivery: &Delivery, endpoint: &WebhookEndpoint) -> Result<()> {
    let deliver = Deliver::new(delivery.scope, delivery.event, delivery.endpoint);
    send(queue, &Deliver { seen: endpoint.version, ..deliver }, 0).await
}
