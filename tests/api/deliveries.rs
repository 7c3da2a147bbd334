//! `/v1/platform/webhooks/...`: secrets that rotate, deliveries that are looked at and sent again,
//! endpoints that are slow, busy, disabled or want order.

use super::{Bad, endpoint_health::told, refuses, with};
use crate::stack::{NOBODY, Received, Receiver, Stack, Tenant, eventually};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use shared::{
    app::clock,
    model::{Mode, Scope, Time},
    store::key,
};

const PATH: &str = "/v1/platform/webhooks";
const DELIVERIES: &str = "/v1/platform/webhooks/deliveries";

/// Two sweeps: what is due in the table moves within a minute.
const SWEPT_S: i64 = 130;

fn scope(tenant: &Tenant) -> Scope {
    Scope { tenant: tenant.id.parse().unwrap(), mode: Mode::Test }
}

fn verifies(received: &Received, secret: &str) -> bool {
    let webhook = standardwebhooks::Webhook::new(secret).unwrap();
    webhook.verify(&received.body, &received.headers).is_ok()
}

fn test_event(tenant: &Tenant) {
    tenant.call("POST", &format!("{PATH}/test")).send().ok();
}

/// The one delivery that a query finds, once it is there.
fn delivery(tenant: &Tenant, query: &str) -> Value {
    eventually(&format!("a delivery with {query}"), 30, || {
        let listed = tenant.get(&format!("{DELIVERIES}?{query}")).ok();
        (listed.as_array()?.len() == 1).then(|| listed[0].clone())
    })
}

fn one(tenant: &Tenant, delivery: &Value) -> Value {
    tenant.get(&format!("{DELIVERIES}/{}", delivery["id"].as_str().unwrap())).ok()
}

fn signatures(received: &Received) -> Vec<String> {
    received.header("webhook-signature").split(' ').map(str::to_owned).collect()
}

#[test]
fn while_secrets_overlap_both_verify_and_a_revoked_one_stops_at_once() {
    let tenant = Stack::get().tenant("Rotating Shop");
    let receiver = tenant.listen(&[]);
    let path = format!("{PATH}/rotate-secret");
    let key = json!({"idempotency_key": "k", "overlap_seconds": 3600});
    let rotated = tenant.post(&path, &key).ok();
    let second = rotated["secret"].as_str().unwrap().to_owned();
    assert!(second.starts_with("whsec_") && second != receiver.secret);
    assert_eq!(rotated["secrets"].as_array().unwrap().len(), 2);
    assert!(rotated["secrets"][0]["ends_at"].is_string());
    assert_eq!(rotated["secrets"][1]["ends_at"], Value::Null);
    let again = tenant.post(&path, &key);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.ok(), rotated, "the same secret again");
    assert_eq!(tenant.get(PATH).ok(), with(&rotated, "secret", ""));
    test_event(&tenant);
    let both = receiver.wait_for_requests(1, 30)[0].clone();
    assert_eq!(signatures(&both).len(), 2);
    both.verified(&receiver.secret);
    assert!(verifies(&both, &second), "the list carries both, the old header keeps the old one");
    let revoked = tenant.post(&path, &json!({"overlap_seconds": 0})).ok();
    let third = revoked["secret"].as_str().unwrap().to_owned();
    assert_eq!(revoked["secrets"].as_array().unwrap().len(), 1);
    test_event(&tenant);
    let last = receiver.wait_for_requests(2, 30)[1].clone();
    last.verified(&third);
    assert!(!verifies(&last, &second) && !verifies(&last, &receiver.secret));
    for _ in 0..4 {
        tenant.call("POST", &path).send().ok();
    }
    let sixth = tenant.call("POST", &path).send().refused(422, "validation_error");
    assert_eq!(sixth, ["overlap_seconds"]);
}

