//! Webhooks of the links surface: listed, changed, rotated, tried, and what became of deliveries.

use super::with;
use crate::stack::{NOBODY, Receiver, Shop, Stack, eventually};
use serde_json::{Value, json};

const HOOKS: &str = "/api/organization/webhooks/";

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// A server that hears of everything, and the path of its webhook.
fn listening(shop: &Shop) -> (Receiver, Value, String) {
    let mut receiver = Receiver::start();
    let made = shop.post(HOOKS, &json!({"url": receiver.url})).shown(201);
    text(&made["secret"]).clone_into(&mut receiver.secret);
    let path = format!("{HOOKS}{}/", text(&made["id"]));
    (receiver, made, path)
}

/// Everything about one transaction so far, with both signatures verified.
fn told_of(receiver: &Receiver, transaction: &Value) -> Vec<Value> {
    let bodies = receiver.received().into_iter().map(|got| got.attested(&receiver.secret));
    bodies.filter(|body| body["transaction_id"] == *transaction).collect()
}

/// A transaction that was declined once: one event.
fn declined(shop: &Shop) -> Value {
    let checkout = shop.start(&shop.link(None), &Shop::buyer()).shown(201);
    shop.page(&checkout).pay("4000000000000002");
    checkout["transaction_id"].clone()
}

#[test]
fn webhooks_are_listed_read_changed_and_removed() {
    let shop = Stack::get().shop("Hooked Shop");
    let make = |url: &str| shop.post(HOOKS, &json!({"url": url})).shown(201);
    let (first, second) = (make("http://127.0.0.1:9/a"), make("http://127.0.0.1:9/b"));
    let path = format!("{HOOKS}{}/", text(&first["id"]));
    let shown = with(&first, "secret", Value::Null);
    let read = shop.get(&path);
    assert!(read.header("etag").is_some_and(|tag| tag.starts_with("\"1-")), "no version");
    assert_eq!(read.shown(200), shown);
    let listed = shop.get(HOOKS).shown(200);
    assert_eq!(listed["results"], json!([with(&second, "secret", Value::Null), shown]));
    let page = shop.get(&format!("{HOOKS}?limit=1")).shown(200);
    let cursor = text(&page["next_cursor"]);
    let rest = shop.get(&format!("{HOOKS}?limit=1&cursor={cursor}")).shown(200);
    assert_eq!((&rest["results"][0], &rest["next"]), (&shown, &Value::Null));
    let change = |body: Value| shop.call("PATCH", &path).json(&body).send();
    assert_eq!(change(json!({})).shown(200), shown);
    change(json!({"url": "http://127.0.0.1:9/b"})).told_off(409, "conflict");
    let changed = change(json!({
        "url": "http://127.0.0.1:9/c", "events": ["payment_link.*"], "description": "Ours",
        "timeout_seconds": 5, "retry_schedule": [5, 60], "ordered": true, "ed25519": true,
    }))
    .shown(200);
    for (field, value) in [
        ("url", json!("http://127.0.0.1:9/c")),
        ("events", json!(["payment_link.*"])),
        ("description", json!("Ours")),
        ("timeout_seconds", json!(5)),
        ("retry_schedule", json!([5, 60])),
        ("ordered", json!(true)),
        ("ed25519", json!(true)),
        ("is_active", json!(true)),
        ("secret", Value::Null),
    ] {
        assert_eq!(changed[field], value, "{field}: {changed}");
    }
    let usual = change(json!({"retry_schedule": null, "ed25519": false, "ordered": false}));
    let usual = usual.shown(200);
    assert_eq!(
        (&usual["retry_schedule"], &usual["ed25519"], &usual["ordered"]),
        (&shown["retry_schedule"], &json!(false), &json!(false))
    );
    for (field, value) in [
        ("url", Value::Null),
        ("url", json!("https://10.0.0.1/")),
        ("events", json!(["payment_intent.created"])),
        ("timeout_seconds", json!(2)),
        ("is_active", json!("no")),
        ("color", json!(1)),
    ] {
        let told = change(json!({field: value})).told_off(400, "validation_error");
        assert!(told[field].is_array(), "{field}: {told}");
    }
    let old = shop.call("PATCH", &path).header("if-match", "\"1-x\"");
    old.json(&json!({"description": "x"})).send().told_off(412, "changed_meanwhile");
    for _ in 0..2 {
        assert_eq!(shop.call("DELETE", &path).send().status, 204, "also the second time");
    }
    shop.get(&path).told_off(404, "webhook_not_found");
    make("http://127.0.0.1:9/c");
    let staff = shop.member("staff");
    staff.get(HOOKS).told_off(403, "permission_denied");
}

