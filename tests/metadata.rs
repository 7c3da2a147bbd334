//! What callers hang on their payments, from the body of the request to the body of the webhook.

use crate::store::fixture;
use serde_json::{Value, json};
use shared::http::platform::card_payment_link::CreateCardPaymentLink;
use shared::http::{Result, gateway};
use shared::model::id::CustomerId;
use shared::model::payment_intent::PaymentIntent;
use shared::operations::Problem;
use shared::store::{Write, intent};
use shared::webhook::message::{Aggregate, Message};
use shared::webhook::payload;

const USER: &str = "0190a6e4-7b3c-7cc1-8f00-2b5a3f1d9e01";

/// The body of a new link with this metadata.
fn body(metadata: &str) -> Result<CreateCardPaymentLink> {
    let body = format!(r#"{{"user_id": "{USER}", "amount": 1, "metadata": {metadata}}}"#);
    let event = json!({
        "httpMethod": "POST",
        "headers": {"content-type": "application/json"},
        "body": body,
    });
    gateway::request(event).unwrap().fields()?.read()
}

/// The webhook of the payment that a body makes, past every hand that its event goes through.
fn webhook(metadata: &str) -> String {
    let customer: CustomerId = USER.parse().unwrap();
    let made = fixture::intent(fixture::scope(), customer, fixture::someday());
    let made = PaymentIntent { metadata: body(metadata).unwrap().metadata, ..made };
    let Write::Insert(image) = intent::insert(&made) else { panic!("an intent is inserted") };
    let aggregate = Aggregate::read(&image).unwrap().unwrap();
    let message = aggregate.events_after(0).pop().unwrap();
    // The bus parses an entry and writes it anew; the event's record is what the fan-out read.
    let entry: Value = serde_json::from_str(&serde_json::to_string(&message).unwrap()).unwrap();
    let read: Message = serde_json::from_str(&entry.to_string()).unwrap();
    let kept: Message = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
    let event = payload::events(&kept).unwrap().remove(0);
    payload::body(&kept, &event).unwrap()
}

#[test]
fn metadata_reaches_the_webhook_byte_for_byte() {
    for metadata in [
        r#"{"n":0.1000}"#,
        r#"{"n":1e400,"m":[-0.0, 1E+5]}"#,
        r#"{ "z" : 1,  "a":{"text":"é \u00e9 \ud83d\ude00 \\ud83d \" \/"} }"#,
        r#"{"n":12345678901234567890.123456789012345678901}"#,
        "{}",
    ] {
        let body = webhook(metadata);
        assert!(body.contains(&format!(r#""metadata":{metadata},"#)), "{metadata} in {body}");
    }
}

#[test]
fn metadata_that_receivers_could_not_read_is_refused_by_name() {
    for (metadata, why) in [
        (r#"{"a":"\ud83d"}"#, "half of a surrogate pair"),
        (r#"{"a":["\ude00 x"]}"#, "half of a surrogate pair"),
        (r#"{"a":"\u0000"}"#, "NUL"),
        (r#"{"\u0000":1}"#, "NUL"),
    ] {
        let Problem::Invalid(fields) = body(metadata).unwrap_err() else { panic!("{metadata}") };
        assert_eq!(fields[0].field, "metadata", "{metadata}");
        assert!(fields[0].message.contains(why), "{metadata}");
    }
    // A member's name is compared with the others before anything else is looked at.
    let why = "a name in metadata.a has half of a surrogate pair";
    assert_eq!(body(r#"{"a":{"\ud83d":1}}"#).unwrap_err(), Problem::InvalidJson(why.into()));
}
