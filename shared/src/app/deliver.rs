//! From an event on the bus to a request at a customer's server.
//!
//! Each step may run twice: records are inserted under derived keys, attempts are claimed by a
//! conditional write, and the event's id stays the same. A step that dies leaves its message in
//! the queue, and the record says what is still to do.

use super::{
    clock,
    context::{Deliverer, FanOut},
    work::Trouble,
};
use crate::{
    model::{
        Scope, Time,
        delivery::{Delivery, DeliveryAttempt, DeliveryStatus},
        id::EventId,
        webhook_endpoint::WebhookEndpoint,
    },
    queue::{
        Verdict,
        sqs::{Deliver, LONGEST_DELAY_S},
    },
    store::{Error, delivery::Claim},
    webhook::{
        message::Message,
        payload,
        signature::{paylink, standard},
    },
};
use futures_util::future::try_join_all;
use serde::Deserialize;
use std::time::Duration;

/// How long a receiver has for its whole answer.
const TIMEOUT: Duration = Duration::from_secs(15);

/// What we call ourselves.
const USER_AGENT: &str = concat!("Paylink/", env!("CARGO_PKG_VERSION"));

/// The bus's envelope, as its rule puts it on the queue.
#[derive(Deserialize)]
struct BusEntry {
    detail: Message,
}

/// Keeps an event and makes a delivery for each endpoint that wants it.
///
/// # Errors
/// The table or the queue cannot be reached, or the message is not an event: it comes back, and
/// ends in the dead-letter queue.
pub async fn fan_out(context: &FanOut, body: &str) -> Result<Verdict, Trouble> {
    let entry: BusEntry = serde_json::from_str(body).map_err(|e| format!("not an event: {e}"))?;
    let message = entry.detail;
    let unreadable = || format!("unreadable event {}", message.id);
    let scope = message.scope().ok_or_else(unreadable)?;
    let id: EventId = message.id.parse().map_err(|_| unreadable())?;
    let kind = message.event.parse().map_err(|_| unreadable())?;
    let now = clock::now();
    let text = serde_json::to_string(&message).map_err(|error| error.to_string())?;
    context.store.keep_event(scope, id, &text, now).await.map_err(trouble)?;
    let endpoints = context.store.endpoints(scope).await.map_err(trouble)?;
    let wanting = endpoints.iter().filter(|e| e.disabled_at.is_none() && e.wants(kind));
    let payload = payload::body(&message).ok_or_else(unreadable)?;
    let made = wanting.map(|endpoint| {
        let delivery = Delivery {
            event: id,
            endpoint: endpoint.id,
            scope,
            kind,
            body: payload.clone(),
            status: DeliveryStatus::Pending(now),
            attempts: Vec::new(),
            created_at: now,
            version: 1,
        };
        async move {
            // The record stands before its message: a message can be lost, a record cannot.
            context.store.add_delivery(&delivery).await.map_err(trouble)?;
            let deliver = Deliver::new(scope, id, delivery.endpoint);
            context.queue.deliver_in(&deliver, 0).await.map_err(|unsent| unsent.0)
        }
    });
    try_join_all(made).await?;
    Ok(Verdict::Done)
}

/// Makes one attempt at one delivery, if one is due.
///
/// # Errors
/// The table, the queue or the key service cannot be reached: the message comes back.
pub async fn attempt(context: &Deliverer, body: &str) -> Result<Verdict, Trouble> {
    let deliver: Deliver =
        serde_json::from_str(body).map_err(|e| format!("not a delivery: {e}"))?;
    let (scope, event, endpoint) =
        deliver.parts().ok_or_else(|| "not a delivery of ours".to_owned())?;
    let now = clock::now();
    let claim = context.store.claim_delivery(scope, event, endpoint, now).await;
    let delivery = match claim.map_err(trouble)? {
        Claim::Yes(delivery) => *delivery,
        Claim::NotBefore(due) | Claim::HeldUntil(due) => {
            return again_at(context, &deliver, due, now).await;
        }
        Claim::Over => return Ok(Verdict::Done),
    };
    let next = match endpoint_of(context, scope, &delivery).await? {
        Some(endpoint) => {
            let made = send(context, &endpoint, &delivery, now).await?;
            delivery.after(made, u8::from_be_bytes(clock::random()))
        }
        None => delivery.given_up(),
    };
    match context.store.record_attempt(&next).await {
        Ok(()) => {}
        // The lease was lost to a twin, which has written what happened.
        Err(Error::Refused { .. }) => return Ok(Verdict::Retry),
        Err(other) => return Err(trouble(other)),
    }
    match next.status {
        DeliveryStatus::Pending(due) => again_at(context, &deliver, due, clock::now()).await,
        DeliveryStatus::Succeeded | DeliveryStatus::Failed => Ok(Verdict::Done),
    }
}

/// Sends the message again for the time when the delivery is due; this one is then done.
async fn again_at(
    context: &Deliverer,
    deliver: &Deliver,
    due: Time,
    now: Time,
) -> Result<Verdict, Trouble> {
    let seconds = due.ms_since(now).saturating_add(999) / 1000;
    let delay = seconds.clamp(0, LONGEST_DELAY_S);
    context.queue.deliver_in(deliver, delay).await.map_err(|unsent| unsent.0)?;
    Ok(Verdict::Done)
}

/// The endpoint of a delivery, unless it was removed or switched off meanwhile.
async fn endpoint_of(
    context: &Deliverer,
    scope: Scope,
    delivery: &Delivery,
) -> Result<Option<WebhookEndpoint>, Trouble> {
    let endpoint = context.store.platform_endpoint(scope).await.map_err(trouble)?;
    Ok(endpoint.filter(|found| found.id == delivery.endpoint && found.disabled_at.is_none()))
}

async fn send(
    context: &Deliverer,
    endpoint: &WebhookEndpoint,
    delivery: &Delivery,
    now: Time,
) -> Result<DeliveryAttempt, Trouble> {
    let secret = context.secret(endpoint).await?;
    let (id, stamp) = (delivery.event.to_string(), now.seconds());
    let signature = standard(&secret, &id, stamp, &delivery.body)
        .ok_or_else(|| "a webhook secret has an unknown form".to_owned())?;
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("user-agent", USER_AGENT.to_owned()),
        ("webhook-id", id),
        ("webhook-timestamp", stamp.to_string()),
        ("webhook-signature", signature),
        ("webhook-attempt", delivery.attempts.len().saturating_add(1).to_string()),
        ("paylink-signature", paylink(&secret, stamp, &delivery.body)),
        ("paylink-signature-version", "1".to_owned()),
    ];
    let sent = context
        .sender(delivery.scope.mode)
        .send(&endpoint.url, &headers, &delivery.body, TIMEOUT)
        .await;
    if sent.http_status == Some(410) {
        context.store.disable_endpoint(endpoint, now).await.map_err(trouble)?;
    }
    Ok(DeliveryAttempt {
        at: now,
        latency_ms: sent.latency_ms,
        result: sent.result,
        http_status: sent.http_status,
        answer: sent.answer,
    })
}

fn trouble(error: Error) -> Trouble {
    error.to_string()
}
