//! Saved cards over HTTP: taken away, charged without their holders, tried again, refunded.

use super::{with, without};
use crate::stack::{NOBODY, Seller, Stack, eventually};
use serde_json::{Value, json};

const GOOD: &str = "4242424242424242";
const DECLINED_LATER: &str = "4000000000000341";
const STOLEN_LATER: &str = "4000000000009656";
const ASKS_ALWAYS: &str = "4000002760003184";
const LOST_LATER: &str = "4000000000003337";

/// A seller with a customer, and their own id for it.
fn shop() -> (Seller, Value) {
    let seller = Stack::get().seller("Vault Seller");
    let body = json!({"email": "ada@example.com", "fullName": "Ada", "externalId": "user 1/ä"});
    let customer = seller.post("/customers", &body).made();
    (seller, customer)
}

fn path_of(customer: &Value, rest: &str) -> String {
    format!("/customers/{}{rest}", customer["id"].as_str().unwrap())
}

/// Has a card of the customer saved, by a payment; answers the method.
fn save(seller: &Seller, customer: &Value, number: &str) -> Value {
    let asked = json!({"amount": 1000, "currency": "usd", "description": "First",
        "customerId": customer["id"]});
    let payment = seller.post("/payments", &asked).made();
    let page = seller.page(&payment);
    let told = page.submit(&page.card_token(number), false).json();
    if told["status"] == "requires_action" {
        let answered = page.challenge(true);
        assert_eq!(answered.json()["status"], "succeeded", "{}", answered.body);
    } else {
        assert_eq!(told["status"], "succeeded", "{told}");
        assert_eq!(told["card_saved"], true, "{told}");
    }
    methods(seller, customer).remove(0)
}

/// The customer's cards, newest first.
fn methods(seller: &Seller, customer: &Value) -> Vec<Value> {
    let told = seller.get(&path_of(customer, "/payment-methods")).told();
    told.as_array().unwrap().clone()
}

fn body(customer: &Value) -> Value {
    json!({"customerId": customer["id"], "amount": 2500, "currency": "usd",
        "description": "Tokens"})
}

fn charge(seller: &Seller, customer: &Value, method: &Value) -> crate::stack::Answer {
    let asked = with(&body(customer), "paymentMethodId", method["id"].clone());
    seller.post("/payments/charge", &asked)
}

/// The details of a decline.
fn declined(answer: &crate::stack::Answer) -> Value {
    let json = answer.json();
    assert_eq!(answer.status, 402, "{json}");
    assert_eq!(json["error"]["type"], "billing_error", "{json}");
    assert_eq!(json["error"]["code"], "charge_failed", "{json}");
    json["error"]["details"].clone()
}

fn retry(seller: &Seller, transaction: &Value) -> crate::stack::Answer {
    let path = format!("/transactions/{}/retry", transaction.as_str().unwrap());
    eventually(&format!("transaction {transaction} is listed"), 30, || {
        let answer = seller.call("POST", &path).send();
        (answer.status != 404).then_some(answer)
    })
}

#[test]
fn a_saved_card_is_charged_told_of_invoiced_and_refunded() {
    let (seller, customer) = shop();
    let receiver = seller.listen(&[]);
    let method = save(&seller, &customer, GOOD);
    assert_eq!((&method["last4"], &method["isDefault"]), (&json!("4242"), &json!(true)));
    for secret in ["token", "fingerprint", "bin", "holder", "consent"] {
        assert!(method.get(secret).is_none(), "{secret}");
    }
    let asked = with(&body(&customer), "customerId", "user 1/ä");
    let answer = seller.post_once("/payments/charge", "charge-1", &asked);
    let payment = answer.made();
    for (field, value) in [
        ("kind", json!("charge")),
        ("status", json!("succeeded")),
        ("url", Value::Null),
        ("expiresAt", Value::Null),
        ("customerId", customer["id"].clone()),
        ("amountTotal", json!(2500)),
        ("attempts", json!(1)),
        ("provider", json!("simulator")),
        ("invoiceId", Value::Null),
        ("object", json!("payment")),
    ] {
        assert_eq!(payment[field], value, "{field}");
    }
    let again = seller.post_once("/payments/charge", "charge-1", &asked);
    assert_eq!(
        (again.made(), again.header("idempotent-replayed")),
        (payment.clone(), Some("true"))
    );
    let other = with(&asked, "amount", 2501);
    let told = seller.post_once("/payments/charge", "charge-1", &other);
    assert_eq!(told.denied(409, "conflict_error", "idempotency_key_mismatch"), ["amount"]);
    let received = receiver.hear("payment.received", &payment, 60);
    assert_eq!(received["data"]["customerId"], "user 1/ä");
    assert_eq!(received["data"]["idempotencyKey"], "charge-1");
    assert_eq!(received["data"]["paymentTransactionId"], payment["transactionId"]);
    let attached = eventually("payment_method.attached", 60, || {
        let bodies = receiver.received().into_iter().map(|got| got.proven(&receiver.secret));
        let mut attached = bodies.filter(|body| body["event"] == "payment_method.attached");
        attached.find(|body| body["data"]["paymentMethodId"] == method["id"])
    });
    assert_eq!(attached["data"]["customerId"], "user 1/ä");
    assert_eq!(attached["data"]["card"]["last4"], "4242");
    let links = receiver.told_of(&payment);
    let links: Vec<&Value> = links.iter().map(|body| &body["event"]).collect();
    assert!(links.iter().all(|event| !event.as_str().unwrap().contains("link")), "{links:?}");
    let invoiced = seller.read(&payment);
    assert!(invoiced["invoiceNumber"].as_str().is_some(), "{invoiced}");
    let listed = seller.get("/payments").told();
    assert!(listed.as_array().unwrap().contains(&invoiced));
    let transaction = payment["transactionId"].as_str().unwrap();
    let refunded = seller
        .post(&format!("/transactions/{transaction}/refund"), &json!({"amount": 1000}))
        .made();
    assert_eq!(refunded["status"], "refunded", "{refunded}");
    let told = receiver.hear("payment.refunded", &payment, 60);
    assert_eq!(told["data"]["paymentLinkId"], Value::Null, "no link was paid");
    assert_eq!(seller.read(&payment)["amountRefunded"], 1000);
    let cancel = format!("/payments/{}/cancel", payment["id"].as_str().unwrap());
    seller.call("POST", &cancel).send().denied(409, "conflict_error", "payment_not_cancelable");
}

