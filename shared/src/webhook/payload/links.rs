//! The links surface tells of transactions, refunds and links by their status.

use super::{EndpointTrouble, payments::failure_message};
use crate::{
    digest::crockford,
    model::{
        Currency, Mode, Money, Time,
        card::FailureReason,
        event::{EventType, NamedEvent},
        id::{CheckoutSessionId, EventId, PaymentIntentId, TransactionId, WebhookEndpointId},
    },
    webhook::message::{EndpointFacts, Facts, IntentFacts, Message},
};
use serde::Serialize;
use serde_json::value::RawValue;

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
pub fn name(kind: EventType, facts: &Facts) -> Option<&'static str> {
    match (kind, facts) {
        // Nobody is told of the end of a checkout that nobody tried to pay.
        (EventType::PaymentIntentExpired, Facts::PaymentIntent(facts)) if facts.attempts == 0 => {
            None
        }
        _ => name_of(kind),
    }
}

const fn name_of(kind: EventType) -> Option<&'static str> {
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
    Transaction(Box<TransactionData<'a>>),
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

/// An event's own fields. Refunds and links are rendered with the surface's own objects; until these
/// are here their events are refused, never told half.
fn data<'a>(message: &'a Message, event: &NamedEvent) -> Option<Data<'a>> {
    match &message.data {
        Facts::WebhookEndpoint(facts) => endpoint(message, facts, event.kind),
        Facts::PaymentIntent(facts) => {
            transaction(message, facts, event.kind).map(|data| Data::Transaction(Box::new(data)))
        }
        Facts::PaymentMethod(_) | Facts::Ledger { .. } => None,
    }
}

/// A transaction after one of its events.
#[derive(Serialize)]
struct TransactionData<'a> {
    transaction_id: String,
    order_id: String,
    payment_link_id: Option<&'a str>,
    client_reference: Option<&'a str>,
    status: &'static str,
    previous_status: &'static str,
    amount: String,
    tax: String,
    refunded_amount: String,
    currency: String,
    failure_code: Option<&'a str>,
    #[serde(rename = "depositAttempts")]
    deposit_attempts: Vec<DepositAttempt<'a>>,
    metadata: Option<&'a RawValue>,
    created_at: String,
    updated_at: String,
}

/// The submit of a card that the event is about.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DepositAttempt<'a> {
    status: &'static str,
    payment_id: String,
    attempted_at: String,
    error_code: Option<&'a str>,
    error_message: Option<&'static str>,
    payment_method: Option<MethodData<'a>>,
}

#[derive(Serialize)]
struct MethodData<'a> {
    r#type: &'static str,
    brand: &'a str,
    last4: &'a str,
}

/// What an event of a transaction says; `None` for events that have no name here.
fn transaction<'a>(
    message: &Message,
    facts: &'a IntentFacts,
    kind: EventType,
) -> Option<TransactionData<'a>> {
    let (status, attempt) = outcome(kind)?;
    let failure_code = if kind == EventType::PaymentIntentExpired {
        Some("expired")
    } else if kind == EventType::PaymentIntentCanceled {
        Some("canceled")
    } else {
        facts.failure_reason.as_deref()
    };
    let currency: Currency = facts.currency.parse().ok()?;
    let money = |minor| Money::from_minor(minor, currency).major();
    let id: PaymentIntentId = facts.id.parse().ok()?;
    let at = Time::from_ms(message.occurred_at_ms).rfc3339();
    Some(TransactionData {
        transaction_id: id.links_form(),
        order_id: CheckoutSessionId::from_uuid(*id.uuid()).links_form(),
        payment_link_id: facts.payment_link.as_deref(),
        client_reference: None,
        status,
        previous_status: if kind == EventType::PaymentIntentReturned {
            "paid"
        } else {
            "processing"
        },
        amount: money(facts.amount_minor),
        tax: money(facts.tax_minor.unwrap_or_default()),
        refunded_amount: money(0),
        currency: facts.currency.clone(),
        failure_code,
        deposit_attempts: deposit_attempt(facts, attempt, &at).into_iter().collect(),
        metadata: facts
            .metadata
            .as_deref()
            .or(Some("{}"))
            .and_then(|t| serde_json::from_str(t).ok()),
        created_at: Time::from_ms(facts.created_at_ms).rfc3339(),
        updated_at: at,
    })
}

/// What a transaction and its newest attempt are after an event.
const fn outcome(kind: EventType) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        EventType::PaymentIntentProcessing => ("processing", "processing"),
        EventType::PaymentIntentRequiresAction => ("processing", "requires_action"),
        EventType::PaymentIntentSucceeded => ("paid", "succeeded"),
        EventType::PaymentLinkFailed => ("processing", "requires_payment_method"),
        EventType::PaymentIntentFailed => ("failed", "failed"),
        EventType::PaymentIntentReturned => ("failed", "succeeded"),
        EventType::PaymentIntentExpired | EventType::PaymentIntentCanceled => {
            ("canceled", "requires_payment_method")
        }
        EventType::PaymentIntentCreated
        | EventType::PaymentIntentSettled
        | EventType::PaymentIntentPendingReview
        | EventType::PaymentIntentHeld
        | EventType::PaymentIntentReleased
        | EventType::CardAdded
        | EventType::RefundCreated
        | EventType::RefundSucceeded
        | EventType::RefundFailed
        | EventType::WebhookTest
        | EventType::WebhookEndpointFailing
        | EventType::WebhookEndpointDisabled
        | EventType::LedgerDifferenceFound => return None,
    })
}

fn deposit_attempt<'a>(
    facts: &'a IntentFacts,
    status: &'static str,
    at: &str,
) -> Option<DepositAttempt<'a>> {
    let attempt: TransactionId = facts.attempt.as_deref()?.parse().ok()?;
    let reason = facts.failure_reason.as_deref();
    let known: Option<FailureReason> = reason.and_then(|reason| reason.parse().ok());
    let card = facts.card.as_ref();
    Some(DepositAttempt {
        status,
        payment_id: attempt.links_form(),
        attempted_at: at.to_owned(),
        error_code: reason,
        error_message: known.map(failure_message),
        payment_method: card.map(|card| MethodData {
            r#type: "card",
            brand: &card.brand,
            last4: &card.last4,
        }),
    })
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
