//! `/v1/platform/webhooks`: the endpoint, its test event, its deliveries, and what arrives.

use super::users::refuses_broken_queries;
use super::{Bad, broken_bodies, not_texts, refuses, refuses_other_media, with, without};
use crate::stack::{Received, Stack, eventually};
use serde_json::{Value, json};

const PATH: &str = "/v1/platform/webhooks";

#[test]
fn an_endpoint_is_put_read_replaced_and_deleted_and_its_secret_is_shown_once() {
    let tenant = Stack::get().tenant("Endpoint Shop");
    tenant.get(PATH).refused(404, "webhook_not_found");
    let body = json!({"url": "http://127.0.0.1:9/a", "events": ["payment_intent.*", "card.added"]});
    let put = tenant.post(PATH, &with(&body, "description", "Our backend")).ok();
    let secret = put["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() > 40, "{secret}");
    assert_eq!(put["url"], body["url"]);
    assert_eq!(put["events"], body["events"]);
    assert_eq!(put["description"], "Our backend");
    assert_eq!(put["status"], "enabled");
    assert_eq!(tenant.get(PATH).ok(), with(&put, "secret", ""));
    let again = tenant.post(PATH, &json!({"url": "http://127.0.0.1:9/b"})).ok();
    assert_eq!(again["secret"], "");
    assert_eq!(again["id"], put["id"], "posting again replaces, it does not add");
    assert_eq!(again["events"], json!([]));
    assert_eq!(again["description"], "");
    assert_eq!(tenant.get(PATH).ok(), again);
    let deleted = tenant.call("DELETE", PATH).send().ok();
    assert_eq!(deleted, json!({"id": put["id"], "deleted": true}));
    tenant.get(PATH).refused(404, "webhook_not_found");
    assert_eq!(tenant.call("DELETE", PATH).send().ok(), deleted, "deleting it again is as good");
    tenant.post(&format!("{PATH}/test"), &json!({})).refused(404, "webhook_not_found");
    let new = tenant.post(PATH, &body).ok();
    assert_ne!(new["secret"], put["secret"]);
    assert_ne!(new["id"], put["id"]);
}

/// What webhooks are never posted to.
const STRANGE_URLS: [&str; 29] = [
    "",
    " ",
    "shop.example",
    "ftp://shop.example/",
    "javascript:alert(1)",
    "https://",
    "https://user:secret@shop.example/",
    "https://10.0.0.1/",
    "https://192.168.1.1/hooks",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00::1]/",
    "https://0.0.0.0/",
    "https://[::ffff:10.0.0.1]/",
    "http://10.0.0.1/",
    "https://shop.example/#fragment",
    "https://shop.example/a b",
    "https://2130706433.example:99999/",
    "https://100.64.0.1/",
    "https://167772161/",
    "https://012.0.0.1/",
    "https://0xa.0.0.1/",
    "https://10.1/",
    "https://[64:ff9b::a00:1]/",
    "https://[2002:a00:1::1]/",
    "https://[2001:0:a00:1::1]/",
    "https://b\u{fc}cher.example/",
    "https://hooks.internal/",
    "https://shop/",
    "https://shop.example:0/",
];