#[test]
fn an_endpoint_that_asks_for_ed25519_gets_it_beside_the_shared_secret() {
    let tenant = Stack::get().tenant("Asymmetric Shop");
    let mut receiver = Receiver::start();
    let own = format!("whsec_{}", STANDARD.encode([7; 24]));
    let body = json!({"url": receiver.url, "ed25519": true, "secret": own});
    let put = tenant.post(PATH, &body).ok();
    assert_eq!(put["secret"], own.as_str(), "a secret of one's own");
    receiver.secret = own;
    let public = put["secrets"][0]["public_key"].as_str().unwrap().to_owned();
    test_event(&tenant);
    let received = receiver.wait_for_requests(1, 30)[0].clone();
    received.verified(&receiver.secret);
    let signatures = signatures(&received);
    let [shared, asymmetric] = signatures.as_slice() else { panic!("{signatures:?}") };
    assert!(shared.starts_with("v1,"), "{shared}");
    let signature = STANDARD.decode(asymmetric.strip_prefix("v1a,").unwrap()).unwrap();
    let point = STANDARD.decode(public.strip_prefix("whpk_").unwrap()).unwrap();
    let (id, stamp) = (received.header("webhook-id"), received.header("webhook-timestamp"));
    let signed = [format!("{id}.{stamp}.").as_bytes(), &received.body].concat();
    let key = ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, point);
    key.verify(&signed, &signature).unwrap();
    // A secret is given once; later it is rotated.
    let again = tenant.post(PATH, &body).refused(422, "validation_error");
    assert_eq!(again, ["secret"]);
    let off = tenant.post(PATH, &json!({"url": receiver.url, "ed25519": false})).ok();
    assert_eq!(off["secrets"][0]["public_key"], Value::Null);
}

#[test]
fn broken_settings_rotations_and_replays_are_refused_field_by_field() {
    let stack = Stack::get();
    let tenant = stack.tenant("Strict Settings Shop");
    let url = json!({"url": "http://127.0.0.1:9/hooks"});
    let secret = |length: usize| format!("whsec_{}", STANDARD.encode(vec![7; length]));
    let mut bad = Vec::new();
    for (name, value) in [
        ("secret", json!(secret(23))),
        ("secret", json!(secret(65))),
        ("secret", json!("whsec_")),
        ("secret", json!(5)),
        ("timeout_seconds", json!(2)),
        ("timeout_seconds", json!(31)),
        ("timeout_seconds", json!("15")),
        ("timeout_seconds", json!(15.5)),
        ("retry_schedule", json!([0])),
        ("retry_schedule", json!([86_401])),
        ("retry_schedule", json!(vec![1; 20])),
        ("retry_schedule", json!(vec![86_400; 8])),
        ("retry_schedule", json!("5")),
        ("ordered", json!("yes")),
        ("ed25519", json!(1)),
    ] {
        bad.push(Bad::fields(&format!("{name} {value}"), with(&url, name, value), &[name]));
    }
    refuses(stack, &tenant, PATH, &bad);
    let mut bad = Vec::new();
    for (name, value) in [
        ("overlap_seconds", json!(-1)),
        ("overlap_seconds", json!(604_801)),
        ("overlap_seconds", json!("0")),
        ("secret", json!(secret(23))),
        ("unknown", json!(1)),
    ] {
        bad.push(Bad::fields(&format!("{name} {value}"), with(&json!({}), name, value), &[name]));
    }
    refuses(stack, &tenant, &format!("{PATH}/rotate-secret"), &bad);
    let at = |seconds: i64| clock::now().plus_seconds(seconds).rfc3339();
    let good = json!({"from": at(-60)});
    let mut bad = vec![Bad::fields("missing", json!({}), &["from"])];
    for (name, value) in [
        ("from", json!(at(600))),
        ("from", json!(at(-30 * 86_400 - 60))),
        ("from", json!("yesterday")),
        ("from", json!(5)),
        ("to", json!(at(-120))),
        ("to", json!(at(600))),
        ("types", json!(["payment_intent.paid"])),
        ("types", json!(["invoice.created"])),
        ("types", json!("card.added")),
        ("dry_run", json!("true")),
        ("only_undelivered", json!(1)),
        ("until", json!(at(0))),
    ] {
        bad.push(Bad::fields(&format!("{name} {value}"), with(&good, name, value), &[name]));
    }
    refuses(stack, &tenant, &format!("{PATH}/replay"), &bad);
    tenant.post(&format!("{PATH}/replay"), &good).refused(404, "webhook_not_found");
    tenant.call("POST", &format!("{PATH}/rotate-secret")).send().refused(404, "webhook_not_found");
}

