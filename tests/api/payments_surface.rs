//! The payments surface: `/payments` and `/webhooks`, called with an API key.

use super::{spelled, with, without};
use crate::stack::{NOBODY, Seller, Stack};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn body() -> Value {
    json!({"amount": 25000, "currency": "EUR", "description": "Annual report"})
}

/// An id of this form that nothing has.
fn nothing(prefix: &str) -> String {
    format!("{prefix}{}", NOBODY.replace('-', ""))
}

#[test]
fn a_payment_is_made_and_read() {
    let seller = Stack::get().seller("Seller");
    let metadata = json!({"order": "A-17"});
    let asked = with(&body(), "metadata", metadata.clone());
    let payment = seller.post("/payments", &asked).made();
    let id = payment["id"].as_str().unwrap();
    assert!(id.starts_with("pay_") && id.len() == 36, "{id}");
    for (field, value) in [
        ("status", json!("pending")),
        ("kind", json!("link")),
        ("provider", json!("simulator")),
        ("amountSubtotal", json!(25000)),
        ("taxAmount", json!(0)),
        ("amountTotal", json!(25000)),
        ("currency", json!("eur")),
        ("customerId", Value::Null),
        ("expiresAt", Value::Null),
        ("tax", json!({"status": "unknown"})),
        ("attempts", json!(0)),
        ("object", json!("payment")),
        ("livemode", json!(false)),
        ("metadata", metadata),
    ] {
        assert_eq!(payment[field], value, "{field}");
    }
    assert_eq!(seller.read(&payment), payment);
    let page = seller.page(&payment).open();
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Annual report") && page.body.contains("id=\"email\""));
}

#[test]
fn only_a_good_key_opens_the_surface_and_all_others_are_answered_alike() {
    let stack = Stack::get();
    let (seller, other) = (stack.seller("Seller"), stack.seller("Other Seller"));
    let path = format!("/payments/{}", seller.payment()["id"].as_str().unwrap());
    let call = || stack.anonymous("GET", &path);
    let mut changed = seller.key.clone();
    let place = changed.len() - 2..changed.len() - 1;
    let other_letter = if &changed[place.clone()] == "A" { "B" } else { "A" };
    changed.replace_range(place, other_letter);
    let wrong = [
        call().header("x-api-key", &changed),
        call().header("x-api-key", "ck_test_nonsense"),
        call().header("x-api-key", &seller.key.replace("ck_test", "plk_test")),
        call().header("x-api-key", &seller.key.replace("_test_", "_live_")),
        call().bearer(&seller.key),
        stack.anonymous("GET", &format!("{path}?x-api-key={}", seller.key)),
        call(),
    ];
    let mut bodies: Vec<String> = wrong
        .into_iter()
        .map(|call| {
            let answer = call.send();
            answer.denied(401, "authentication_error", "unauthorized");
            answer.body
        })
        .collect();
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    // Another tenant's id is an unknown one.
    let theirs = other.get(&path);
    theirs.denied(404, "not_found_error", "payment_not_found");
    for id in [nothing("pay_"), "pay_1".into(), NOBODY.into(), nothing("cus_")] {
        let answer = seller.get(&format!("/payments/{id}"));
        answer.denied(404, "not_found_error", "payment_not_found");
        assert_eq!(answer.body, theirs.body);
    }
}