#[test]
fn broken_endpoints_are_refused_field_by_field_and_nothing_is_written() {
    let stack = Stack::get();
    let tenant = stack.tenant("Strict Endpoint Shop");
    let good = json!({"url": "http://127.0.0.1:9/hooks"});
    let mut bad = broken_bodies(&good);
    bad.push(Bad::fields("missing", without(&good, "url"), &["url"]));
    bad.push(Bad::fields("null", with(&good, "url", Value::Null), &["url"]));
    for value in not_texts() {
        bad.push(Bad::fields("no text", with(&good, "url", value.clone()), &["url"]));
        bad.push(Bad::fields("no text", with(&good, "description", value), &["description"]));
    }
    for url in STRANGE_URLS {
        bad.push(Bad::fields(url, with(&good, "url", url), &["url"]));
    }
    let long = format!("https://shop.example/{}", "x".repeat(2049 - 21));
    assert_eq!(long.len(), 2049);
    bad.push(Bad::fields("2049 characters", with(&good, "url", long), &["url"]));
    for events in [
        json!("card.added"),
        json!({}),
        json!([5]),
        json!(["payment_intent.paid"]),
        json!(["*"]),
        json!(["payment_intent"]),
        json!(["payment_intent.*", ""]),
        json!([null]),
        json!(vec!["card.added"; 51]),
        json!(["x".repeat(61)]),
    ] {
        bad.push(Bad::fields("events", with(&good, "events", events), &["events"]));
    }
    let note = "x".repeat(256);
    bad.push(Bad::fields("256 characters", with(&good, "description", note), &["description"]));
    let key = "k".repeat(121);
    let keyed = with(&good, "idempotency_key", key);
    bad.push(Bad::fields("a long key", keyed, &["idempotency_key"]));
    bad.push(Bad::fields("unknown", with(&good, "secret", "whsec_mine"), &["secret"]));
    let all = json!({"url": "x y".repeat(1000), "events": 5, "description": 5, "secret": 1});
    let names = ["url", "events", "description", "secret"];
    bad.push(Bad::fields("all at once", all, &names));
    refuses(stack, &tenant, PATH, &bad);
    refuses_other_media(&|| tenant.call("POST", PATH), &good);
    tenant.get(PATH).refused(404, "webhook_not_found");
}

#[test]
fn broken_test_events_are_refused_and_an_empty_body_is_fine() {
    let stack = Stack::get();
    let tenant = stack.tenant("Trying Shop");
    let receiver = tenant.listen(&[]);
    let path = format!("{PATH}/test");
    let bad = [
        Bad::of("a list", "[]", 400, "invalid_json"),
        Bad::of("cut off", "{", 400, "invalid_json"),
        Bad::fields("unknown", json!({"event": "card.added"}), &["event"]),
        Bad::fields("no text", json!({"idempotency_key": 5}), &["idempotency_key"]),
    ];
    refuses(stack, &tenant, &path, &bad);
    assert_eq!(receiver.received().len(), 0);
    let sent = tenant.call("POST", &path).send().ok();
    assert_eq!(sent, json!({"event": "webhook.test", "url": receiver.url}));
    let body = receiver.wait_for_requests(1, 20)[0].verified(&receiver.secret);
    assert_eq!(body["event"], "webhook.test");
    let key = json!({"idempotency_key": "k"});
    tenant.post(&path, &key).ok();
    assert_eq!(tenant.post(&path, &key).header("idempotent-replayed"), Some("true"));
    let received = receiver.wait_for_requests(2, 20);
    stack.quiet_items_about(&tenant.id);
    assert_eq!(received.len(), receiver.received().len(), "a replay sent an event");
}