#[test]
fn one_delivery_shows_everything_and_is_sent_again_with_the_same_id() {
    let stack = Stack::get();
    let tenant = stack.tenant("Curious Shop");
    let receiver = tenant.listen(&[]);
    test_event(&tenant);
    receiver.wait_for_requests(1, 30);
    let done = delivery(&tenant, "status=succeeded");
    assert_eq!(done["payload"], Value::Null, "not in a list");
    let shown = one(&tenant, &done);
    assert_eq!(shown["payload"]["event"], "webhook.test");
    assert_eq!(shown["attempts"][0]["answer"], "thanks");
    assert_eq!(shown["attempt_count"], 1);
    let path = format!("{DELIVERIES}/{}/retry", done["id"].as_str().unwrap());
    let bad = [
        Bad::of("a list", "[]", 400, "invalid_json"),
        Bad::fields("unknown", json!({"force": true}), &["force"]),
    ];
    refuses(stack, &tenant, &path, &bad);
    let key = json!({"idempotency_key": "again"});
    assert_eq!(tenant.post(&path, &key).ok()["status"], "pending");
    let received = receiver.wait_for_requests(2, 30);
    let again = tenant.post(&path, &key);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let [first, second] = received.as_slice() else { panic!("{} requests", received.len()) };
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert_eq!(first.body, second.body);
    assert_eq!(second.header("webhook-attempt"), "2");
    second.verified(&receiver.secret);
    eventually("the second attempt is recorded", 30, || {
        (one(&tenant, &done)["attempts"].as_array()?.len() == 2).then_some(())
    });
    let unknown = format!("{NOBODY}_{NOBODY}");
    for id in ["x", NOBODY, &unknown] {
        tenant.get(&format!("{DELIVERIES}/{id}")).refused(404, "delivery_not_found");
        let path = format!("{DELIVERIES}/{id}/retry");
        tenant.call("POST", &path).send().refused(404, "delivery_not_found");
    }
    let gone = tenant.post(PATH, &json!({"url": receiver.url})).ok()["id"].clone();
    assert_eq!(gone, done["endpoint_id"]);
    tenant.call("DELETE", PATH).send().ok();
    tenant.call("POST", &path).send().refused(404, "webhook_not_found");
}

#[test]
fn deliveries_are_found_by_status_event_and_time() {
    let stack = Stack::get();
    let tenant = stack.tenant("Filtering Shop");
    let receiver = tenant.listen(&[]);
    let before = clock::now().rfc3339();
    tenant.new_link();
    test_event(&tenant);
    receiver.wait_for_requests(2, 30);
    let count =
        |query: &str| tenant.get(&format!("{DELIVERIES}?{query}")).ok().as_array().unwrap().len();
    eventually("both are written down", 30, || (count("status=succeeded") == 2).then_some(()));
    assert_eq!(count("status=failed"), 0);
    assert_eq!(count("event=webhook.test"), 1);
    assert_eq!(count("event=webhook.test&status=pending"), 0);
    assert_eq!(count(&format!("created_from={before}")), 2);
    assert_eq!(count(&format!("created_to={before}")), 0);
    for (query, field) in [
        ("status=lost", "status"),
        ("event=payment_intent.paid", "event"),
        ("created_from=now", "created_from"),
        ("created_from=2030-01-02T00:00:00Z&created_to=2030-01-01T00:00:00Z", "created_to"),
        ("kind=x", "kind"),
    ] {
        let answer = tenant.get(&format!("{DELIVERIES}?{query}"));
        assert_eq!(answer.refused(422, "validation_error"), [field], "{query}");
    }
    let page = tenant.get(&format!("{DELIVERIES}?limit=1"));
    let cursor = page.json()["pagination"]["next_cursor"].as_str().unwrap().to_owned();
    let other = tenant.get(&format!("{DELIVERIES}?limit=1&status=failed&cursor={cursor}"));
    assert_eq!(other.refused(422, "validation_error"), ["cursor"], "of another list");
}

