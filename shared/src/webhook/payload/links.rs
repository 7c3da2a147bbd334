//! The links surface tells of transactions, refunds and links by their status.

use super::EndpointTrouble;
use crate::{
    digest::crockford,
    model::{
        Mode, Time,
        event::{EventType, NamedEvent},
        id::{EventId, WebhookEndpointId},
    },
    webhook::message::{EndpointFacts, Facts, Message},
};
use serde::Serialize;

/// Names that were published first: all that an endpoint gets which names none.
pub const PUBLISHED: [&str; 3] =
    ["transaction.status_changed", "refund.status_changed", "webhook.test"];

/// Names that a subscription may use.
pub const NAMES: [&str; 7] = [
    "transaction.status_changed",
    "refund.status_changed",
    "payment_link.exhausted",
    "payment_link.expired",
    "webhook.test",
    "webhook_endpoint.failing",
    "webhook_endpoint.disabled",
];

/// What one of the domain's events is called here; `None` for what only the bus hears of. Each has
/// at most one name, so that an endpoint may ask for their order.
#[must_use]
pub const fn name(kind: EventType) -> Option<&'static str> {
    match kind {
        // A transaction changes with its attempts as well: with each submit, challenge and decline.
        EventType::PaymentIntentProcessing
        | EventType::PaymentIntentRequiresAction
        | EventType::PaymentIntentSucceeded
        | EventType::PaymentIntentFailed
        | EventType::PaymentIntentReturned
        | EventType::PaymentIntentExpired
        | EventType::PaymentIntentCanceled
        | EventType::PaymentLinkFailed => Some("transaction.status_changed"),
        EventType::RefundCreated | EventType::RefundSucceeded | EventType::RefundFailed => {
            Some("refund.status_changed")
        }
        EventType::WebhookTest => Some("webhook.test"),
        EventType::WebhookEndpointFailing => Some("webhook_endpoint.failing"),
        EventType::WebhookEndpointDisabled => Some("webhook_endpoint.disabled"),
        // The start is not told, and what settles stays paid.
        EventType::PaymentIntentCreated
        | EventType::PaymentIntentSettled
        | EventType::CardAdded
        // Wallets, escrow, reviews and the ledger belong to the platform surface.
        | EventType::PaymentIntentPendingReview
        | EventType::PaymentIntentHeld
        | EventType::PaymentIntentReleased
        | EventType::LedgerDifferenceFound => None,
    }
}

/// The body of an event; `None` where [`data`] does not render it.
#[must_use]
pub fn body(message: &Message, event: &NamedEvent) -> Option<String> {
    envelope(message, event, &data(message, event)?)
}

#[derive(Serialize)]
struct Envelope<'a, D> {
    event: &'static str,
    event_id: EventId,
    sequence: u64,
    test_mode: bool,
    #[serde(flatten)]
    data: &'a D,
}

/// The body: what every event has, and its own fields beside it.
fn envelope<D: Serialize>(message: &Message, event: &NamedEvent, data: &D) -> Option<String> {
    let envelope = Envelope {
        event: event.name,
        event_id: event.id,
        sequence: message.sequence,
        test_mode: message.scope()?.mode == Mode::Test,
        data,
    };
    serde_json::to_string(&envelope).ok()
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Test {
        message: &'static str,
        created_at: String,
    },
    Endpoint {
        webhook_endpoint_id: String,
        url: &'a str,
        status: &'static str,
        reason: Option<&'a str>,
        failing_since: Option<String>,
        disabled_from: Option<String>,
        created_at: String,
    },
}

/// An event's own fields. Transactions, refunds and links are rendered with the surface's own
/// objects; until these are here their events are refused, never told half.
fn data<'a>(message: &'a Message, event: &NamedEvent) -> Option<Data<'a>> {
    match &message.data {
        Facts::WebhookEndpoint(facts) => endpoint(message, facts, event.kind),
        Facts::PaymentIntent(_) | Facts::PaymentMethod(_) | Facts::Ledger { .. } => None,
    }
}

fn endpoint<'a>(
    message: &'a Message,
    facts: &'a EndpointFacts,
    kind: EventType,
) -> Option<Data<'a>> {
    let created_at = Time::from_ms(message.occurred_at_ms).rfc3339();
    if kind == EventType::WebhookTest {
        return Some(Data::Test { message: "It works.", created_at });
    }
    let id: WebhookEndpointId = facts.id.parse().ok()?;
    let EndpointTrouble { status, reason, failing_since, disabled_from } =
        EndpointTrouble::of(message, facts, kind);
    Some(Data::Endpoint {
        webhook_endpoint_id: format!("wh_{}", crockford(id.uuid().as_u128())),
        url: &facts.url,
        status,
        reason,
        failing_since,
        disabled_from,
        created_at,
    })
}
