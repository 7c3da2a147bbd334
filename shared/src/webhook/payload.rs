//! The body a receiver gets, per surface.

use super::message::{CardFacts, EndpointFacts, Facts, IntentFacts, Message, Surface};
use crate::model::{Time, endpoint_health::DISABLED_AFTER_MS, event::EventType};
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
        user_id: &'a str,
        amount: String,
        currency: &'a str,
        card_processing_id: &'a str,
        failure_reason: Option<&'a str>,
        payment_method_id: Option<&'a str>,
        card: Option<&'a CardFacts>,
        metadata: Option<&'a RawValue>,
        created_at: String,
        expires_at: String,
        sequence: u64,
    },
    Method {
        payment_method_id: &'a str,
        user_id: &'a str,
        card: &'a CardFacts,
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

/// The body of an event as its surface documents it; `None` for an event of an unknown type or
/// with an amount that cannot be written.
#[must_use]
pub fn body(message: &Message) -> Option<String> {
    match message.surface {
        Surface::Platform => platform(message),
    }
}

fn platform(message: &Message) -> Option<String> {
    let kind: EventType = message.event.parse().ok()?;
    let data = match &message.data {
        Facts::PaymentIntent(facts) => intent(message, facts, kind)?,
        Facts::PaymentMethod(facts) => Data::Method {
            payment_method_id: &facts.id,
            user_id: &facts.customer,
            card: &facts.card,
            sequence: message.sequence,
        },
        Facts::WebhookEndpoint(facts) => endpoint(message, facts, kind),
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
    let since = facts.failing_since_ms.map(Time::from_ms);
    let disabled = kind == EventType::WebhookEndpointDisabled;
    Data::Endpoint {
        webhook_endpoint_id: &facts.id,
        url: &facts.url,
        status: if disabled { "disabled" } else { "enabled" },
        reason: facts.reason.as_deref(),
        failing_since: since.map(Time::rfc3339),
        disabled_from: match (disabled, since) {
            (true, _) => Some(Time::from_ms(message.occurred_at_ms).rfc3339()),
            (false, since) => since.map(|since| since.plus_ms(DISABLED_AFTER_MS).rfc3339()),
        },
        sequence: message.sequence,
    }
}

fn intent<'a>(message: &'a Message, facts: &'a IntentFacts, kind: EventType) -> Option<Data<'a>> {
    Some(Data::Intent {
        payment_intent_id: &facts.id,
        status: platform_status(kind),
        intent_type: "card_link",
        user_id: &facts.customer,
        amount: facts.amount()?.major(),
        currency: &facts.currency,
        card_processing_id: &facts.merchant_account,
        failure_reason: facts.failure_reason.as_deref(),
        payment_method_id: facts.payment_method.as_deref(),
        card: facts.card.as_ref(),
        metadata: facts.metadata.as_deref(),
        created_at: Time::from_ms(facts.created_at_ms).rfc3339(),
        expires_at: Time::from_ms(facts.expires_at_ms).rfc3339(),
        sequence: message.sequence,
    })
}

/// The status an intent has right after an event, in the platform surface's words.
const fn platform_status(kind: EventType) -> &'static str {
    match kind {
        EventType::PaymentIntentCreated | EventType::PaymentLinkFailed => "pending",
        EventType::PaymentIntentProcessing | EventType::PaymentIntentRequiresAction => "processing",
        EventType::PaymentIntentSucceeded => "succeeded",
        EventType::PaymentIntentFailed => "failed",
        EventType::PaymentIntentExpired => "expired",
        EventType::PaymentIntentCanceled => "canceled",
        EventType::CardAdded
        | EventType::WebhookTest
        | EventType::WebhookEndpointFailing
        | EventType::WebhookEndpointDisabled => "",
    }
}