#[test]
fn an_endpoint_that_is_gone_keeps_its_events_and_one_call_replays_them() {
    let stack = Stack::get();
    let tenant = stack.tenant("Returning Shop");
    let receiver = tenant.listen(&["payment_intent.created", "webhook_endpoint.*"]);
    let from = clock::now().rfc3339();
    receiver.answer_next(&[410]);
    tenant.new_link();
    eventually("the endpoint is switched off", 30, || {
        (tenant.get(PATH).ok()["status"] == "disabled").then_some(())
    });
    let shown = tenant.get(PATH).ok();
    assert_eq!(shown["disabled_reason"], "gone");
    assert!(shown["disabled_at"].is_string());
    for _ in 0..3 {
        tenant.new_link();
    }
    eventually("the events are kept back", 30, || {
        let listed = tenant.get(&format!("{DELIVERIES}?status=suppressed")).ok();
        (listed.as_array()?.len() == 3).then_some(())
    });
    let news = ["webhook_endpoint.disabled"];
    eventually("the bus has carried the news", 30, || {
        (!told(stack, &tenant).is_empty()).then_some(())
    });
    assert_eq!(told(stack, &tenant), news);
    assert_eq!(receiver.received().len(), 1, "nothing is sent, not even the news");
    tenant.call("POST", &format!("{PATH}/test")).send().refused(409, "webhook_disabled");
    let failed = delivery(&tenant, "status=failed");
    let retry = format!("{DELIVERIES}/{}/retry", failed["id"].as_str().unwrap());
    tenant.call("POST", &retry).send().refused(409, "webhook_disabled");
    let replay = json!({"from": from, "only_undelivered": true});
    tenant.post(&format!("{PATH}/replay"), &replay).refused(409, "webhook_disabled");
    let dry = tenant.post(&format!("{PATH}/replay"), &with(&replay, "dry_run", true)).ok();
    let counts = json!({
        "replay_id": null, "dry_run": true, "matched": 4, "succeeded": 0, "failed": 1,
        "suppressed": 3, "pending": 0, "missing": 0, "has_more": false,
    });
    assert_eq!(dry, counts);
    tenant.post(PATH, &json!({"url": receiver.url, "events": ["payment_intent.created"]})).ok();
    let key = with(&replay, "idempotency_key", "replay");
    let begun = tenant.post(&format!("{PATH}/replay"), &key).ok();
    assert!(begun["replay_id"].is_string());
    assert_eq!(tenant.post(&format!("{PATH}/replay"), &key).ok(), begun, "asked once");
    let received = receiver.wait_for_requests(5, SWEPT_S);
    stack.quiet_items_about(&tenant.id);
    assert_eq!(receiver.received().len(), 5, "each once");
    let first = received[0].header("webhook-id");
    let again = received.iter().skip(1).find(|one| one.header("webhook-id") == first).unwrap();
    assert_eq!(again.header("webhook-attempt"), "2");
    again.verified(&receiver.secret);
    assert_eq!(tenant.get(PATH).ok()["health"]["status"], "healthy");
}