/// Everything one paid link makes arrive.
#[test]
fn a_paid_link_makes_its_events_arrive_signed_numbered_and_once() {
    let stack = Stack::get();
    let tenant = stack.tenant("Listening Shop");
    let receiver = tenant.listen(&[]);
    let payer = tenant.payer();
    let metadata = json!({"order": "A-17"});
    let link =
        tenant.link(&json!({"user_id": payer.user, "amount": "12.50", "metadata": metadata}));
    let token = link.card_token("4242424242424242");
    assert_eq!(link.submit(&token, true).json()["status"], "succeeded");
    let succeeded = receiver.wait_for("payment_intent.succeeded", &link.id, 30);
    let received = receiver.wait_for_requests(4, 30);
    stack.quiet_items_about(&tenant.id);
    assert_eq!(receiver.received().len(), 4, "something else arrived");
    let data = &succeeded["data"];
    for (name, value) in [
        ("status", json!("succeeded")),
        ("intent_type", json!("card_link")),
        ("user_id", json!(payer.user)),
        ("amount", json!("12.50")),
        ("currency", json!("USD")),
        ("card_processing_id", json!(payer.account)),
        ("failure_reason", Value::Null),
        ("metadata", metadata),
    ] {
        assert_eq!(data[name], value, "{name} in {data}");
    }
    assert_eq!(data["card"]["last4"], "4242");
    assert!(data["payment_method_id"].is_string(), "the saved card is named: {data}");
    assert!(succeeded["eventGeneratedTime"].is_i64(), "{succeeded}");
    assert_eq!(succeeded.as_object().unwrap().len(), 4, "{succeeded}");
    let mut sequence: Vec<(u64, String)> = receiver
        .events_of(&link.id)
        .iter()
        .map(|e| (e["data"]["sequence"].as_u64().unwrap(), e["event"].as_str().unwrap().into()))
        .collect();
    sequence.sort();
    let expected = ["created", "processing", "succeeded"];
    let expected = (1..).zip(expected.map(|name| format!("payment_intent.{name}")));
    assert_eq!(sequence, expected.collect::<Vec<_>>());
    let bodies = received.iter().map(|one| one.verified(&receiver.secret));
    let card = bodies.into_iter().find(|body| body["event"] == "card.added").unwrap();
    assert_eq!(card["data"]["payment_method_id"], data["payment_method_id"]);
    assert_eq!(card["data"]["user_id"], payer.user.as_str());
    let mut ids: Vec<&str> = received.iter().map(|one| one.header("webhook-id")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4, "an event came twice");
    received.iter().for_each(looks_right);
}

