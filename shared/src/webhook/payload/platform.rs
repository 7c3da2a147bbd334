//! The platform surface tells each of the domain's events under its own name.

use super::EndpointTrouble;
use crate::{
    model::{Currency, Money, Time, event::EventType, payment_intent::StatusName},
    webhook::message::{
        BetweenFacts, CardFacts, DisputeFacts, EndpointFacts, Facts, IntentFacts, Message,
        RefundFacts, status_after,
    },
};
use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Serialize)]
struct PlatformBody<'a> {
    event: &'a str,
    id: &'a str,
    data: Data<'a>,
    #[serde(rename = "eventGeneratedTime")]
    event_generated_time: i64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Intent {
        payment_intent_id: &'a str,
        status: &'static str,
        intent_type: &'static str,
        user_id: Option<&'a str>,
        amount: String,
        currency: &'a str,
        card_processing_id: Option<&'a str>,
        failure_reason: Option<&'a str>,
        payment_method_id: Option<&'a str>,
        card: Option<&'a CardFacts>,
        metadata: Option<&'a RawValue>,
        created_at: String,
        expires_at: Option<String>,
        sequence: u64,
    },
    Payment(Box<Payment<'a>>),
    Refund(Box<Refund<'a>>),
    Dispute(Box<Dispute<'a>>),
    Method {
        payment_method_id: &'a str,
        user_id: &'a str,
        card: &'a CardFacts,
        sequence: u64,
    },
    Ledger {
        audit_id: &'a str,
        differences: u32,
        first: &'a str,
        sequence: u64,
    },
    Test {
        webhook_endpoint_id: &'a str,
        message: &'static str,
        sequence: u64,
    },
    Endpoint {
        webhook_endpoint_id: &'a str,
        url: &'a str,
        status: &'static str,
        reason: Option<&'a str>,
        failing_since: Option<String>,
        disabled_from: Option<String>,
        sequence: u64,
    },
}

/// A payment between wallets and the outside.
#[derive(Serialize)]
struct Payment<'a> {
    payment_intent_id: &'a str,
    status: &'a str,
    intent_type: &'a str,
    user_id: Option<&'a str>,
    wallet_id: &'a str,
    amount: String,
    currency: &'a str,
    product_id: Option<&'a str>,
    destination_wallet_id: Option<&'a str>,
    payment_method_id: Option<&'a str>,
    payee_payment_method_id: Option<&'a str>,
    payee_destination_id: Option<&'a str>,
    failure_reason: Option<&'a str>,
    hold: Option<HoldBody>,
    metadata: Option<&'a RawValue>,
    created_at: String,
    sequence: u64,
}

/// Money given back to a buyer. Its payment stays `succeeded`.
#[derive(Serialize)]
struct Refund<'a> {
    refund_id: &'a str,
    payment_intent_id: &'a str,
    status: &'a str,
    user_id: Option<&'a str>,
    amount: String,
    currency: &'a str,
    reason: Option<&'a str>,
    failure_reason: Option<&'a str>,
    refunded_amount: String,
    refundable_amount: String,
    metadata: Option<&'a RawValue>,
    created_at: String,
    sequence: u64,
}

/// A payment that its buyer's bank takes back. The payment stays `succeeded`.
#[derive(Serialize)]
struct Dispute<'a> {
    dispute_id: &'a str,
    payment_intent_id: &'a str,
    status: &'a str,
    user_id: Option<&'a str>,
    amount: String,
    lost_amount: String,
    currency: &'a str,
    reason: Option<&'a str>,
    created_at: String,
    sequence: u64,
}

/// Money in escrow: when that ends, and what was released and given back so far.
#[derive(Serialize)]
struct HoldBody {
    expires_at: Option<String>,
    released_amount: String,
    returned_amount: String,
}

/// The body of an event; `None` for an event of an unknown type or with an amount that cannot be
/// written.
pub fn body(message: &Message) -> Option<String> {
    let kind: EventType = message.event.parse().ok()?;
    let data = match &message.data {
        Facts::PaymentIntent(facts) => intent(message, facts, kind)?,
        Facts::PaymentMethod(facts) => Data::Method {
            payment_method_id: &facts.id,
            user_id: &facts.customer,
            card: facts.card.as_ref()?,
            sequence: message.sequence,
        },
        Facts::Refund(facts) => Data::Refund(Box::new(refund(message, facts)?)),
        Facts::Dispute(facts) => Data::Dispute(Box::new(dispute(message, facts)?)),
        Facts::Ledger { id, differences, first } => Data::Ledger {
            audit_id: id,
            differences: *differences,
            first,
            sequence: message.sequence,
        },
        Facts::WebhookEndpoint(facts) => endpoint(message, facts, kind),
        Facts::Invoice(_) | Facts::CreditNote(_) | Facts::Customer(_) => return None,
        // Links that are paid many times belong to the links surface.
        Facts::PaymentLink(_) => return None,
    };
    let body = PlatformBody {
        event: &message.event,
        id: &message.id,
        data,
        event_generated_time: Time::from_ms(message.occurred_at_ms).seconds(),
    };
    serde_json::to_string(&body).ok()
}

