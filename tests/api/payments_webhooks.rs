//! Webhooks of the payments surface: changed, switched off and on, and what became of deliveries.

use super::{with, without};
use crate::stack::{NOBODY, Receiver, Seller, Stack, eventually};
use serde_json::{Value, json};

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// A server that hears of everything, and its webhook.
fn listening(seller: &Seller) -> (Receiver, Value, String) {
    let mut receiver = Receiver::start();
    let asked = json!({"url": receiver.url, "events": ["payment_link.*"]});
    let made = seller.post("/webhooks", &asked).made();
    text(&made["secretKey"]).clone_into(&mut receiver.secret);
    let path = format!("/webhooks/{}", text(&made["id"]));
    (receiver, without(&made, "secretKey"), path)
}

#[test]
fn webhooks_are_listed_read_changed_and_removed() {
    let seller = Stack::get().seller_without_account("Hooked Seller");
    let make = |url: &str| seller.post("/webhooks", &json!({"url": url, "events": []})).made();
    let (first, second) = (make("http://127.0.0.1:9/a"), make("http://127.0.0.1:9/b"));
    let path = format!("/webhooks/{}", text(&first["id"]));
    let shown = without(&first, "secretKey");
    assert_eq!(seller.get(&path).told(), shown);
    let listed = seller.get("/webhooks").told();
    assert_eq!(listed, json!([without(&second, "secretKey"), shown]));
    let page = seller.get("/webhooks?limit=1").json();
    let next = seller.get(&format!("/webhooks?limit=1&cursor={}", text(&page["nextCursor"])));
    assert_eq!(
        (next.json()["data"][0].clone(), next.json()["hasMore"].clone()),
        (shown, json!(false))
    );
    for method in ["PUT", "PATCH"] {
        let change = |body: Value| seller.call(method, &path).json(&body).send();
        assert_eq!(change(json!({})).told(), seller.get(&path).told());
        let taken = change(json!({"url": "http://127.0.0.1:9/b"}));
        taken.denied(409, "conflict_error", "duplicate");
        let changed = change(json!({
            "url": format!("http://127.0.0.1:9/{method}"), "events": ["payment_link.failed"],
            "description": "Ours", "apiVersion": "2030-01-01",
        }));
        let changed = changed.told();
        assert_eq!(changed["events"], json!(["payment_link.failed"]));
        assert_eq!(
            (&changed["description"], &changed["apiVersion"]),
            (&json!("Ours"), &json!("2026-07-11"))
        );
        assert_eq!(change(json!({"description": null})).told()["description"], Value::Null);
        for (field, value) in [
            ("url", Value::Null),
            ("url", json!("https://10.0.0.1/")),
            ("events", json!(["payment_intent.created"])),
            ("isActive", json!("no")),
        ] {
            let names = change(json!({field: value}));
            assert_eq!(names.denied(400, "validation_error", "validation_error"), [field]);
        }
    }
    // The address that it left is free again.
    make("http://127.0.0.1:9/a");
    let gone = seller.call("DELETE", &path).send().told();
    assert_eq!(
        gone,
        json!({"id": first["id"], "deleted": true, "object": "webhook", "livemode": false})
    );
    let other = Stack::get().seller_without_account("Other Hooked Seller");
    let theirs = format!("/webhooks/{}", text(&second["id"]));
    for (seller, path) in [
        (&seller, path.as_str()),
        (&other, theirs.as_str()),
        (&seller, "/webhooks/wh_1"),
        (&seller, &format!("/webhooks/{NOBODY}")),
    ] {
        for (method, below) in [
            ("GET", ""),
            ("DELETE", ""),
            ("GET", "/deliveries"),
            ("GET", "/deliveries/whd_1"),
            ("POST", "/deliveries/whd_1/retry"),
            ("POST", "/rotate-secret"),
        ] {
            let answer = seller.call(method, &format!("{path}{below}")).send();
            answer.denied(404, "not_found_error", "webhook_not_found");
        }
    }
}

