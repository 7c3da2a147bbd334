//! The links surface tells of transactions, refunds and links by their status.

use super::{EndpointTrouble, payments::failure_message};
use crate::{
    digest::crockford,
    model::{
        Currency, Mode, Money, Time,
        card::FailureReason,
        dispute::Disputed,
        event::{EventType, NamedEvent},
        id::{
            CheckoutSessionId, EventId, PaymentIntentId, RefundId, TransactionId, WebhookEndpointId,
        },
        refund::{RefundStatusName, Standing},
        transaction::TransactionStatus,
    },
    webhook::message::{
        DeclinedFacts, EndpointFacts, Facts, IntentFacts, Message, RefundFacts, RefundsFacts,
    },
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
pub fn name(kind: EventType, facts: &Facts) -> Option<&'static str> {
    match (kind, facts) {
        // Nobody is told of the end of a checkout that nobody tried to pay, unless a server made it.
        (EventType::PaymentIntentExpired, Facts::PaymentIntent(facts))
            if facts.attempts == 0 && facts.payment_link.is_some() =>
        {
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
        | EventType::PaymentIntentRefundsChanged
        | EventType::PaymentLinkFailed => Some("transaction.status_changed"),
        EventType::RefundCreated | EventType::RefundSucceeded | EventType::RefundFailed => {
            Some("refund.status_changed")
        }
        EventType::PaymentLinkExhausted => Some("payment_link.exhausted"),
        EventType::PaymentLinkExpired => Some("payment_link.expired"),
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
        | EventType::LedgerDifferenceFound
        // Here a dispute is a status of its transaction.
        | EventType::DisputeOpened
        | EventType::DisputeWon
        | EventType::DisputeLost
        // Invoices belong to the payments surface.
        | EventType::PaymentIntentInvoiced
        | EventType::PaymentIntentInvoiceLate
        | EventType::InvoiceCreated
        | EventType::InvoiceVoided
        | EventType::CreditNoteCreated
        // Customers are kept on the payments surface.
        | EventType::CustomerCreated
        | EventType::CustomerUpdated => None,
    }
}

/// The body of an event; `None` where [`data`] does not render it.
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
    Refund(Box<RefundData<'a>>),
    Link {
        payment_link_id: &'a str,
        name: &'a str,
        status: &'a str,
        max_uses: Option<u32>,
        uses: u32,
        expires_at: Option<String>,
        created_at: String,
    },
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

/// An event's own fields. Links are rendered with the surface's own objects; until these are here
/// their events are refused, never told half.
fn data<'a>(message: &'a Message, event: &NamedEvent) -> Option<Data<'a>> {
    match &message.data {
        Facts::WebhookEndpoint(facts) => endpoint(message, facts, event.kind),
        Facts::PaymentIntent(facts) => {
            transaction(message, facts, event.kind).map(|data| Data::Transaction(Box::new(data)))
        }
        Facts::Refund(facts) => {
            refund(message, facts, event.kind).map(|data| Data::Refund(Box::new(data)))
        }
        Facts::PaymentLink(facts) => Some(Data::Link {
            payment_link_id: &facts.id,
            name: &facts.name,
            status: &facts.status,
            max_uses: facts.max_uses,
            uses: facts.uses,
            expires_at: facts.expires_at_ms.map(|ms| Time::from_ms(ms).rfc3339()),
            created_at: Time::from_ms(message.occurred_at_ms).rfc3339(),
        }),
        Facts::PaymentMethod(_)
        | Facts::Ledger { .. }
        | Facts::Dispute(_)
        | Facts::Invoice(_)
        | Facts::CreditNote(_)
        | Facts::Customer(_) => None,
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

/// A submit of a card: the one that the event is about, and those before it.
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
    let (mut status, attempt) = outcome(kind)?;
    let mut previous_status =
        if kind == EventType::PaymentIntentReturned { "paid" } else { "processing" };
    let mut refunded_minor = 0;
    if let Some(RefundsFacts { before, after }) = facts.refunds {
        (previous_status, status) = (paid_status(&before.into()), paid_status(&after.into()));
        refunded_minor = after.refunded;
    }
    let failure_code = if kind == EventType::PaymentIntentExpired {
        Some("expired")
    } else if kind == EventType::PaymentIntentCanceled {
        Some("canceled")
    } else {
        // While another card may be tried, nothing has failed but an attempt.
        facts.failure_reason.as_deref().filter(|_| status == "failed")
    };
    let currency: Currency = facts.currency.parse().ok()?;
    let money = |minor| Money::from_minor(minor, currency).major();
    let id: PaymentIntentId = facts.id.parse().ok()?;
    let at = Time::from_ms(message.occurred_at_ms).rfc3339();
    let tried_at = facts.paid_at_ms.map_or_else(|| at.clone(), |ms| Time::from_ms(ms).rfc3339());
    Some(TransactionData {
        transaction_id: id.links_form(),
        order_id: CheckoutSessionId::from_uuid(*id.uuid()).links_form(),
        payment_link_id: facts.payment_link.as_deref(),
        client_reference: None,
        status,
        previous_status,
        amount: money(facts.amount_minor),
        tax: money(facts.tax_minor.unwrap_or_default()),
        refunded_amount: money(refunded_minor),
        currency: facts.currency.clone(),
        failure_code,
        deposit_attempts: deposit_attempt(facts, attempt, &tried_at)
            .into_iter()
            .chain(facts.earlier.iter().rev().filter_map(declined))
            .collect(),
        metadata: facts
            .metadata
            .as_deref()
            .or(Some("{}"))
            .and_then(|t| serde_json::from_str(t).ok()),
        created_at: Time::from_ms(facts.created_at_ms).rfc3339(),
        updated_at: at,
    })
}

/// A refund after one of its events.
#[derive(Serialize)]
struct RefundData<'a> {
    refund_id: String,
    transaction_id: String,
    order_id: String,
    payment_link_id: Option<&'a str>,
    status: &'static str,
    previous_status: Option<&'static str>,
    amount: String,
    tax_part: Option<String>,
    currency: &'a str,
    reason: Option<&'a str>,
    failure_code: Option<&'a str>,
    transaction_status: &'static str,
    refunded_amount: String,
    created_at: String,
    updated_at: String,
}

