//! The payments surface tells of links by what becomes of them, and of money by what is charged.

use super::EndpointTrouble;
use crate::{
    model::{
        Mode, Scope, Time,
        event::{EventType, NamedEvent},
        id::{EventId, Id},
    },
    webhook::message::{EndpointFacts, Facts, Message},
};
use serde::Serialize;

/// The one version of this surface's objects and events.
pub const API_VERSION: &str = "2026-07-11";

/// Names that a subscription may use.
pub const NAMES: [&str; 18] = [
    "payment_link.created",
    "payment_link.completed",
    "payment_link.failed",
    "payment_link.canceled",
    "payment_link.expired",
    "payment.received",
    "payment.failed",
    "payment.refunded",
    "payment.disputed",
    "payment.dispute_resolved",
    "invoice.created",
    "invoice.voided",
    "payment_method.attached",
    "customer.created",
    "customer.updated",
    "webhook.test",
    "webhook_endpoint.failing",
    "webhook_endpoint.disabled",
];

/// What one of the domain's events is called here; nothing for what only the bus hears of. That a
/// payment was received is told after its invoice, by the event that comes with it.
#[must_use]
pub fn names(kind: EventType, about: &Facts) -> &'static [&'static str] {
    let link = matches!(about, Facts::PaymentIntent(facts) if facts.is_link());
    match kind {
        EventType::PaymentIntentCreated if link => &["payment_link.created"],
        EventType::PaymentLinkFailed => &["payment_link.failed"],
        EventType::PaymentIntentFailed if link => &["payment_link.failed"],
        EventType::PaymentIntentFailed => &["payment.failed"],
        EventType::PaymentIntentExpired => &["payment_link.expired"],
        EventType::PaymentIntentCanceled => &["payment_link.canceled"],
        EventType::CardAdded => &["payment_method.attached"],
        EventType::WebhookTest => &["webhook.test"],
        EventType::WebhookEndpointFailing => &["webhook_endpoint.failing"],
        EventType::WebhookEndpointDisabled => &["webhook_endpoint.disabled"],
        EventType::PaymentIntentCreated
        | EventType::PaymentIntentProcessing
        | EventType::PaymentIntentRequiresAction
        | EventType::PaymentIntentSucceeded
        | EventType::PaymentIntentSettled
        // A refund is told with its credit note.
        | EventType::RefundCreated
        | EventType::RefundSucceeded
        | EventType::RefundFailed
        // Wallets, escrow, reviews and the ledger belong to the platform surface.
        | EventType::PaymentIntentPendingReview
        | EventType::PaymentIntentHeld
        | EventType::PaymentIntentReleased
        | EventType::PaymentIntentReturned
        | EventType::LedgerDifferenceFound => &[],
    }
}

/// The body of an event; `None` where [`data`] does not render it.
#[must_use]
pub fn body(message: &Message, event: &NamedEvent) -> Option<String> {
    envelope(message, event, &data(message, event)?)
}

/// An event's id as this surface writes it.
#[must_use]
pub fn event_id(id: EventId) -> String {
    prefixed("evt_", id)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a, D> {
    id: String,
    event: &'static str,
    timestamp: String,
    organization_id: &'a str,
    mode: &'static str,
    api_version: &'static str,
    data: &'a D,
}

/// Everything around `data`.
fn envelope<D: Serialize>(message: &Message, event: &NamedEvent, data: &D) -> Option<String> {
    let Scope { mode, .. } = message.scope()?;
    let envelope = Envelope {
        id: event_id(event.id),
        event: event.name,
        timestamp: Time::from_ms(message.occurred_at_ms).rfc3339(),
        organization_id: &message.tenant,
        mode: match mode {
            Mode::Live => "live",
            Mode::Test => "sandbox",
        },
        api_version: API_VERSION,
        data,
    };
    serde_json::to_string(&envelope).ok()
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Data<'a> {
    Test {
        webhook_endpoint_id: String,
        message: &'static str,
        sequence: u64,
    },
    Endpoint {
        webhook_endpoint_id: String,
        url: &'a str,
        status: &'static str,
        reason: Option<&'a str>,
        failing_since: Option<String>,
        disabled_from: Option<String>,
        sequence: u64,
    },
}

/// What an event says. Payments, links, refunds, invoices and customers are rendered with the
/// surface's own objects; until these are here their events are refused, never told half.
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
    let id = Id::<()>::from_uuid(facts.id.parse().ok()?);
    let (webhook_endpoint_id, sequence) = (prefixed("wh_", id), message.sequence);
    if kind == EventType::WebhookTest {
        let message = "This is a test event. Nothing happened.";
        return Some(Data::Test { webhook_endpoint_id, message, sequence });
    }
    let EndpointTrouble { status, reason, failing_since, disabled_from } =
        EndpointTrouble::of(message, facts, kind);
    let url = facts.url.as_str();
    Some(Data::Endpoint {
        webhook_endpoint_id,
        url,
        status,
        reason,
        failing_since,
        disabled_from,
        sequence,
    })
}

/// An id as this surface writes it: a prefix and 32 digits.
fn prefixed<K>(prefix: &str, id: Id<K>) -> String {
    format!("{prefix}{}", id.uuid().simple())
}