#[test]
fn another_shops_webhooks_and_unknown_ones_are_not_found() {
    let shop = Stack::get().shop("Hooked Shop");
    let made = shop.post(HOOKS, &json!({"url": "http://127.0.0.1:9/a"})).shown(201);
    let path = format!("{HOOKS}{}/", text(&made["id"]));
    let other = Stack::get().shop("Other Hooked Shop");
    for (shop, path) in [(&other, path.as_str()), (&shop, &format!("{HOOKS}wh_1/"))] {
        for (method, below) in [
            ("GET", ""),
            ("PATCH", ""),
            ("DELETE", ""),
            ("POST", "rotate-secret/"),
            ("POST", "test/"),
            ("GET", "deliveries/"),
            ("GET", "deliveries/whd_1/"),
            ("POST", "deliveries/whd_1/retry/"),
            ("POST", "replay/"),
        ] {
            let call = shop.call(method, &format!("{path}{below}"));
            let call = if method == "GET" { call } else { call.json(&json!({"x": 1})) };
            call.send().told_off(404, "webhook_not_found");
        }
    }
}

#[test]
fn an_eleventh_webhook_is_refused() {
    let shop = Stack::get().shop("Many Hooks");
    let make = |n: u32| shop.post(HOOKS, &json!({"url": format!("http://127.0.0.1:9/{n}")}));
    for n in 0..10 {
        make(n).shown(201);
    }
    make(10).told_off(409, "limit_reached");
}

#[test]
fn deliveries_are_listed_read_sent_again_and_replayed() {
    let shop = Stack::get().shop("Delivering Shop");
    let (receiver, _, path) = listening(&shop);
    let transaction = declined(&shop);
    let count = || told_of(&receiver, &transaction).len();
    // That it is under way, and that it was declined.
    let first = 2;
    eventually("the decline is told", 60, || (count() == first).then_some(()));
    let one = eventually("the deliveries are listed", 30, || {
        let path = format!("{path}deliveries/?status=succeeded&event=transaction.status_changed");
        let listed = shop.get(&path).shown(200)["results"].as_array().unwrap().clone();
        (listed.len() >= first).then(|| listed[0].clone())
    });
    assert!(text(&one["id"]).starts_with("whd_"), "{one}");
    assert_eq!(one["payload"], Value::Null);
    let below = format!("{path}deliveries/{}/", text(&one["id"]));
    let shown = shop.get(&below).shown(200);
    assert_eq!(shown["payload"]["transaction_id"], transaction);
    assert_eq!(shown["attempts"][0]["result"], "success");
    for (query, found) in [("event=refund.status_changed", 0), ("to=2020-01-01T00:00:00Z", 0)] {
        let listed = shop.get(&format!("{path}deliveries/?{query}")).shown(200);
        assert_eq!(listed["results"].as_array().unwrap().len(), found, "{query}");
    }
    for bad in ["event=payment_intent.created", "status=sent", "cursor=x"] {
        shop.get(&format!("{path}deliveries/?{bad}")).told_off(400, "validation_error");
    }
    let unknown = format!("{path}deliveries/whd_{}/", &"0".repeat(26));
    shop.get(&unknown).told_off(404, "delivery_not_found");
    shop.call("POST", &format!("{unknown}retry/")).send().told_off(404, "delivery_not_found");
    let again = shop.call("POST", &format!("{below}retry/")).send().shown(202);
    assert_eq!(again["status"], "pending");
    eventually("it arrives a second time", 60, || (count() == first + 1).then_some(()));
    eventually("its second attempt is written down", 60, || {
        (shop.get(&below).shown(200)["status"] == "succeeded").then_some(())
    });
    let range = json!({"from": shown["created_at"], "types": ["transaction.*"]});
    let replay = |body: &Value| shop.post(&format!("{path}replay/"), body);
    let range = with(&range, "from", "2026-01-01T00:00:00Z");
    replay(&range).told_off(400, "validation_error");
    let day_ago = shared::app::clock::now().plus_days(-1).rfc3339();
    let range = with(&range, "from", day_ago);
    let counted = replay(&with(&range, "dry_run", true)).shown(202);
    assert_eq!(counted, json!({"events": first, "started": false}));
    let none = with(&with(&range, "only_undelivered", true), "dry_run", true);
    assert_eq!(replay(&none).shown(202), json!({"events": 0, "started": false}));
    assert_eq!(replay(&range).shown(202), json!({"events": first, "started": true}));
    eventually("the replay arrives", 120, || (count() == 2 * first + 1).then_some(()));
}