/// What an event of a refund says.
fn refund<'a>(
    message: &Message,
    facts: &'a RefundFacts,
    kind: EventType,
) -> Option<RefundData<'a>> {
    let currency: Currency = facts.currency.parse().ok()?;
    let money = |minor| Money::from_minor(minor, currency).major();
    let payment: PaymentIntentId = facts.payment.parse().ok()?;
    let status = RefundStatusName::named(&facts.status)?;
    let standing = Standing {
        refunded: facts.refunded_minor,
        pending: facts.pending_minor,
        left: facts.left_minor,
        disputed: Disputed { open: facts.disputed_minor, lost: facts.lost_minor },
    };
    Some(RefundData {
        refund_id: facts.id.parse::<RefundId>().ok()?.links_form(),
        transaction_id: payment.links_form(),
        order_id: CheckoutSessionId::from_uuid(*payment.uuid()).links_form(),
        payment_link_id: facts.payment_link.as_deref(),
        status: refund_status(status),
        previous_status: (kind != EventType::RefundCreated).then_some("processing"),
        amount: money(facts.amount_minor),
        tax_part: facts.tax_minor.map(money),
        currency: &facts.currency,
        reason: facts.reason.as_deref(),
        failure_code: facts.failure_reason.as_deref(),
        transaction_status: paid_status(&standing),
        refunded_amount: money(facts.refunded_minor),
        created_at: Time::from_ms(facts.created_at_ms).rfc3339(),
        updated_at: Time::from_ms(message.occurred_at_ms).rfc3339(),
    })
}

/// A refund's status in this surface's words.
pub const fn refund_status(status: RefundStatusName) -> &'static str {
    match status {
        RefundStatusName::Processing => "processing",
        RefundStatusName::Succeeded => "completed",
        RefundStatusName::Failed => "failed",
    }
}

/// The status of a transaction that took money, by what of it went back.
pub fn paid_status(standing: &Standing) -> &'static str {
    TransactionStatus::of_paid(standing).into()
}

/// What a transaction and its newest attempt are after an event.
const fn outcome(kind: EventType) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        EventType::PaymentIntentProcessing => ("processing", "processing"),
        EventType::PaymentIntentRequiresAction => ("processing", "requires_action"),
        EventType::PaymentIntentSucceeded | EventType::PaymentIntentRefundsChanged => {
            ("paid", "succeeded")
        }
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
        | EventType::PaymentLinkExhausted
        | EventType::PaymentLinkExpired
        | EventType::CardAdded
        | EventType::RefundCreated
        | EventType::RefundSucceeded
        | EventType::RefundFailed
        | EventType::DisputeOpened
        | EventType::DisputeWon
        | EventType::DisputeLost
        | EventType::WebhookTest
        | EventType::WebhookEndpointFailing
        | EventType::WebhookEndpointDisabled
        | EventType::LedgerDifferenceFound
        | EventType::PaymentIntentInvoiced
        | EventType::PaymentIntentInvoiceLate
        | EventType::InvoiceCreated
        | EventType::InvoiceVoided
        | EventType::CreditNoteCreated
        | EventType::CustomerCreated
        | EventType::CustomerUpdated => return None,
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

/// A submit before that one.
fn declined(facts: &DeclinedFacts) -> Option<DepositAttempt<'_>> {
    let attempt: TransactionId = facts.attempt.parse().ok()?;
    let known: Option<FailureReason> = facts.reason.parse().ok();
    Some(DepositAttempt {
        status: "requires_payment_method",
        payment_id: attempt.links_form(),
        attempted_at: Time::from_ms(facts.at_ms).rfc3339(),
        error_code: Some(&facts.reason),
        error_message: known.map(failure_message),
        payment_method: Some(MethodData {
            r#type: "card",
            brand: &facts.card.brand,
            last4: &facts.card.last4,
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