#[test]
fn a_busy_endpoint_gets_its_pause_and_what_waits_loses_no_attempt() {
    let stack = Stack::get();
    let tenant = stack.tenant("Busy Shop");
    let receiver = tenant.listen(&[]);
    // Long enough to be seen on a slow machine.
    receiver.answer_next_with(&[429], "Retry-After: 40");
    test_event(&tenant);
    receiver.wait_for_requests(1, 30);
    let health = eventually("the endpoint is paused", 30, || {
        let health = tenant.get(PATH).ok()["health"].clone();
        (health["status"] == "paused").then_some(health)
    });
    assert_eq!(health["consecutive_failures"], 1);
    let until = Time::parse(health["paused_until"].as_str().unwrap()).unwrap();
    tenant.new_link();
    let received = receiver.wait_for_requests(3, 90);
    for later in &received[1..] {
        let stamp: i64 = later.header("webhook-timestamp").parse().unwrap();
        assert!(stamp >= until.seconds(), "{stamp} is within the pause until {until:?}");
    }
    let created = delivery(&tenant, "event=payment_intent.created&status=succeeded");
    assert_eq!(created["attempt_count"], 1);
    eventually("the endpoint is well again", 30, || {
        (tenant.get(PATH).ok()["health"]["status"] == "healthy").then_some(())
    });
}

#[test]
fn an_endpoint_that_asks_for_order_gets_one_objects_events_in_order() {
    let stack = Stack::get();
    let tenant = stack.tenant("Orderly Shop");
    let mut receiver = Receiver::start();
    let body = json!({"url": receiver.url, "ordered": true, "events": ["payment_intent.*"]});
    receiver.secret = tenant.post(PATH, &body).ok()["secret"].as_str().unwrap().to_owned();
    receiver.answer_next(&[500]);
    let link = tenant.new_link();
    link.pay("4242424242424242");
    receiver.wait_for("payment_intent.succeeded", &link.id, 60);
    let names: Vec<String> = receiver
        .events_of(&link.id)
        .iter()
        .map(|event| event["event"].as_str().unwrap().replace("payment_intent.", ""))
        .collect();
    assert_eq!(names, ["created", "created", "processing", "succeeded"]);
}

#[test]
fn an_own_schedule_and_an_own_timeout_count() {
    let stack = Stack::get();
    let tenant = stack.tenant("Impatient Shop");
    let receiver = Receiver::start();
    let body = json!({"url": receiver.url, "retry_schedule": [1], "timeout_seconds": 3});
    let put = tenant.post(PATH, &body).ok();
    assert_eq!((&put["retry_schedule"], &put["timeout_seconds"]), (&json!([1]), &json!(3)));
    receiver.answer_always(500);
    test_event(&tenant);
    let failed = delivery(&tenant, "status=failed");
    assert_eq!(failed["attempt_count"], 2);
    assert_eq!(receiver.received().len(), 2);
    let kept = tenant.post(PATH, &json!({"url": receiver.url})).ok();
    assert_eq!(kept["retry_schedule"], json!([1]), "what is not said stays");
}

#[test]
fn an_attempt_that_is_far_away_waits_in_the_table_until_the_sweep_wakes_it() {
    let stack = Stack::get();
    let tenant = stack.tenant("Patient Shop");
    let receiver = Receiver::start();
    tenant.post(PATH, &json!({"url": receiver.url, "retry_schedule": [2000]})).ok();
    receiver.answer_next(&[500]);
    test_event(&tenant);
    receiver.wait_for_requests(1, 30);
    let is_timer = |pk: &str| pk.starts_with("timer#deliver#");
    let ((_, sk), mut timer) = eventually("the delivery waits in the table", 30, || {
        stack.items_about(&tenant.id).into_iter().find(|((pk, _), _)| is_timer(pk))
    });
    let waiting = delivery(&tenant, "status=pending");
    assert_eq!(waiting["attempt_count"], 1);
    let due = Time::parse(waiting["next_attempt_at"].as_str().unwrap()).unwrap();
    // From the event on it is longer, from now on shorter, whatever the machine needed in between.
    let made = Time::parse(waiting["created_at"].as_str().unwrap()).unwrap();
    let (least, most) = (due.ms_since(made) / 1000, due.ms_since(clock::now()) / 1000);
    assert!(least >= 1600 && most <= 2400, "{least}, {most}");
    // The time comes: the delivery is due, and so is a timer.
    let now = clock::now().ms();
    let (event, endpoint) = waiting["id"].as_str().unwrap().split_once('_').unwrap();
    let record = key::delivery(scope(&tenant), event.parse().unwrap(), endpoint.parse().unwrap());
    stack.set_number(&record, "due", now);
    let rest = sk.split_once('#').unwrap().1;
    timer["sk"] = json!({"S": format!("{now:015}#{rest}")});
    timer["due"] = json!({"N": now.to_string()});
    stack.put(&timer);
    let received = receiver.wait_for_requests(2, SWEPT_S);
    assert_eq!(received[0].header("webhook-id"), received[1].header("webhook-id"));
    eventually("the delivery is over, and its timer gone", 30, || {
        let over = one(&tenant, &waiting)["status"] == "succeeded";
        let items = stack.items_about(&tenant.id);
        let mut timers = items.keys().filter(|(pk, _)| is_timer(pk));
        (over && timers.all(|(_, place)| *place == sk)).then_some(())
    });
}