/// Byte for byte, on a way that parses and writes JSON several times.
#[test]
fn metadata_arrives_as_it_was_sent() {
    let tenant = Stack::get().tenant("Exact Shop");
    let receiver = tenant.listen(&["payment_intent.created"]);
    let metadata = r#"{"exact": 0.1000, "huge":1e400, "long":12345678901234567890.5}"#;
    let body = json!({"user_id": tenant.payer().user, "amount": "12.50"});
    let body = super::spelled(&body, "metadata", metadata);
    let made = tenant
        .call("POST", "/v1/platform/card/payment-link")
        .text("application/json", &body)
        .send();
    made.ok();
    let received = receiver.wait_for_requests(1, 30);
    let text = String::from_utf8(received[0].body.clone()).unwrap();
    assert!(text.contains(&format!(r#""metadata":{metadata}"#)), "{text}");
}

fn looks_right(received: &Received) {
    assert_eq!(received.header("content-type"), "application/json");
    assert!(received.header("user-agent").starts_with("Paylink/"));
    assert_eq!(received.header("webhook-attempt"), "1");
    let text = String::from_utf8(received.body.clone()).unwrap();
    for secret in ["4242424242424242", "simulator", "whsec_", "/pay/", "fingerprint"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[test]
fn only_the_events_that_were_asked_for_arrive() {
    let stack = Stack::get();
    let tenant = stack.tenant("Choosy Shop");
    let receiver = tenant.listen(&["payment_intent.failed"]);
    let (paid, declined) = (tenant.new_link(), tenant.new_link());
    paid.pay("4242424242424242");
    declined.pay("4000000000000069");
    let failed = receiver.wait_for("payment_intent.failed", &declined.id, 30);
    assert_eq!(failed["data"]["status"], "failed");
    assert_eq!(failed["data"]["failure_reason"], "expired_card");
    stack.quiet_items_about(&tenant.id);
    assert_eq!(receiver.received().len(), 1);
}

#[test]
fn a_receiver_that_fails_is_tried_again_with_the_same_id_and_a_fresh_signature() {
    let stack = Stack::get();
    let tenant = stack.tenant("Shaky Shop");
    let receiver = tenant.listen(&[]);
    receiver.answer_next(&[500]);
    tenant.call("POST", &format!("{PATH}/test")).send().ok();
    let path = format!("{PATH}/deliveries");
    let first = eventually("the first attempt is recorded", 20, || {
        let listed = tenant.get(&path).ok();
        (!listed[0]["attempts"].as_array()?.is_empty()).then_some(listed)
    });
    // On a slow machine the second is over before anybody looks.
    if first[0]["attempts"].as_array().unwrap().len() == 1 {
        assert_eq!(first[0]["status"], "pending");
        assert!(first[0]["next_attempt_at"].is_string());
    }
    let received = receiver.wait_for_requests(2, 30);
    assert_eq!(received[0].header("webhook-id"), received[1].header("webhook-id"));
    assert_eq!(received[0].body, received[1].body);
    assert_eq!(received[0].header("webhook-attempt"), "1");
    assert_eq!(received[1].header("webhook-attempt"), "2");
    let stamp = |at: usize| received[at].header("webhook-timestamp").parse::<i64>().unwrap();
    assert!(stamp(1) - stamp(0) >= 3, "{} then {}", stamp(0), stamp(1));
    received.iter().for_each(|one| drop(one.verified(&receiver.secret)));
    let done = eventually("the second attempt is recorded", 20, || {
        let listed = tenant.get(&path).ok();
        (listed[0]["status"] == "succeeded").then_some(listed)
    });
    let delivery = &done[0];
    assert_eq!(done.as_array().unwrap().len(), 1);
    assert_eq!(delivery["event"], "webhook.test");
    assert_eq!(delivery["event_id"], received[0].header("webhook-id"));
    assert_eq!(delivery["next_attempt_at"], Value::Null);
    let attempts = delivery["attempts"].as_array().unwrap();
    let told = |at: usize, name: &str| attempts[at][name].clone();
    assert_eq!((told(0, "result"), told(0, "http_status")), (json!("status"), json!(500)));
    assert_eq!((told(1, "result"), told(1, "http_status")), (json!("success"), json!(200)));
    assert_eq!((told(0, "answer"), told(1, "answer")), (json!("not now"), json!("thanks")));
    assert!(told(0, "latency_ms").is_u64());
    stack.quiet_items_about(&tenant.id);
    assert_eq!(receiver.received().len(), 2);
}

#[test]
fn redirects_are_failures_and_410_switches_the_endpoint_off() {
    let tenant = Stack::get().tenant("Gone Shop");
    let receiver = tenant.listen(&[]);
    receiver.answer_next(&[302, 410]);
    tenant.call("POST", &format!("{PATH}/test")).send().ok();
    receiver.wait_for_requests(2, 30);
    eventually("the endpoint is switched off", 20, || {
        (tenant.get(PATH).ok()["status"] == "disabled").then_some(())
    });
    let delivery = eventually("the delivery has failed", 20, || {
        let listed = tenant.get(&format!("{PATH}/deliveries")).ok();
        (listed[0]["status"] == "failed").then(|| listed[0].clone())
    });
    let statuses: Vec<&Value> = delivery["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| &attempt["http_status"])
        .collect();
    assert_eq!(statuses, [&json!(302), &json!(410)]);
    // Putting it again switches it on.
    tenant.post(PATH, &json!({"url": receiver.url})).ok();
    assert_eq!(tenant.get(PATH).ok()["status"], "enabled");
}

#[test]
fn deliveries_are_listed_in_pages_and_broken_queries_are_refused() {
    refuses_broken_queries(&format!("{PATH}/deliveries"));
    let stack = Stack::get();
    let tenant = stack.tenant("Delivering Shop");
    assert_eq!(tenant.get(&format!("{PATH}/deliveries")).ok(), json!([]));
    let receiver = tenant.listen(&["payment_intent.created"]);
    for _ in 0..3 {
        tenant.new_link();
    }
    receiver.wait_for_requests(3, 30);
    stack.quiet_items_about(&tenant.id);
    let path = format!("{PATH}/deliveries");
    let all = super::users::walk(&tenant, &path, 100);
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|delivery| delivery["event"] == "payment_intent.created"));
    assert_eq!(super::users::walk(&tenant, &path, 1), all);
    assert_eq!(super::users::walk(&tenant, &path, 2), all);
}