#[test]
fn hard_case_11_broken_payments_are_refused_field_by_field_and_nothing_is_written() {
    let stack = Stack::get();
    let seller = stack.seller("Strict Seller");
    let good = body();
    // That the key is used is noted once an hour.
    seller.get("/payments/pay_1").denied(404, "not_found_error", "payment_not_found");
    let before = stack.quiet_items_about(&seller.tenant);
    let fields = |body: &str, names: &[&str]| {
        let answer = seller.call("POST", "/payments").text("application/json", body).send();
        assert_eq!(answer.denied(400, "validation_error", "validation_error"), names, "{body}");
    };
    for amount in ["0", "-1", "0.5", "\"100\"", "1e400", "9007199254740992", "null"] {
        fields(&spelled(&good, "amount", amount), &["amount"]);
    }
    for currency in ["xau", "dem", "eu", "€", ""] {
        fields(&with(&good, "currency", currency).to_string(), &["currency"]);
    }
    for text in ["", "  ", "a\tb", "a\nb"] {
        fields(&with(&good, "description", text).to_string(), &["description"]);
    }
    fields(&with(&good, "description", "x".repeat(501)).to_string(), &["description"]);
    fields(&spelled(&good, "description", r#""\ud800""#), &["description"]);
    fields(&spelled(&good, "metadata", r#"{"a":"\u0000"}"#), &["metadata"]);
    fields(&with(&good, "successUrl", "ftp://shop.example/").to_string(), &["successUrl"]);
    fields(&with(&good, "expiresAt", "2026-01-01").to_string(), &["expiresAt"]);
    fields(&with(&good, "expiresAt", "2020-01-01T00:00:00Z").to_string(), &["expiresAt"]);
    fields(&with(&good, "taxCode", "luxury").to_string(), &["taxCode"]);
    fields("{}", &["amount", "currency", "description"]);
    let above = json!({"amount": 1_000_001, "currency": "usd", "description": "Too much"});
    fields(&above.to_string(), &["amount"]);
    let json =
        |body: String| seller.call("POST", "/payments").text("application/json", &body).send();
    for body in ["", "[]", "{} {}", r#"{"amount": 1, "amount": 1}"#] {
        json(body.to_owned()).denied(400, "validation_error", "invalid_json");
    }
    let large = with(&good, "description", "x".repeat(65 * 1024)).to_string();
    json(large).denied(413, "validation_error", "payload_too_large");
    let plain = seller.call("POST", "/payments").text("text/plain", &good.to_string()).send();
    plain.denied(415, "validation_error", "unsupported_media_type");
    let key = seller.call("POST", "/payments").header("idempotency-key", &"k".repeat(256));
    let names = key.json(&good).send().denied(400, "validation_error", "validation_error");
    assert_eq!(names, ["Idempotency-Key"]);
    for customer in [nothing("cus_"), "cus_1".to_owned(), "user 12/3 %".to_owned()] {
        let answer = seller.post("/payments", &with(&good, "customerId", customer));
        answer.denied(404, "not_found_error", "customer_not_found");
    }
    assert_eq!(stack.quiet_items_about(&seller.tenant), before, "a refusal wrote something");
}

#[test]
fn a_tenant_without_an_account_cannot_charge() {
    let seller = Stack::get().seller_without_account("Poor Seller");
    let answer = seller.post("/payments", &body());
    answer.denied(409, "conflict_error", "provider_unsupported");
}

#[test]
fn hard_case_11_to_13_numbers_and_currencies_in_many_ways_and_unknown_fields() {
    let seller = Stack::get().seller("Lenient Seller");
    for (amount, currency) in [("1e2", "eur"), ("100.0", "EUR"), ("100", "Eur")] {
        let asked = spelled(&with(&body(), "currency", currency), "amount", amount);
        let asked = spelled(&serde_json::from_str(&asked).unwrap(), "ammount", "7");
        let made = seller.call("POST", "/payments").text("application/json", &asked).send().made();
        assert_eq!((&made["amountTotal"], &made["currency"]), (&json!(100), &json!("eur")));
    }
}

#[test]
fn hard_case_14_a_key_that_comes_again_is_answered_as_before() {
    let seller = Stack::get().seller("Careful Seller");
    let first = seller.post_once("/payments", "order-A-17", &body());
    let made = first.made();
    assert_eq!(first.header("idempotent-replayed"), None);
    let rewritten = r#"{ "description":"Annual report","currency":"eur", "amount": 2.5e4 }"#;
    let call = seller.call("POST", "/payments").header("idempotency-key", "order-A-17");
    let again = call.text("application/json", rewritten).send();
    assert_eq!(again.made(), made);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let other = with(&without(&body(), "description"), "description", "Another");
    let other = seller.post_once("/payments", "order-A-17", &with(&other, "amount", 1));
    let names = other.denied(409, "conflict_error", "idempotency_key_mismatch");
    assert_eq!(names, ["amount", "description"]);
    // Paid meanwhile: the first answer stays the first answer.
    seller.page(&made).pay_as("ada@example.com", "4242424242424242");
    assert_eq!(seller.post_once("/payments", "order-A-17", &body()).made(), made);
    assert_eq!(seller.read(&made)["status"], "succeeded");
    // Another tenant's keys are its own.
    let stranger = Stack::get().seller("Other Careful Seller");
    assert_ne!(stranger.post_once("/payments", "order-A-17", &body()).made()["id"], made["id"]);
}

#[test]
fn a_payment_is_paid_on_its_page_and_the_webhook_says_so() {
    let seller = Stack::get().seller("Told Seller");
    let receiver = seller.listen(&["payment_link.*"]);
    let asked = with(&body(), "successUrl", "https://shop.example/paid?id={PAYMENT_ID}");
    let payment = seller.post_once("/payments", "order-1", &asked).made();
    let created = receiver.hear("payment_link.created", &payment, 60);
    assert_eq!(created["data"]["status"], "pending");
    assert_eq!(created["organizationId"], seller.tenant);
    assert_eq!(
        (&created["mode"], &created["apiVersion"]),
        (&json!("sandbox"), &json!("2026-07-11"))
    );
    let shown = seller.page(&payment).pay_as("ada@example.com", "4242424242424242");
    let id = payment["id"].as_str().unwrap();
    assert_eq!(shown["return_url"], format!("https://shop.example/paid?id={id}"));
    let paid = seller.read(&payment);
    assert_eq!(paid["status"], "succeeded");
    assert_eq!(
        (&paid["tax"]["status"], &paid["tax"]["reason"]),
        (&json!("final"), &json!("not_configured"))
    );
    assert!(paid["paidAt"].is_string() && paid["transactionId"].is_string(), "{paid}");
    let completed = receiver.hear("payment_link.completed", &payment, 60);
    let data = &completed["data"];
    let invoiced = seller.read(&payment);
    assert!(invoiced["invoiceId"].as_str().is_some_and(|id| id.starts_with("inv_")), "{invoiced}");
    assert!(completed["id"].as_str().unwrap().starts_with("evt_"));
    for (field, value) in [
        ("status", json!("succeeded")),
        ("amount", json!(25000)),
        ("currency", json!("eur")),
        ("description", json!("Annual report")),
        ("invoiceId", invoiced["invoiceId"].clone()),
        ("invoiceNumber", json!("INV-000001")),
        ("paymentTransactionId", paid["transactionId"].clone()),
        ("idempotencyKey", json!("order-1")),
    ] {
        assert_eq!(data[field], value, "{field}: {data}");
    }
    assert!(data["sequence"].as_u64() > created["data"]["sequence"].as_u64());
    let told = receiver.told_of(&payment);
    let completed = told.iter().filter(|body| body["event"] == "payment_link.completed").count();
    assert_eq!(completed, 1);
}

#[test]
fn hard_case_2_a_declined_card_fails_the_payment_and_another_one_pays_it() {
    let seller = Stack::get().seller("Patient Seller");
    let receiver = seller.listen(&["payment_link.failed", "payment_link.completed"]);
    let payment = seller.payment();
    let page = seller.page(&payment);
    page.pay_as("ada@example.com", "4000000000000002");
    let failed = seller.read(&payment);
    assert_eq!((&failed["status"], &failed["attempts"]), (&json!("failed"), &json!(1)));
    let told = receiver.hear("payment_link.failed", &payment, 60);
    assert_eq!(told["data"]["status"], "failed");
    page.pay_as("ada@example.com", "4242424242424242");
    let paid = seller.read(&payment);
    assert_eq!((&paid["status"], &paid["attempts"]), (&json!("succeeded"), &json!(2)));
    assert_eq!(paid["failureCode"], Value::Null);
    let completed = receiver.hear("payment_link.completed", &payment, 60);
    assert!(told["data"]["sequence"].as_u64() < completed["data"]["sequence"].as_u64());
    let ids: BTreeSet<String> =
        receiver.told_of(&payment).iter().map(|body| body["id"].to_string()).collect();
    assert_eq!(ids.len(), 2, "each once, however often it arrived");
    let path = format!("/transactions?paymentId={}", payment["id"].as_str().unwrap());
    let tried = seller.get(&path).told();
    let tried: Vec<&Value> = tried.as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(tried, [&json!("succeeded"), &json!("failed")]);
}

#[test]
fn a_webhook_is_registered_once_an_address_and_its_secret_is_shown_once() {
    let seller = Stack::get().seller("Listening Seller");
    let asked = json!({
        "url": "http://127.0.0.1:9/a", "events": ["payment_link.*", "invoice.created"],
        "description": "Our backend", "apiVersion": "2025-01-01",
    });
    let made = seller.post_once("/webhooks", "hook-1", &asked).made();
    assert!(made["id"].as_str().unwrap().starts_with("wh_"));
    assert!(made["secretKey"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!((&made["events"], &made["isActive"]), (&asked["events"], &json!(true)));
    assert_eq!((&made["apiVersion"], &made["object"]), (&json!("2026-07-11"), &json!("webhook")));
    let again = seller.post_once("/webhooks", "hook-1", &asked);
    assert_eq!(again.made(), with(&made, "secretKey", ""));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let twice = seller.post("/webhooks", &asked);
    twice.denied(409, "conflict_error", "duplicate");
    let second = seller.post("/webhooks", &with(&asked, "url", "http://127.0.0.1:9/b")).made();
    assert_ne!(second["id"], made["id"]);
    let refused = |body: Value| {
        seller.post("/webhooks", &body).denied(400, "validation_error", "validation_error")
    };
    assert_eq!(refused(without(&asked, "events")), ["events"]);
    assert_eq!(refused(with(&asked, "events", json!(["payment_intent.created"]))), ["events"]);
    assert_eq!(refused(with(&asked, "url", "https://10.0.0.1/")), ["url"]);
    assert_eq!(refused(with(&asked, "apiVersion", "latest")), ["apiVersion"]);
}

#[test]
fn what_is_absent_on_purpose_is_not_found_and_invoices_are_not_sent_by_mail() {
    let seller = Stack::get().seller("Asking Seller");
    for path in ["/plans", "/subscriptions", "/subscriptions/sub_1", "/portal", "/disputes"] {
        let absent = seller.get(path);
        absent.denied(404, "not_found_error", "not_found");
    }
    let mail = seller.post("/invoices/inv_1/send", &json!({}));
    mail.denied(404, "not_found_error", "not_found");
    assert!(mail.body.contains("share a download link"), "{}", mail.body);
}

#[test]
fn unknown_paths_and_methods_are_answered_in_this_surfaces_envelope() {
    let seller = Stack::get().seller("Lost Seller");
    seller.get("/invoices/nothing/here").denied(404, "not_found_error", "not_found");
    let wrong = seller.call("DELETE", "/payments").send();
    wrong.denied(405, "not_found_error", "method_not_allowed");
    assert_eq!(wrong.header("allow"), Some("GET, POST"));
    let document = Stack::get().anonymous("GET", "/openapi.json").send();
    assert_eq!(document.json()["info"]["title"], "Paylink payments");
}

/// The page's calls need no key and no key opens another surface.
#[test]
fn a_key_opens_no_other_surface() {
    let seller: Seller = Stack::get().seller("Curious Seller");
    seller.get("/v1/platform/users").refused(401, "unauthorized");
    seller
        .call("GET", "/v1/platform/users")
        .bearer(&seller.key)
        .send()
        .refused(401, "unauthorized");
}