/// As after an outage of the stream's consumer that lasted longer than the stream's records.
#[test]
fn what_was_committed_and_never_published_is_found_and_published() {
    let stack = Stack::get();
    let tenant = stack.tenant("Forgotten Shop");
    let receiver = tenant.listen(&["payment_intent.created"]);
    let from = clock::now().plus_seconds(-5).rfc3339();
    let link = tenant.new_link();
    receiver.wait_for("payment_intent.created", &link.id, 30);
    stack.quiet_items_about(&tenant.id);
    let wish = json!({"tenant_id": tenant.id, "mode": "test", "from": from});
    let nothing = stack.invoke("operators-republish-events", &wish);
    let none =
        json!({"committed": 1, "published": 0, "timers": 1, "activity": 0, "next_cursor": null});
    // What operators did may not be in the activity list yet.
    assert_eq!(with(&nothing, "activity", 0), none);
    let scope = scope(&tenant);
    let sent = receiver.received()[0].clone();
    let event = sent.header("webhook-id").parse().unwrap();
    let endpoint = tenant.get(PATH).ok()["id"].as_str().unwrap().parse().unwrap();
    stack.remove(&key::event(scope, event));
    stack.remove(&key::delivery(scope, event, endpoint));
    let found = stack.invoke("operators-republish-events", &wish);
    let one =
        json!({"committed": 1, "published": 1, "timers": 1, "activity": 0, "next_cursor": null});
    assert_eq!(with(&found, "activity", 0), one);
    let received = receiver.wait_for_requests(2, 30);
    assert_eq!(received[1].header("webhook-id"), sent.header("webhook-id"));
    assert_eq!(received[1].body, sent.body);
    let backwards = with(&wish, "to", "2020-01-01T00:00:00Z");
    let refused = stack.try_invoke("operators-republish-events", &backwards).unwrap_err();
    let refused: Value = serde_json::from_str(&refused).unwrap();
    assert_eq!(refused["errorType"], "Function.Failed");
    let message = refused["errorMessage"].as_str().unwrap();
    assert!(message.contains("to must not be before from"), "{message}");
}

#[test]
fn libraries_in_two_languages_verify_what_arrives() {
    let stack = Stack::get();
    let tenant = stack.tenant("Verifying Shop");
    let receiver = tenant.listen(&[]);
    test_event(&tenant);
    let received = receiver.wait_for_requests(1, 30)[0].clone();
    assert!(verifies(&received, &receiver.secret), "the library in Rust");
    // The receiver of `make start` keeps only what the library in Python has verified.
    let link = stack.demo().new_link();
    let kept = format!("{}/received", stack.shop_origin());
    eventually("the library in Python has verified", 30, || {
        let received = stack.call("GET", &kept).send().json();
        let about = |one: &Value| one["body"]["data"]["payment_intent_id"] == link.id.as_str();
        received.as_array()?.iter().any(about).then_some(())
    });
}
