//! Idempotency keys: the same request again changes nothing and answers what was answered first.

use super::{Bad, refuses, with};
use crate::stack::{Answer, Link, Stack, Tenant, bank::Person, unique};
use serde_json::{Value, json};

const LINK: &str = "/v1/platform/card/payment-link";
const USERS: &str = "/v1/platform/users";

fn shop(name: &str) -> (Tenant, Value) {
    let tenant = Stack::get().tenant(name);
    let body = json!({"user_id": tenant.payer().user, "amount": "12.50"});
    (tenant, body)
}

fn replayed(answer: &Answer) -> bool {
    answer.header("idempotent-replayed") == Some("true")
}

fn payments(tenant: &Tenant) -> usize {
    tenant.get("/v1/platform/payments?limit=100").ok().as_array().unwrap().len()
}

#[test]
fn a_link_is_made_once_by_a_key_in_the_body_or_in_the_header() {
    let (tenant, body) = shop("Once Shop");
    let in_body = with(&body, "idempotency_key", "order 17");
    let by_header =
        || tenant.call("POST", LINK).json(&body).header("idempotency-key", "order 17").send();
    let first = tenant.post(LINK, &in_body);
    assert!(!replayed(&first));
    let both = tenant.call("POST", LINK).json(&in_body).header("idempotency-key", "order 17");
    for again in [tenant.post(LINK, &in_body), by_header(), both.send()] {
        assert_eq!(again.ok(), first.ok());
        assert!(replayed(&again));
    }
    // The same JSON, spelled otherwise around its values.
    let spaced = format!(
        "{{ \"idempotency_key\":\"order 17\",\n \"amount\" : \"12.50\", \"user_id\":{} }}",
        body["user_id"]
    );
    // The same values, written otherwise, and defaults written out.
    let equal = spaced.replace("\"12.50\"", "12.5, \"currency\": \"usd\", \"expires_in\": 600");
    for text in [spaced, equal] {
        let again = tenant.call("POST", LINK).text("application/json", &text).send();
        assert_eq!(again.ok(), first.ok());
    }
    assert_eq!(payments(&tenant), 1);
}

#[test]
fn a_replay_answers_the_first_answer_even_after_the_payment_has_moved_on() {
    let stack = Stack::get();
    let (tenant, body) = shop("Later Shop");
    let body = with(&body, "idempotency_key", "k");
    let first = tenant.post(LINK, &body).ok();
    let link = Link::new(stack, &first);
    assert_eq!(link.pay("4242424242424242")["status"], "succeeded");
    let again = tenant.post(LINK, &body);
    assert_eq!(again.ok(), first);
    assert!(replayed(&again));
}

#[test]
fn another_request_with_the_same_key_is_refused_and_names_what_differs() {
    let (tenant, body) = shop("Reuse Shop");
    let body = with(&body, "idempotency_key", "k");
    tenant.post(LINK, &body).ok();
    let other_user = tenant.payer().user;
    let mut bad = Vec::new();
    for (other, fields) in [
        (with(&body, "amount", "12.51"), vec!["amount"]),
        (with(&body, "currency", "EUR"), vec!["currency"]),
        (with(&body, "metadata", json!({"a": 1})), vec!["metadata"]),
        (
            with(&with(&body, "user_id", other_user), "expires_in", 60),
            vec!["expires_in", "user_id"],
        ),
    ] {
        let refused = Bad::fields("another request", other, &fields);
        bad.push(Bad { status: 409, code: "idempotency_key_reused", ..refused });
    }
    refuses(Stack::get(), &tenant, LINK, &bad);
    let by_header = tenant.call("POST", LINK).header("idempotency-key", "k");
    let answer = by_header.json(&json!({"user_id": body["user_id"], "amount": 1})).send();
    assert_eq!(answer.refused(409, "idempotency_key_reused"), ["amount"]);
    assert_eq!(payments(&tenant), 1);
}

#[test]
fn keys_that_contradict_each_other_or_are_malformed_are_refused_and_nothing_is_written() {
    let stack = Stack::get();
    let (tenant, body) = shop("Contrary Shop");
    let before = stack.quiet_items_about(&tenant.id);
    let in_body = with(&body, "idempotency_key", "one");
    let answer = tenant.call("POST", LINK).json(&in_body).header("idempotency-key", "two").send();
    assert_eq!(answer.refused(422, "validation_error"), ["idempotency_key"]);
    let long = tenant.call("POST", LINK).json(&body).header("idempotency-key", &"k".repeat(256));
    assert_eq!(long.send().refused(422, "validation_error"), ["Idempotency-Key"]);
    assert_eq!(stack.quiet_items_about(&tenant.id), before);
    // 255 are fine in a header.
    tenant.call("POST", LINK).json(&body).header("idempotency-key", &"k".repeat(255)).send().ok();
}

#[test]
fn a_refused_request_leaves_its_key_free() {
    let (tenant, body) = shop("Second Chance Shop");
    let user = tenant.user();
    let body = with(&with(&body, "user_id", user.as_str()), "idempotency_key", "k");
    tenant.post(LINK, &body).refused(422, "no_merchant_account");
    tenant.post(LINK, &with(&body, "amount", 0)).refused(422, "validation_error");
    tenant.account(&user, "approved");
    let made = tenant.post(LINK, &body);
    made.ok();
    assert!(!replayed(&made));
}