#[test]
fn a_disabled_webhook_may_be_tried_once_and_stays_as_it_is() {
    let shop = Stack::get().shop("Switching Shop");
    let (receiver, _, path) = listening(&shop);
    let switch = |on: bool| shop.call("PATCH", &path).json(&json!({"is_active": on})).send();
    let off = switch(false).shown(200);
    assert_eq!((&off["is_active"], &off["status"]), (&json!(false), &json!("disabled")));
    shop.call("POST", &format!("{path}test/")).send().told_off(409, "webhook_disabled");
    let transaction = declined(&shop);
    let kept_back = eventually("the delivery is kept back", 60, || {
        let listed = shop.get(&format!("{path}deliveries/?status=suppressed")).shown(200);
        let listed = listed["results"].as_array().unwrap().clone();
        (listed.len() >= 2).then_some(listed)
    });
    let day_ago = shared::app::clock::now().plus_days(-1).rfc3339();
    let range = json!({"from": day_ago, "only_undelivered": true});
    let replay = || shop.post(&format!("{path}replay/"), &range);
    replay().told_off(409, "webhook_disabled");
    let retry = format!("{path}deliveries/{}/retry/", text(&kept_back[0]["id"]));
    shop.call("POST", &retry).send().shown(202);
    eventually("the one try", 60, || (told_of(&receiver, &transaction).len() == 1).then_some(()));
    assert_eq!(shop.get(&path).shown(200)["is_active"], false);
    assert_eq!(switch(true).shown(200)["is_active"], true);
    replay().shown(202);
    eventually("the rest", 120, || (told_of(&receiver, &transaction).len() >= 2).then_some(()));
}

#[test]
fn a_rotated_secret_is_shown_once_and_signs_beside_the_old_one() {
    let shop = Stack::get().shop("Rotating Shop");
    let (mut receiver, made, path) = listening(&shop);
    let rotate = |body: &Value| {
        let call = shop.call("POST", &format!("{path}rotate-secret/"));
        call.header("idempotency-key", "turn").json(body).send()
    };
    let turned = rotate(&json!({"overlap_seconds": 600})).shown(200);
    assert_eq!(turned["id"], made["id"]);
    assert!(text(&turned["secret"]) != receiver.secret, "a new one");
    assert_eq!(turned["secrets"].as_array().unwrap().len(), 2);
    let again = rotate(&json!({"overlap_seconds": 600}));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.shown(200), with(&turned, "secret", Value::Null));
    // The surface's own header uses the old one while both sign.
    let transaction = declined(&shop);
    eventually("the old secret signs", 60, || {
        (!told_of(&receiver, &transaction).is_empty()).then_some(())
    });
    for seconds in [json!(-1), json!(604_801), json!("x")] {
        let body = json!({"overlap_seconds": seconds});
        let told = shop.post(&format!("{path}rotate-secret/"), &body);
        assert!(told.told_off(400, "validation_error")["overlap_seconds"].is_array());
    }
    let end = shop.post(&format!("{path}rotate-secret/"), &json!({"overlap_seconds": 0}));
    text(&end.shown(200)["secret"]).clone_into(&mut receiver.secret);
    let test = shop.call("POST", &format!("{path}test/")).send().shown(202);
    let heard = eventually("the test, signed with the new secret alone", 60, || {
        let tests = receiver.received().into_iter().filter(|got| {
            let body: Value = serde_json::from_slice(&got.body).unwrap();
            body["event"] == "webhook.test"
        });
        tests.last().map(|got| got.attested(&receiver.secret))
    });
    assert_eq!(heard["message"], "It works.");
    let delivery = format!("{path}deliveries/{}/", text(&test["delivery_id"]));
    let shown = eventually("its delivery", 30, || {
        let seen = shop.get(&delivery);
        (seen.status == 200 && seen.json()["status"] == "succeeded").then(|| seen.json())
    });
    assert_eq!(shown["event"], "webhook.test");
    let nobody = format!("{HOOKS}wh_{NOBODY}/test/");
    shop.call("POST", &nobody).send().told_off(404, "webhook_not_found");
}