#[test]
fn hard_case_48_outcomes_of_charges_over_http() {
    let (seller, customer) = shop();
    let receiver = seller.listen(&["payment.*"]);
    let none = seller.post("/payments/charge", &body(&customer));
    none.denied(409, "conflict_error", "no_payment_method");
    let method = save(&seller, &customer, DECLINED_LATER);
    let told = declined(&charge(&seller, &customer, &method));
    assert_eq!((&told["declineCode"], &told["retryable"]), (&json!("card_declined"), &json!(true)));
    let payment = json!({"id": told["paymentId"]});
    let failed = seller.read(&payment);
    assert_eq!((&failed["status"], &failed["kind"]), (&json!("failed"), &json!("charge")));
    assert_eq!(failed["failureCode"], "card_declined");
    let heard = receiver.hear("payment.failed", &payment, 60);
    assert_eq!(heard["data"]["paymentTransactionId"], told["transactionId"]);
    assert_eq!(heard["data"]["customerId"], "user 1/ä");
    let asks = save(&seller, &customer, ASKS_ALWAYS);
    let answer = charge(&seller, &customer, &asks);
    let told = declined(&answer);
    assert_eq!(told["declineCode"], "authentication_required");
    assert_eq!(told["retryable"], false);
    assert!(answer.json()["error"]["message"].as_str().unwrap().contains("payment link"));
    retry(&seller, &told["transactionId"]).denied(
        409,
        "conflict_error",
        "transaction_not_retryable",
    );
    let lost = save(&seller, &customer, LOST_LATER);
    let open = charge(&seller, &customer, &lost).made();
    assert_eq!(open["status"], "processing");
    let path = format!("/transactions?paymentId={}", open["id"].as_str().unwrap());
    let under_way = eventually("the open transaction is listed", 30, || {
        let listed = seller.get(&path).told();
        (listed[0]["status"] == "pending").then(|| listed[0]["id"].clone())
    });
    let refused = retry(&seller, &under_way);
    refused.denied(409, "conflict_error", "charge_in_progress");
    assert_eq!(refused.header("retry-after"), Some("10"));
    receiver.hear("payment.failed", &open, 240);
    assert_eq!(seller.read(&open)["failureCode"], "processor_unavailable");
}