#[test]
fn deliveries_are_listed_read_sent_again_and_replayed() {
    let seller = Stack::get().seller("Delivering Seller");
    let (receiver, _, path) = listening(&seller);
    let payment = seller.payment();
    receiver.hear("payment_link.created", &payment, 60);
    let deliveries = || seller.get(&format!("{path}/deliveries?status=succeeded")).told();
    let listed = eventually("the delivery is listed", 30, || {
        let listed = deliveries();
        (listed != json!([])).then_some(listed)
    });
    let one = &listed[0];
    assert!(text(&one["id"]).starts_with("whd_") && text(&one["eventId"]).starts_with("evt_"));
    assert_eq!((&one["event"], &one["payload"]), (&json!("payment_link.created"), &Value::Null));
    let below = format!("{path}/deliveries/{}", text(&one["id"]));
    let shown = seller.get(&below).told();
    assert_eq!(shown["payload"]["data"]["paymentId"], payment["id"]);
    assert_eq!(shown["attempts"][0]["result"], "success");
    assert_eq!(
        seller.get(&format!("{path}/deliveries?event=payment_link.failed")).told(),
        json!([])
    );
    let bad = seller.get(&format!("{path}/deliveries?event=payment_intent.created"));
    assert_eq!(bad.denied(400, "validation_error", "validation_error"), ["event"]);
    let unknown = seller.get(&format!("{path}/deliveries/whd_{}", NOBODY.replace('-', "")));
    unknown.denied(404, "not_found_error", "delivery_not_found");
    let again = seller.call("POST", &format!("{below}/retry")).send().told();
    assert_eq!(again["status"], "pending");
    let heard = || receiver.told_of(&payment).len();
    eventually("it arrives a second time", 60, || (heard() == 2).then_some(()));
    eventually("its second attempt is written down", 60, || {
        (seller.get(&below).told()["status"] == "succeeded").then_some(())
    });
    // Hard case 60: a replay keeps the id, and takes a new timestamp.
    let range = json!({"from": payment["createdAt"], "types": ["payment_link.*"]});
    let counted = seller.post(&format!("{path}/replay"), &with(&range, "dryRun", true)).told();
    assert_eq!((&counted["matched"], &counted["dryRun"]), (&json!(1), &json!(true)));
    let none = with(&range, "onlyUndelivered", true);
    let none = seller.post(&format!("{path}/replay"), &with(&none, "dryRun", true)).told();
    assert_eq!(none["matched"], 0);
    let replayed = seller.post(&format!("{path}/replay"), &range).told();
    assert_eq!((&replayed["matched"], &replayed["replayId"].is_string()), (&json!(1), &true));
    eventually("the replay arrives", 120, || (heard() == 3).then_some(()));
    let received = receiver.received();
    let ids: Vec<_> = received.iter().map(|one| one.header("webhook-id").to_owned()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let old = seller.post(&format!("{path}/replay"), &json!({"from": "2020-01-01T00:00:00Z"}));
    assert_eq!(old.denied(400, "validation_error", "validation_error"), ["from"]);
}

#[test]
fn what_happens_while_a_webhook_is_off_is_kept_back_until_a_replay() {
    let seller = Stack::get().seller("Switching Seller");
    let (receiver, _, path) = listening(&seller);
    let switch =
        |on: bool| seller.call("PATCH", &path).json(&json!({"isActive": on})).send().told();
    let off = switch(false);
    assert_eq!((&off["isActive"], &off["health"]), (&json!(false), &json!("disabled")));
    let payment = seller.payment();
    let kept_back = eventually("the delivery is kept back", 60, || {
        let listed = seller.get(&format!("{path}/deliveries?status=suppressed")).told();
        (listed != json!([])).then_some(listed)
    });
    let retry = format!("{path}/deliveries/{}/retry", text(&kept_back[0]["id"]));
    seller.call("POST", &retry).send().denied(409, "conflict_error", "webhook_disabled");
    let range = json!({"from": payment["createdAt"], "onlyUndelivered": true});
    let replay = || seller.post(&format!("{path}/replay"), &range);
    replay().denied(409, "conflict_error", "webhook_disabled");
    assert_eq!(switch(true)["isActive"], true);
    assert_eq!(receiver.told_of(&payment).len(), 0);
    replay().told();
    receiver.hear("payment_link.created", &payment, 120);
}

/// Hard case 60.
#[test]
fn hard_case_60_a_rotated_secret_signs_beside_the_old_one_until_its_end() {
    let seller = Stack::get().seller("Rotating Seller");
    let (mut receiver, made, path) = listening(&seller);
    let rotate = |body: Value| {
        let call = seller.call("POST", &format!("{path}/rotate-secret"));
        call.header("idempotency-key", "turn").json(&body).send()
    };
    let turned = rotate(json!({"overlapSeconds": 6e2}));
    let new = turned.told();
    assert_eq!(new["id"], made["id"]);
    let secret = text(&new["secretKey"]).to_owned();
    assert!(secret.starts_with("whsec_") && secret != receiver.secret);
    assert!(new["previousSecretExpiresAt"].is_string());
    let again = rotate(json!({"overlapSeconds": 600}));
    assert_eq!(again.told(), with(&new, "secretKey", ""));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    // The surface's own header still uses the old one; a description with other letters is signed
    // as the bytes that are sent.
    let body = json!({"amount": 100, "currency": "eur", "description": "Überweisung 你好"});
    let payment = seller.post("/payments", &body).made();
    let told = receiver.hear("payment_link.created", &payment, 60);
    assert_eq!(told["data"]["description"], "Überweisung 你好");
    let end = seller.post(&format!("{path}/rotate-secret"), &json!({"overlapSeconds": 0})).told();
    assert_eq!(end["previousSecretExpiresAt"], Value::Null);
    text(&end["secretKey"]).clone_into(&mut receiver.secret);
    let payment = seller.payment();
    eventually("the new secret signs alone", 60, || {
        let mine = receiver.received().into_iter().filter(|one| {
            let body: Value = serde_json::from_slice(&one.body).unwrap();
            body["data"]["paymentId"] == payment["id"]
        });
        mine.last().map(|one| one.proven(&receiver.secret))
    });
    for seconds in [json!(-1), json!(604_801), json!(0.5)] {
        let answer =
            seller.post(&format!("{path}/rotate-secret"), &json!({"overlapSeconds": seconds}));
        let names = answer.denied(400, "validation_error", "validation_error");
        assert_eq!(names, ["overlapSeconds"]);
    }
}

/// Hard case 59.
#[test]
fn hard_case_59_a_receiver_that_is_faster_than_the_answer_finds_the_payment() {
    let seller = Stack::get().seller("Fast Seller");
    let (receiver, ..) = listening(&seller);
    let body = json!({"amount": 100, "currency": "eur", "description": "x"});
    let made = seller.post_once("/payments", "order-7", &body).made();
    let told = receiver.hear("payment_link.created", &made, 60);
    assert_eq!(told["data"]["idempotencyKey"], "order-7");
    assert_eq!(told["data"]["sequence"], 1);
    assert_eq!(seller.read(&made)["status"], told["data"]["status"]);
}

#[test]
fn a_test_event_is_sent_now_and_its_outcome_is_told() {
    let seller = Stack::get().seller_without_account("Testing Seller");
    let (receiver, made, path) = listening(&seller);
    let test = || seller.call("POST", &format!("{path}/test")).send();
    let good = test().told();
    assert_eq!(
        (&good["success"], &good["statusCode"], &good["error"]),
        (&json!(true), &json!(200), &Value::Null),
        "{good}"
    );
    assert!(good["deliveredAt"].is_string() && text(&good["deliveryId"]).starts_with("whd_"));
    let bodies = receiver.received().into_iter().map(|one| one.proven(&receiver.secret));
    let told = bodies.last().unwrap();
    assert_eq!((&told["event"], &told["mode"]), (&json!("webhook.test"), &json!("sandbox")));
    let members: Vec<&String> = told.as_object().unwrap().keys().collect();
    let mut expected =
        vec!["id", "event", "timestamp", "organizationId", "mode", "apiVersion", "data"];
    expected.sort_unstable();
    let mut members: Vec<&str> = members.into_iter().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, expected);
    // The receiver fails: the outer success is about the request, the inner one about the receiver.
    receiver.answer_next(&[500]);
    let bad = test().told();
    assert_eq!(
        (&bad["success"], &bad["statusCode"], &bad["deliveredAt"]),
        (&json!(false), &json!(500), &Value::Null),
        "{bad}"
    );
    assert!(text(&bad["error"]).contains("500"), "{bad}");
    let below = format!("{path}/deliveries/{}", text(&bad["deliveryId"]));
    assert_eq!(seller.get(&below).told()["event"], "webhook.test");
    // One at a time: of two at once one has to wait, as long as the other may take.
    receiver.think(std::time::Duration::from_secs(3));
    // Two threads on a slow machine may follow each other: then they are sent again.
    let answers = eventually("two at once", 60, || {
        let answers = std::thread::scope(|scope| {
            let asking = [scope.spawn(test), scope.spawn(test)];
            asking.map(|one| one.join().unwrap())
        });
        let refused = answers.iter().filter(|answer| answer.status == 429).count();
        (refused == 1).then_some(answers)
    });
    let (refused, other): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 429);
    assert_eq!((refused.len(), other.len()), (1, 1), "{}", answers[0].body);
    refused[0].denied(429, "rate_limit_error", "rate_limited");
    let wait: u32 = refused[0].header("retry-after").unwrap().parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    assert_eq!(other[0].told()["success"], true);
    receiver.think(std::time::Duration::ZERO);
    seller.call("PATCH", &path).json(&json!({"isActive": false})).send().told();
    eventually("the one before is over", 15, || {
        let answer = test();
        (answer.status != 429).then(|| answer.denied(409, "conflict_error", "webhook_disabled"))
    });
    let unknown = seller.call("POST", &format!("/webhooks/wh_{}/test", NOBODY.replace('-', "")));
    unknown.send().denied(404, "not_found_error", "webhook_not_found");
    let stranger = Stack::get().seller_without_account("Testing Stranger");
    let theirs = stranger.call("POST", &format!("{path}/test")).send();
    theirs.denied(404, "not_found_error", "webhook_not_found");
    assert_eq!(made["object"], "webhook");
}