#[test]
fn keys_are_scoped_to_tenant_and_operation() {
    let stack = Stack::get();
    let (one, body) = shop("Scope Shop One");
    let (two, other) = shop("Scope Shop Two");
    let first = one.post(LINK, &with(&body, "idempotency_key", "k"));
    let second = two.post(LINK, &with(&other, "idempotency_key", "k"));
    assert!(!replayed(&first) && !replayed(&second));
    assert_ne!(first.ok()["payment_intent_id"], second.ok()["payment_intent_id"]);
    let user = json!({"name": "A", "email": "a@example.com", "idempotency_key": "k"});
    let made = one.post(USERS, &user);
    made.ok();
    assert!(!replayed(&made));
    let again = one.post(USERS, &user);
    assert_eq!(again.ok(), made.ok());
    assert!(replayed(&again));
    let named = one.post(USERS, &with(&user, "name", "B"));
    assert_eq!(named.refused(409, "idempotency_key_reused"), ["name"]);
    let put = |url: &str| {
        let body = json!({"url": url, "idempotency_key": "k"});
        one.post("/v1/platform/webhooks", &body)
    };
    let first = put("http://127.0.0.1:9/hooks");
    let again = put("http://127.0.0.1:9/hooks");
    assert_eq!(first.ok(), again.ok(), "a replay shows the secret again");
    assert!(!replayed(&first) && replayed(&again));
    assert_eq!(put("http://127.0.0.1:9/x").refused(409, "idempotency_key_reused"), ["url"]);
    // The secret lies sealed beside the answer.
    let secret = first.ok()["secret"].as_str().unwrap().to_owned();
    for ((pk, _), item) in stack.items_about(&one.id) {
        assert!(!Value::Object(item).to_string().contains(&secret), "{pk} shows the secret");
    }
}

#[test]
fn fifty_twins_at_the_same_moment_make_one_payment() {
    let stack = Stack::get();
    let (tenant, body) = shop("Duplicate Shop");
    let body = with(&body, "idempotency_key", unique());
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let duplicates: Vec<_> =
            (0..50).map(|_| scope.spawn(|| tenant.post(LINK, &body))).collect();
        duplicates.into_iter().map(|duplicate| duplicate.join().unwrap()).collect()
    });
    let first = answers.iter().find(|answer| !replayed(answer) && answer.status == 200).unwrap();
    assert_eq!(answers.iter().filter(|answer| answer.ok() == first.ok()).count(), 50);
    assert_eq!(answers.iter().filter(|answer| !replayed(answer)).count(), 1);
    assert_eq!(payments(&tenant), 1);
    let intents = stack.items_about(&tenant.id).into_keys();
    assert_eq!(intents.filter(|(pk, _)| pk.starts_with("intent#")).count(), 1);
}

/// Both surfaces call the operation `create_webhook`, and take the same body.
#[test]
fn a_key_of_one_surface_makes_another_webhook_on_the_other() {
    let stack = Stack::get();
    let (shop, made) = stack.shop_of_all_surfaces("Twice Hooked Shop");
    let seller = stack.seller_with(&shop.tenant, made["api_key"].as_str().unwrap());
    let url = "http://127.0.0.1:9/hooks";
    let (hook, body) =
        (json!({"url": url, "events": ["payment_link.completed"]}), json!({"url": url}));
    let hooks = "/api/organization/webhooks/";
    let on_links = || shop.call("POST", hooks).header("idempotency-key", "k").json(&body).send();
    let on_payments = || seller.post_once("/webhooks", "k", &hook);
    let (link, payment) = (on_links(), on_payments());
    assert!(!replayed(&link) && !replayed(&payment));
    let (ours, theirs) = (link.shown(201)["id"].clone(), payment.made()["id"].clone());
    assert_ne!(ours, theirs);
    let (link, payment) = (on_links(), on_payments());
    assert!(replayed(&link) && replayed(&payment));
    assert_eq!((&link.shown(201)["id"], &payment.made()["id"]), (&ours, &theirs));
    let listed = shop.get(hooks).shown(200);
    assert_eq!(listed["results"].as_array().unwrap().len(), 1, "{listed}");
}

/// Both surfaces call the operation `create_payment`.
#[test]
fn a_key_of_one_surface_makes_another_payment_on_the_other() {
    let stack = Stack::get();
    let (shop, made) = stack.shop_of_all_surfaces("Twice Paid Shop");
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let seller = stack.seller_with(&shop.tenant, &text("api_key"));
    let (client, secret) = (text("client_id"), text("client_secret"));
    let tenant = Tenant::signed_in(stack, shop.tenant, client, secret);
    let (ada, bo) = (Person::with(&tenant, 20), Person::new(&tenant));
    let card = json!({"amount": 25000, "currency": "eur", "description": "Annual report"});
    let mut transfer = with(&ada.wish("transfer", "20"), "idempotency_key", "k");
    transfer["destination_wallet_id"] = json!(bo.wallet);
    let on_payments = || seller.post_once("/payments", "k", &card);
    let on_platform = || tenant.post("/v1/platform/payments", &transfer);
    let (bought, sent) = (on_payments(), on_platform());
    assert!(!replayed(&bought) && !replayed(&sent));
    assert_eq!(bought.made()["amountTotal"], 25000);
    assert_eq!(sent.ok()["intent_type"], "transfer");
    for (first, again) in [(bought.made(), on_payments()), (sent.ok(), on_platform())] {
        assert!(replayed(&again));
        assert_eq!(again.json()["data"], first);
    }
    assert_eq!(ada.balance()[0], "0.00", "the money went once");
}
