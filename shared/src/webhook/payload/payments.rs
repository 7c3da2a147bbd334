//! The payments surface tells of links by what becomes of them, and of money by what is charged.

mod charges;
mod documents;

use super::{EndpointTrouble, payments_customer, payments_customer::CustomerData};
use crate::{
    model::{
        Mode, Scope, Time,
        card::FailureReason,
        event::{EventType, NamedEvent},
        id::{EventId, Id, PaymentIntentId, TransactionId},
        payment_intent::StatusName,
    },
    webhook::message::{EndpointFacts, Facts, IntentFacts, Message, status_after},
};
use serde::Serialize;
use serde_json::value::RawValue;

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

/// What one of the domain's events is called here; nothing for what only the bus hears of.
pub fn names(kind: EventType, about: &Facts) -> &'static [&'static str] {
    let link = matches!(about, Facts::PaymentIntent(facts) if facts.is_link());
    match kind {
        // Whoever was told without an invoice is not told again.
        EventType::PaymentIntentInvoiced if told_before(about) => &[],
        EventType::PaymentIntentInvoiced | EventType::PaymentIntentInvoiceLate if link => {
            &["payment_link.completed", "payment.received"]
        }
        EventType::PaymentIntentInvoiced | EventType::PaymentIntentInvoiceLate => {
            &["payment.received"]
        }
        EventType::InvoiceCreated => &["invoice.created"],
        EventType::InvoiceVoided => &["invoice.voided"],
        EventType::CreditNoteCreated if of_a_refund(about) => &["payment.refunded"],
        EventType::DisputeOpened => &["payment.disputed"],
        EventType::DisputeWon | EventType::DisputeLost => &["payment.dispute_resolved"],
        EventType::PaymentIntentCreated if link => &["payment_link.created"],
        EventType::PaymentLinkFailed => &["payment_link.failed"],
        EventType::PaymentIntentFailed if link => &["payment_link.failed"],
        EventType::PaymentIntentFailed => &["payment.failed"],
        EventType::PaymentIntentExpired => &["payment_link.expired"],
        EventType::PaymentIntentCanceled => &["payment_link.canceled"],
        EventType::CardAdded => &["payment_method.attached"],
        EventType::CustomerCreated => &["customer.created"],
        EventType::CustomerUpdated => &["customer.updated"],
        EventType::WebhookTest => &["webhook.test"],
        EventType::WebhookEndpointFailing => &["webhook_endpoint.failing"],
        EventType::WebhookEndpointDisabled => &["webhook_endpoint.disabled"],
        EventType::PaymentIntentCreated
        | EventType::PaymentIntentProcessing
        | EventType::PaymentIntentRequiresAction
        // Complete is a payment with its invoice.
        | EventType::PaymentIntentSucceeded
        | EventType::PaymentIntentSettled
        | EventType::CreditNoteCreated
        // Links that are paid many times belong to the links surface.
        | EventType::PaymentLinkExhausted
        | EventType::PaymentLinkExpired
        // A refund is told with its credit note.
        | EventType::RefundCreated
        | EventType::RefundSucceeded
        | EventType::RefundFailed
        | EventType::PaymentIntentRefundsChanged
        // Wallets, escrow, reviews and the ledger belong to the platform surface.
        | EventType::PaymentIntentPendingReview
        | EventType::PaymentIntentHeld
        | EventType::PaymentIntentReleased
        | EventType::PaymentIntentReturned
        | EventType::LedgerDifferenceFound => &[],
    }
}

fn told_before(about: &Facts) -> bool {
    let Facts::PaymentIntent(facts) = about else { return false };
    facts.receipt.as_ref().is_some_and(|receipt| receipt.told)
}

fn of_a_refund(about: &Facts) -> bool {
    matches!(about, Facts::CreditNote(facts) if facts.refund.is_some())
}

/// The body of an event; `None` where [`data`] does not render it.
pub fn body(message: &Message, event: &NamedEvent) -> Option<String> {
    envelope(message, event, &data(message, event)?)
}

/// An event's id as this surface writes it.
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