fn endpoint<'a>(message: &'a Message, facts: &'a EndpointFacts, kind: EventType) -> Data<'a> {
    if kind == EventType::WebhookTest {
        return Data::Test {
            webhook_endpoint_id: &facts.id,
            message: "This is a test event. Nothing happened.",
            sequence: message.sequence,
        };
    }
    let EndpointTrouble { status, reason, failing_since, disabled_from } =
        EndpointTrouble::of(message, facts, kind);
    Data::Endpoint {
        webhook_endpoint_id: &facts.id,
        url: &facts.url,
        status,
        reason,
        failing_since,
        disabled_from,
        sequence: message.sequence,
    }
}

fn intent<'a>(message: &'a Message, facts: &'a IntentFacts, kind: EventType) -> Option<Data<'a>> {
    if let Some(between) = &facts.between {
        return payment(message, facts, between);
    }
    Some(Data::Intent {
        payment_intent_id: &facts.id,
        status: platform_status(kind),
        intent_type: "card_link",
        user_id: facts.customer.as_deref(),
        amount: facts.amount()?.major(),
        currency: &facts.currency,
        card_processing_id: facts.merchant_account.as_deref(),
        failure_reason: facts.failure_reason.as_deref(),
        payment_method_id: facts.payment_method.as_deref(),
        card: facts.card.as_ref(),
        metadata: facts.metadata.as_deref().and_then(unparsed),
        created_at: Time::from_ms(facts.created_at_ms).rfc3339(),
        expires_at: facts.expires_at_ms.map(|ms| Time::from_ms(ms).rfc3339()),
        sequence: message.sequence,
    })
}

fn refund<'a>(message: &'a Message, facts: &'a RefundFacts) -> Option<Refund<'a>> {
    let currency: Currency = facts.currency.parse().ok()?;
    let major = |minor| Money::from_minor(minor, currency).major();
    Some(Refund {
        refund_id: &facts.id,
        payment_intent_id: &facts.payment,
        status: &facts.status,
        user_id: facts.customer.as_deref(),
        amount: major(facts.amount_minor),
        currency: &facts.currency,
        reason: facts.reason.as_deref(),
        failure_reason: facts.failure_reason.as_deref(),
        refunded_amount: major(facts.refunded_minor),
        refundable_amount: major((facts.left_minor - facts.lost_minor).max(0)),
        metadata: facts.metadata.as_deref().and_then(unparsed),
        created_at: Time::from_ms(facts.created_at_ms).rfc3339(),
        sequence: message.sequence,
    })
}

fn dispute<'a>(message: &'a Message, facts: &'a DisputeFacts) -> Option<Dispute<'a>> {
    let currency: Currency = facts.currency.parse().ok()?;
    let major = |minor| Money::from_minor(minor, currency).major();
    Some(Dispute {
        dispute_id: &facts.id,
        payment_intent_id: &facts.payment,
        status: &facts.status,
        user_id: facts.customer.as_deref(),
        amount: major(facts.amount_minor),
        lost_amount: major(facts.lost_minor),
        currency: &facts.currency,
        reason: facts.reason.as_deref(),
        created_at: Time::from_ms(facts.opened_at_ms).rfc3339(),
        sequence: message.sequence,
    })
}

fn payment<'a>(
    message: &'a Message,
    facts: &'a IntentFacts,
    between: &'a BetweenFacts,
) -> Option<Data<'a>> {
    let amount = facts.amount()?;
    let major = |minor| Money::from_minor(minor, amount.currency()).major();
    Some(Data::Payment(Box::new(Payment {
        payment_intent_id: &facts.id,
        status: &between.status,
        intent_type: &between.kind,
        user_id: facts.customer.as_deref(),
        wallet_id: &between.wallet,
        amount: amount.major(),
        currency: &facts.currency,
        product_id: between.route.as_deref(),
        destination_wallet_id: between.destination_wallet.as_deref(),
        payment_method_id: between.payment_method.as_deref(),
        payee_payment_method_id: between.payee_payment_method.as_deref(),
        payee_destination_id: between.payee_destination.as_deref(),
        failure_reason: facts.failure_reason.as_deref(),
        hold: between.hold.map(|(released, given_back)| HoldBody {
            expires_at: facts.expires_at_ms.map(|ms| Time::from_ms(ms).rfc3339()),
            released_amount: major(released),
            returned_amount: major(given_back),
        }),
        metadata: facts.metadata.as_deref().and_then(unparsed),
        created_at: Time::from_ms(facts.created_at_ms).rfc3339(),
        sequence: message.sequence,
    })))
}

/// A JSON text that goes into the body as it is. Callers' texts are checked at the door, so that
/// none can be in the way of its event.
fn unparsed(json: &str) -> Option<&RawValue> {
    serde_json::from_str(json).ok()
}

/// The status an intent has right after an event, in the platform surface's words.
fn platform_status(kind: EventType) -> &'static str {
    match status_after(kind) {
        Some(StatusName::RequiresAction) => StatusName::Processing.as_str(),
        Some(status) => status.as_str(),
        None => "",
    }
}