#[test]
fn hard_case_49_one_key_sent_by_ten_at_once_is_one_charge_over_http() {
    let (seller, customer) = shop();
    save(&seller, &customer, GOOD);
    let asked = body(&customer);
    let answers: Vec<crate::stack::Answer> = std::thread::scope(|scope| {
        let send = || seller.post_once("/payments/charge", "at-once", &asked);
        let all: Vec<_> = (0..10).map(|_| scope.spawn(send)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let mut made = std::collections::BTreeSet::new();
    for answer in &answers {
        if answer.status == 409 {
            // The first one is still at work.
            answer.denied(409, "conflict_error", "idempotency_in_progress");
            let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
        } else {
            made.insert(answer.made()["id"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(made.len(), 1, "{made:?}");
    let charges = seller.get("/payments").told();
    let charges = charges.as_array().unwrap().iter().filter(|one| one["kind"] == "charge").count();
    assert_eq!(charges, 1);
}

#[test]
fn hard_case_51_retries_over_http() {
    let (seller, customer) = shop();
    let soft = save(&seller, &customer, DECLINED_LATER);
    let told = declined(&charge(&seller, &customer, &soft));
    let good = save(&seller, &customer, GOOD);
    let chosen = format!("/payment-methods/{}/default", good["id"].as_str().unwrap());
    seller.call("POST", &path_of(&customer, &chosen)).send().told();
    let paid = retry(&seller, &told["transactionId"]).told();
    assert_eq!((&paid["status"], &paid["object"]), (&json!("succeeded"), &json!("transaction")));
    assert_eq!(paid["paymentId"], told["paymentId"]);
    assert_ne!(paid["id"], told["transactionId"]);
    assert_eq!(seller.read(&json!({"id": told["paymentId"]}))["attempts"], 2);
    let not_again = |transaction: &Value| {
        let refused = retry(&seller, transaction);
        refused.denied(409, "conflict_error", "transaction_not_retryable");
    };
    not_again(&paid["id"]);
    not_again(&told["transactionId"]);
    let stolen = save(&seller, &customer, STOLEN_LATER);
    not_again(&declined(&charge(&seller, &customer, &stolen))["transactionId"]);
    let link = seller.get("/payments").told()[0].clone();
    assert_eq!(link["kind"], "charge");
    let unknown = format!("/transactions/txn_{}/retry", NOBODY.replace('-', ""));
    let told = seller.call("POST", &unknown).send();
    told.denied(404, "not_found_error", "transaction_not_found");
}

#[test]
fn answers_of_requests_that_are_counted_say_how_far_the_limit_is() {
    let (seller, customer) = shop();
    let good = save(&seller, &customer, GOOD);
    let bad = save(&seller, &customer, DECLINED_LATER);
    let limits = |answer: &crate::stack::Answer| {
        ["limit", "remaining", "reset"].map(|name| {
            let value = answer.header(&format!("ratelimit-{name}"))?;
            Some(value.parse::<i64>().unwrap())
        })
    };
    let asked = with(&body(&customer), "paymentMethodId", good["id"].clone());
    let first = seller.post_once("/payments/charge", "counted", &asked);
    first.made();
    let counted = limits(&first);
    assert!(matches!(counted, [Some(100), Some(90..=99), Some(1..=61)]), "{counted:?}");
    // A repeated request counts nothing, and what is refused before counts nothing either.
    let again = seller.post_once("/payments/charge", "counted", &asked);
    assert_eq!(limits(&again), [None; 3]);
    assert_eq!(limits(&seller.post("/payments/charge", &json!({}))), [None; 3]);
    for tried in 0..6 {
        let answer = charge(&seller, &customer, &bad);
        let [Some(limit), Some(left), Some(reset)] = limits(&answer) else {
            panic!("{}", answer.body)
        };
        if tried < 5 {
            declined(&answer);
            assert!(limit == 100 && left < 100, "{left} of {limit}");
        } else {
            answer.denied(429, "rate_limit_error", "rate_limited");
            assert_eq!((limit, left), (5, 0));
            assert_eq!(answer.header("retry-after"), Some(&*reset.to_string()));
        }
    }
}

#[test]
fn a_detached_card_is_gone_and_charged_no_more() {
    let (seller, customer) = shop();
    let method = save(&seller, &customer, GOOD);
    let path = path_of(&customer, &format!("/payment-methods/{}", method["id"].as_str().unwrap()));
    let stranger = Stack::get().seller("Another Seller");
    stranger.call("DELETE", &path).send().denied(404, "not_found_error", "customer_not_found");
    let gone = seller.call("DELETE", &path).send().told();
    let expected = json!({"id": method["id"], "deleted": true, "object": "payment_method",
        "livemode": false});
    assert_eq!(gone, expected);
    let again = seller.call("DELETE", &path).send();
    again.denied(404, "not_found_error", "payment_method_not_found");
    assert_eq!(methods(&seller, &customer), Vec::<Value>::new());
    let known = seller.get(&path_of(&customer, "")).told();
    assert_eq!(known["defaultPaymentMethodId"], Value::Null);
    let refused = seller.post("/payments/charge", &body(&customer));
    refused.denied(409, "conflict_error", "no_payment_method");
    charge(&seller, &customer, &method).denied(409, "conflict_error", "no_payment_method");
}

#[test]
fn broken_charges_are_refused_field_by_field() {
    let (seller, customer) = shop();
    let good = body(&customer);
    let fields = |body: &Value, names: &[&str]| {
        let answer = seller.post("/payments/charge", body);
        assert_eq!(answer.denied(400, "validation_error", "validation_error"), names, "{body}");
    };
    fields(&json!({}), &["customerId", "amount", "currency", "description"]);
    for (field, value) in [
        ("customerId", json!("")),
        ("amount", json!(0)),
        ("amount", json!("100")),
        ("currency", json!("xau")),
        ("description", json!("a\tb")),
        ("metadata", json!([])),
        ("paymentMethodId", json!("")),
        ("taxCode", json!("luxury")),
        ("amount", json!(1_000_001)),
    ] {
        fields(&with(&good, field, value), &[field]);
    }
    let unknown = with(&good, "customerId", "nobody");
    let told = seller.post("/payments/charge", &unknown);
    told.denied(404, "not_found_error", "customer_not_found");
    let no_method = with(&good, "paymentMethodId", "pm_1");
    let told = seller.post("/payments/charge", &no_method);
    told.denied(409, "conflict_error", "no_payment_method");
    let keyless = Stack::get().anonymous("POST", "/payments/charge").json(&good).send();
    keyless.denied(401, "authentication_error", "unauthorized");
    let scoped = json!({"name": "reader", "scopes": ["payments:read"]});
    let reader = seller.post("/api-keys", &scoped).made();
    let reader = seller.with_key(reader["apiKey"].as_str().unwrap());
    for body in [&good, &unknown] {
        reader.post("/payments/charge", body).denied(403, "authentication_error", "forbidden");
    }
    fields(&without(&good, "amount"), &["amount"]);
}

#[test]
fn without_a_known_tax_nothing_is_charged_and_the_answer_says_what_is_needed() {
    let (seller, customer) = shop();
    save(&seller, &customer, GOOD);
    let address = json!({"line1": "Street 1", "city": "Town", "postalCode": "1000",
        "country": "DE"});
    let settings = json!({"seller": {"legalName": "Shop", "address": address},
        "collect": "registered", "registrations": [{"country": "DE", "scheme": "standard"}]});
    seller.call("PATCH", "/tax-settings").json(&settings).send().told();
    let answer = seller.post_once("/payments/charge", "taxed", &body(&customer));
    assert_eq!(answer.status, 402, "{}", answer.body);
    let error = answer.json()["error"].clone();
    assert_eq!(error["code"], "payment_failed");
    assert_eq!(error["details"], json!({"needs": ["address.country"]}));
    seller.call("PATCH", &path_of(&customer, "")).json(&json!({"address": address})).send().told();
    let paid = seller.post_once("/payments/charge", "taxed", &body(&customer)).made();
    assert_eq!((&paid["taxAmount"], &paid["amountTotal"]), (&json!(475), &json!(2975)));
    assert_eq!(paid["tax"]["status"], "final");
}

#[test]
fn without_a_known_tax_no_adjustment_is_made_and_the_answer_says_what_is_needed() {
    let (seller, customer) = shop();
    let settings = json!({"seller": {"legalName": "Page GmbH", "address": {"line1": "Street 1",
        "city": "Town", "postalCode": "10115", "country": "DE"}}, "collect": "registered",
        "registrations": [{"country": "DE", "scheme": "standard"}]});
    seller.call("PATCH", "/tax-settings").json(&settings).send().told();
    let asked = json!({"customerId": customer["id"], "amount": 500, "currency": "eur",
        "description": "Fee"});
    let refused = seller.post("/invoices", &asked).json()["error"].clone();
    assert_eq!(refused["code"], "payment_failed");
    assert_eq!(refused["details"], json!({"needs": ["address.country"]}));
}

#[test]
fn a_seller_without_an_account_cannot_charge() {
    let seller = Stack::get().seller_without_account("Poor Vault Seller");
    let customer = seller.post("/customers", &json!({"email": "a@example.com"})).made();
    // No card can be saved without an account, so the card is what is missing first.
    let told = seller.post("/payments/charge", &body(&customer));
    told.denied(409, "conflict_error", "no_payment_method");
}

#[test]
fn the_page_says_that_a_card_is_saved_or_asks_or_does_neither() {
    let (seller, customer) = shop();
    let text = "Your card is saved so that";
    for (setting, says, ticked) in
        [("always", true, true), ("ask", true, false), ("never", false, false)]
    {
        let change = json!({"saveCard": setting});
        seller.call("PATCH", "/tax-settings").json(&change).send().told();
        let asked = json!({"amount": 1000, "currency": "usd", "description": "First",
            "customerId": customer["id"]});
        let payment = seller.post("/payments", &asked).made();
        let page = seller.page(&payment);
        let shown = page.open().body;
        assert_eq!(shown.contains(text), says, "{setting}");
        assert_eq!(shown.contains("checked hidden"), ticked, "{setting}");
        let told = page.submit(&page.card_token(GOOD), setting == "never").json();
        assert_eq!(told["card_saved"], json!(setting == "always"), "{setting}");
    }
}