/// Wraps `data` in its event's id, name and time; `None` for a tenant or mode that is not ours.
fn envelope<D: Serialize>(message: &Message, event: &NamedEvent, data: &D) -> Option<String> {
    let Scope { mode, .. } = message.scope()?;
    let envelope = Envelope {
        id: event_id(event.id),
        event: event.name,
        timestamp: Time::from_ms(message.occurred_at_ms).rfc3339_ms(),
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
    Link(Box<LinkData<'a>>),
    Received(Box<documents::ReceivedData<'a>>),
    Failed(Box<charges::FailedData<'a>>),
    Attached(Box<charges::AttachedData<'a>>),
    Refunded(Box<documents::RefundedData<'a>>),
    Disputed(Box<documents::DisputedData<'a>>),
    Invoice(Box<documents::InvoiceData<'a>>),
    Customer(Box<CustomerData<'a>>),
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

/// A link after one of its events. What only some of them tell is left out of the others.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkData<'a> {
    payment_id: String,
    status: &'static str,
    amount: i64,
    currency: String,
    description: &'a str,
    customer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_code: Option<Option<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_message: Option<Option<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_id: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_number: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_transaction_id: Option<Option<String>>,
    metadata: Option<&'a RawValue>,
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<&'a str>,
}

/// What an event of a link says; `None` for events that have no name here.
fn link<'a>(message: &Message, facts: &'a IntentFacts, kind: EventType) -> Option<LinkData<'a>> {
    let (mut failed, mut completed, mut canceled) = (false, false, None);
    let status = match status_after(kind)? {
        StatusName::Pending if kind == EventType::PaymentIntentCreated => "pending",
        StatusName::Pending | StatusName::Failed => {
            failed = true;
            "failed"
        }
        StatusName::Succeeded => {
            completed = true;
            "succeeded"
        }
        StatusName::Expired => {
            canceled = Some("expired");
            "canceled"
        }
        StatusName::Canceled => {
            canceled = Some("requested");
            "canceled"
        }
        StatusName::PendingReview
        | StatusName::Processing
        | StatusName::RequiresAction
        | StatusName::Held
        | StatusName::Settled => return None,
    };
    let reason: Option<FailureReason> =
        facts.failure_reason.as_deref().and_then(|reason| reason.parse().ok());
    let transaction = facts.attempt.as_deref().and_then(|id| id.parse().ok());
    let transaction = transaction.map(|id: TransactionId| id.payments_form());
    let receipt = facts.receipt.as_ref();
    let own = receipt.and_then(|receipt| receipt.customer_own_id.as_deref());
    let own = own.or(facts.customer_own_id.as_deref());
    Some(LinkData {
        payment_id: facts.id.parse::<PaymentIntentId>().ok()?.payments_form(),
        status,
        amount: facts.amount_minor,
        currency: facts.currency.to_ascii_lowercase(),
        description: &facts.description,
        customer_id: documents::customer(facts.customer.as_deref(), own),
        cancellation_reason: canceled,
        failure_code: failed.then(|| reason.map(FailureReason::as_str)),
        failure_message: failed.then(|| reason.map(failure_message)),
        invoice_id: completed.then(|| documents::invoice_id(receipt?.invoice.as_deref())),
        invoice_number: completed.then(|| receipt?.invoice_number.clone()),
        payment_transaction_id: (failed || completed).then_some(transaction),
        metadata: facts.metadata.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        sequence: message.sequence,
        idempotency_key: facts.idempotency_key.as_deref(),
    })
}

/// Why a payment failed, in a sentence for the tenant's own people.
pub const fn failure_message(reason: FailureReason) -> &'static str {
    match reason {
        FailureReason::CardDeclined => "The card was declined.",
        FailureReason::InsufficientFunds => "There is not enough money on the card's account.",
        FailureReason::LostCard => "The card was reported lost.",
        FailureReason::StolenCard => "The card was reported stolen.",
        FailureReason::ExpiredCard => "The card has expired.",
        FailureReason::IncorrectCvc => "The security code does not match the card.",
        FailureReason::ProcessingError => "The processor had an error and did not charge.",
        FailureReason::AuthenticationFailed => "The buyer did not pass the bank's check.",
        FailureReason::AuthenticationAbandoned => "The buyer did not finish the bank's check.",
        FailureReason::ProcessorUnavailable => "The processor never received the charge.",
        FailureReason::AccountClosed => "The bank account was closed.",
        FailureReason::NoAccount => "There is no such bank account.",
        FailureReason::ReturnedR01
        | FailureReason::ReturnedR02
        | FailureReason::ReturnedR03
        | FailureReason::ReturnedR10
        | FailureReason::ReturnedR16 => "The bank sent the payment back.",
        FailureReason::PayoutLegFailed => "The money could not be passed on.",
        FailureReason::ReviewRejected => "The payment was rejected by its reviewer.",
        FailureReason::RefundRefused => "The processor refused to give the money back.",
        FailureReason::AuthenticationRequired => {
            "The issuer wants the cardholder to be there and pass a check."
        }
    }
}

/// What an event says; nothing of what has no name here.
fn data<'a>(message: &'a Message, event: &NamedEvent) -> Option<Data<'a>> {
    match &message.data {
        Facts::WebhookEndpoint(facts) => endpoint(message, facts, event.kind),
        Facts::PaymentIntent(facts) if event.name == "payment.received" => {
            documents::received(message, facts).map(|data| Data::Received(Box::new(data)))
        }
        Facts::Invoice(facts) => {
            documents::invoice(message, facts).map(|data| Data::Invoice(Box::new(data)))
        }
        Facts::CreditNote(facts) => {
            documents::refunded(message, facts).map(|data| Data::Refunded(Box::new(data)))
        }
        Facts::Dispute(facts) => {
            documents::disputed(message, facts).map(|data| Data::Disputed(Box::new(data)))
        }
        Facts::Customer(facts) => {
            payments_customer::data(message, facts).map(|data| Data::Customer(Box::new(data)))
        }
        Facts::PaymentIntent(facts) if facts.is_link() => {
            link(message, facts, event.kind).map(|data| Data::Link(Box::new(data)))
        }
        Facts::PaymentIntent(facts) if facts.charge && event.name == "payment.failed" => {
            charges::failed(message, facts).map(|data| Data::Failed(Box::new(data)))
        }
        Facts::PaymentMethod(facts) => {
            charges::attached(message, facts).map(|data| Data::Attached(Box::new(data)))
        }
        Facts::PaymentIntent(_)
        | Facts::PaymentLink(_)
        | Facts::Refund(_)
        | Facts::Ledger { .. } => None,
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
