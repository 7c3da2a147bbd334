//! `POST /v1/platform/payments`: money into, out of, through and between wallets.

use crate::stack::bank::{Person, product, product_for, with};
use crate::stack::{NOBODY, Stack, eventually, unique};
use serde_json::{Value, json};

fn id(payment: &Value) -> &Value {
    &payment["payment_intent_id"]
}

fn to(person: &Person<'_>) -> (&'static str, String) {
    ("destination_wallet_id", person.wallet.clone())
}

/// The events of a payment that a receiver got, in their order.
fn events(receiver: &crate::stack::Receiver, id: &Value, last: &str) -> Vec<String> {
    let last = format!("payment_intent.{last}");
    let number = |event: &Value| event["data"]["sequence"].as_u64();
    // They arrive in any order: all are there when none is missing up to the last.
    let events = eventually(&format!("every event up to {last}"), 60, || {
        let mut events = receiver.events_of(id.as_str().unwrap());
        events.sort_by_key(number);
        events.dedup_by_key(|event| number(event));
        let newest = events.last()?;
        let whole = number(newest) == u64::try_from(events.len()).ok();
        (whole && newest["event"] == *last).then_some(events)
    });
    let name = |event: &Value| event["event"].as_str().unwrap().replace("payment_intent.", "");
    events.iter().map(name).collect()
}

#[test]
fn a_transfer_is_done_at_once_and_stands_in_both_journals() {
    let tenant = Stack::get().tenant("Transfer Shop");
    let (ada, bo) = (Person::with(&tenant, 100), Person::new(&tenant));
    let wish = with(ada.wish("transfer", "30.50"), &[to(&bo)]);
    let payment = tenant.post("/v1/platform/payments", &wish).ok();
    assert_eq!((&payment["status"], &payment["amount"]), (&json!("succeeded"), &json!("30.50")));
    assert_eq!(
        (ada.balance(), bo.balance()),
        (
            ["69.50", "0.00", "0.00", "69.50"].map(str::to_owned),
            ["30.50", "0.00", "0.00", "30.50"].map(str::to_owned),
        )
    );
    let journal = tenant.get(&format!("/v1/platform/wallets/{}/entries", bo.wallet)).ok();
    assert_eq!(journal.as_array().unwrap().len(), 1);
    assert_eq!(journal[0]["payment_intent_id"], *id(&payment));
    for filter in [format!("wallet_id={}", ada.wallet), format!("user_id={}", ada.user)] {
        let path = format!("/v1/platform/payments?intent_type=transfer&{filter}");
        let listed = tenant.get(&path).ok();
        assert_eq!(listed.as_array().unwrap().len(), 1, "{filter}");
        assert_eq!(listed[0], payment);
    }
}

#[test]
fn what_a_wallet_does_not_have_it_cannot_send_and_nothing_is_written() {
    let tenant = Stack::get().tenant("Floor Shop");
    let (ada, bo) = (Person::with(&tenant, 10), Person::new(&tenant));
    let answer = ada.pay(ada.wish("transfer", "10.01"), &[to(&bo)]);
    answer.refused(422, "insufficient_funds");
    let payout = [
        ("product_id", product_for(&tenant, "ach", Some("payout"))),
        ("payee_destination_id", ada.payee("000123456789")),
    ];
    ada.pay(ada.wish("payout", "11"), &payout).refused(422, "insufficient_funds");
    assert_eq!(ada.balance()[0], "10.00");
    let path = format!("/v1/platform/payments?wallet_id={}&intent_type=transfer", ada.wallet);
    assert_eq!(tenant.get(&path).ok(), json!([]));
}

#[test]
fn escrow_is_released_in_parts_and_ends_once() {
    let tenant = Stack::get().tenant("Escrow Shop");
    let receiver = tenant.listen(&[]);
    let (ada, bo) = (Person::with(&tenant, 100), Person::new(&tenant));
    let wish = |amount: &str| {
        let mut wish = with(ada.wish("transfer", amount), &[to(&bo)]);
        wish["hold"] = json!(true);
        wish
    };
    let held = tenant.post("/v1/platform/payments", &wish("60")).ok();
    assert_eq!(
        (&held["status"], &held["hold_details"]["held_amount"]),
        (&json!("held"), &json!("60.00"))
    );
    assert_eq!(ada.balance(), ["100.00", "0.00", "60.00", "40.00"].map(str::to_owned));
    ada.step(id(&held), "release", &json!({"amount": "60.01"})).refused(422, "validation_error");
    ada.step(id(&held), "release", &json!({"amount": "0.001"})).refused(422, "validation_error");
    let part = ada.step(id(&held), "release", &json!({"amount": "25"})).ok();
    assert_eq!(
        (&part["status"], &part["hold_details"]["released_amount"]),
        (&json!("held"), &json!("25.00"))
    );
    let last = ada.step(id(&held), "release", &json!({"amount": 5, "final": true})).ok();
    assert_eq!(last["status"], "succeeded");
    assert_eq!(last["hold_details"]["returned_amount"], "30.00");
    assert_eq!(ada.balance(), ["70.00", "0.00", "0.00", "70.00"].map(str::to_owned));
    assert_eq!(bo.balance()[3], "30.00");
    ada.step(id(&held), "release", &json!({})).refused(409, "payment_not_held");
    ada.step(id(&held), "cancel", &json!({})).refused(409, "payment_not_cancelable");
    let told = events(&receiver, id(&held), "succeeded");
    assert_eq!(told, ["created", "held", "released", "released", "succeeded"]);
    let other = tenant.post("/v1/platform/payments", &wish("20")).ok();
    let back = ada.step(id(&other), "cancel", &json!({})).ok();
    assert_eq!((&back["status"], ada.balance()[3].as_str()), (&json!("canceled"), "70.00"));
    let again = ada.step(id(&other), "cancel", &json!({})).ok();
    assert_eq!((&again["status"], &again["updated_at"]), (&back["status"], &back["updated_at"]));
    assert_eq!(events(&receiver, id(&other), "canceled"), ["created", "held", "canceled"]);
}

#[test]
fn releasing_twice_at_once_or_with_the_same_key_releases_once() {
    let tenant = Stack::get().tenant("Release Shop");
    let (ada, bo) = (Person::with(&tenant, 50), Person::new(&tenant));
    let mut wish = with(ada.wish("transfer", "50"), &[to(&bo)]);
    wish["hold"] = json!(true);
    let held = tenant.post("/v1/platform/payments", &wish).ok();
    let path = format!("/v1/platform/payments/{}/release", id(&held).as_str().unwrap());
    let key = unique();
    let again = || {
        let call = tenant.call("POST", &path).header("Idempotency-Key", &key);
        call.json(&json!({"amount": "20"})).send().ok()
    };
    let first = again();
    assert_eq!(again(), first);
    assert_eq!(bo.balance()[0], "20.00");
    let calls: Vec<_> = std::thread::scope(|scope| {
        let calls: Vec<_> = ["release", "cancel", "release", "cancel"]
            .map(|what| scope.spawn(|| ada.step(id(&held), what, &json!({})).status))
            .into();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let (sender, receiver) = (ada.balance(), bo.balance());
    let ends = [("0.00", "50.00"), ("30.00", "20.00")];
    assert!(ends.contains(&(&*sender[0], &*receiver[0])), "{sender:?} {receiver:?}");
    // Whoever cancels what is canceled already has what they want.
    let most = if sender[0] == "30.00" { 2 } else { 1 };
    let done = calls.iter().filter(|status| **status == 200).count();
    assert!((1..=most).contains(&done), "{calls:?}");
    assert_eq!(sender[2], "0.00");
}

#[test]
fn bank_money_arrives_in_steps_and_may_come_back() {
    let tenant = Stack::get().tenant("Bank Shop");
    let receiver = tenant.listen(&[]);
    let ada = Person::new(&tenant);
    let route = ("product_id", product(&tenant, "ach"));
    let fund = |number: &str| {
        let method = ("payment_method_id", ada.bank(number));
        ada.pay(ada.wish("funding", "40"), &[route.clone(), method]).ok()
    };
    let good = fund("000123456789");
    assert_eq!(good["status"], "processing");
    let refused = fund("000111111113");
    assert_eq!(
        (&refused["status"], &refused["failure_reason"]),
        (&json!("failed"), &json!("account_closed"))
    );
    let (returned, bounced) = (fund("000333333335"), fund("000222222227"));
    ada.wait_for(id(&good), "settled");
    assert_eq!(ada.wait_for(id(&returned), "failed")["failure_reason"], "returned_R10");
    assert_eq!(ada.wait_for(id(&bounced), "failed")["failure_reason"], "returned_R01");
    // The bank waits for nobody: what the wallet showed in between stands in its journal.
    let journal = tenant.get(&format!("/v1/platform/wallets/{}/entries", ada.wallet)).ok();
    let announced = journal.as_array().unwrap().last().unwrap();
    assert_eq!(announced["payment_intent_id"], *id(&good));
    assert_eq!(
        (&announced["balances"]["pending_in"], &announced["balances"]["available"]),
        (&json!("40.00"), &json!("0.00"))
    );
    assert_eq!(ada.balance(), ["40.00", "0.00", "0.00", "40.00"].map(str::to_owned));
    assert_eq!(
        events(&receiver, id(&good), "settled"),
        ["created", "processing", "succeeded", "settled"]
    );
    let told = events(&receiver, id(&returned), "failed");
    assert_eq!(told, ["created", "processing", "succeeded", "returned", "failed"]);
}

#[test]
fn payouts_leave_and_what_cannot_be_paid_comes_back() {
    let tenant = Stack::get().tenant("Payout Shop");
    let ada = Person::with(&tenant, 100);
    let ach = ("product_id", product_for(&tenant, "ach", Some("payout")));
    let pay = |number: &str| {
        let payee = ("payee_destination_id", ada.payee(number));
        ada.pay(ada.wish("payout", "10"), &[ach.clone(), payee]).ok()
    };
    let (good, closed, back) = (pay("000123456789"), pay("000111111113"), pay("000333333335"));
    assert_eq!(closed["status"], "failed");
    let email = [
        ("product_id", product(&tenant, "email")),
        ("payee_destination_id", ada.payee_by_email("cy@example.com")),
    ];
    let mailed = ada.pay(ada.wish("payout", "10"), &email).ok();
    let legacy = [ach.clone(), ("payee_payment_method_id", ada.bank("000987654321"))];
    let to_method = ada.pay(ada.wish("payout", "10"), &legacy).ok();
    for payment in [&good, &mailed, &to_method] {
        ada.wait_for(id(payment), "settled");
    }
    assert_eq!(ada.wait_for(id(&back), "failed")["failure_reason"], "returned_R10");
    assert_eq!(ada.balance(), ["70.00", "0.00", "0.00", "70.00"].map(str::to_owned));
}

#[test]
fn a_relay_passes_money_on_or_says_where_it_stays() {
    let tenant = Stack::get().tenant("Relay Shop");
    let ada = Person::new(&tenant);
    let card = ("payment_method_id", ada.saved_card("4242424242424242"));
    let route = ("product_id", product(&tenant, "card_to_ach"));
    let relay = |number: &str| {
        let payee = ("payee_destination_id", ada.payee(number));
        ada.pay(ada.wish("relay", "15"), &[route.clone(), card.clone(), payee]).ok()
    };
    let good = relay("000123456789");
    assert_eq!(good["status"], "processing");
    let stuck = relay("000111111113");
    assert_eq!(
        (&stuck["status"], &stuck["failure_reason"]),
        (&json!("failed"), &json!("payout_leg_failed"))
    );
    assert_eq!(stuck["money_in_wallet_id"], json!(ada.wallet));
    ada.wait_for(id(&good), "settled");
    assert_eq!(ada.balance(), ["15.00", "0.00", "0.00", "15.00"].map(str::to_owned));
    let slow = [
        ("product_id", product(&tenant, "ach_to_ach")),
        ("payment_method_id", ada.bank("000123456789")),
        ("payee_destination_id", ada.payee("000987654321")),
    ];
    let both_banks = ada.pay(ada.wish("relay", "25"), &slow).ok();
    ada.wait_for(id(&both_banks), "settled");
    assert_eq!(ada.balance()[3], "15.00");
}

#[test]
fn payments_above_the_threshold_wait_for_a_reviewer() {
    let tenant = Stack::get().tenant("Review Shop");
    let input =
        json!({"tenant_id": tenant.id, "mode": "test", "review_thresholds": {"USD": "50.00"}});
    Stack::get().invoke("operators-update-tenant", &input);
    let (ada, bo) = (Person::with(&tenant, 50), Person::new(&tenant));
    let large = |amount: &str| ada.pay(ada.wish("transfer", amount), &[to(&bo)]).ok();
    let (first, second, third) = (large("50.01"), large("60"), large("70"));
    assert_eq!(first["status"], "pending_review");
    assert_eq!(ada.balance()[3], "50.00", "a review reserves nothing");
    let decide = |payment: &Value, decision: &str| {
        ada.step(id(payment), "review", &json!({"decision": decision}))
    };
    let path = format!("/v1/platform/payments/{}/review", id(&first).as_str().unwrap());
    let token = tenant.token_for(Some("payments:write"));
    let without = Stack::get().anonymous("POST", &path).bearer(&token);
    without.json(&json!({"decision": "approve"})).send().refused(403, "insufficient_scope");
    decide(&first, "approve").refused(422, "insufficient_funds");
    assert_eq!(ada.payment(id(&first))["status"], "pending_review");
    let rejected = decide(&second, "reject").ok();
    assert_eq!(
        (&rejected["status"], &rejected["failure_reason"]),
        (&json!("failed"), &json!("review_rejected"))
    );
    assert_eq!(ada.step(id(&third), "cancel", &json!({})).ok()["status"], "canceled");
    let card = ("payment_method_id", ada.saved_card("4242424242424242"));
    let more = [("product_id", product(&tenant, "card")), card];
    ada.pay(ada.wish("funding", "20"), &more).ok();
    assert_eq!(decide(&first, "approve").ok()["status"], "succeeded");
    assert_eq!(bo.balance()[3], "50.01");
    decide(&first, "approve").refused(409, "payment_not_in_review");
    decide(&first, "maybe").refused(422, "validation_error");
}

#[test]
fn the_same_key_is_the_same_payment_and_another_request_with_it_is_told_the_difference() {
    let tenant = Stack::get().tenant("Key Shop");
    let (ada, bo) = (Person::with(&tenant, 100), Person::new(&tenant));
    let wish = with(ada.wish("transfer", "7"), &[to(&bo)]);
    let first = tenant.post("/v1/platform/payments", &wish);
    let again = tenant.post("/v1/platform/payments", &wish);
    assert_eq!(again.ok(), first.ok());
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(first.header("idempotent-replayed"), None);
    let mut other = wish.clone();
    other["amount"] = json!("8");
    other["metadata"] = json!({"a": 1});
    let refused = tenant.post("/v1/platform/payments", &other);
    refused.refused(409, "idempotency_key_reused");
    let errors = refused.json()["data"]["errors"].clone();
    assert_eq!((&errors[0]["field"], &errors[1]["field"]), (&json!("amount"), &json!("metadata")));
    let mut by_header = wish.clone();
    by_header.as_object_mut().unwrap().remove("idempotency_key");
    let key = wish["idempotency_key"].as_str().unwrap();
    let call = tenant.call("POST", "/v1/platform/payments").header("Idempotency-Key", key);
    assert_eq!(call.json(&by_header).send().ok(), first.ok());
    let call = tenant.call("POST", "/v1/platform/payments").header("Idempotency-Key", "other");
    call.json(&wish).send().refused(422, "validation_error");
    assert_eq!(bo.balance()[0], "7.00");
    let stranger = Stack::get().tenant("Other Key Shop");
    let (cy, di) = (Person::with(&stranger, 20), Person::new(&stranger));
    let mut same_key = with(cy.wish("transfer", "7"), &[to(&di)]);
    same_key["idempotency_key"] = wish["idempotency_key"].clone();
    let elsewhere = stranger.post("/v1/platform/payments", &same_key).ok();
    assert_ne!(id(&elsewhere), id(&first.ok()));
}

#[test]
fn bad_payments_are_refused_with_every_broken_field_and_move_nothing() {
    let tenant = Stack::get().tenant("Bad Input Shop");
    let (ada, bo) = (Person::with(&tenant, 100), Person::new(&tenant));
    let card = ada.saved_card("4242424242424242");
    let euros = json!({"user_id": ada.user, "name": "Euros", "currency": "EUR"});
    let euros = tenant.post("/v1/platform/wallets", &euros).ok()["wallet_id"].clone();
    let base = || with(ada.wish("transfer", "5"), &[to(&bo)]);
    let fields = |wish: Value| {
        let answer = tenant.post("/v1/platform/payments", &wish);
        let mut names = answer.refused(422, "validation_error");
        names.sort();
        names
    };
    let change = |name: &str, value: Value| {
        let mut wish = base();
        wish[name] = value;
        wish
    };
    assert_eq!(
        fields(json!({})),
        ["amount", "idempotency_key", "payee_destination_id", "product_id", "user_id", "wallet_id"]
    );
    assert_eq!(fields(ada.wish("transfer", "5")), ["destination_wallet_id"]);
    assert_eq!(fields(ada.wish("funding", "5")), ["payment_method_id", "product_id"]);
    assert_eq!(
        fields(ada.wish("relay", "-1")),
        ["amount", "payee_destination_id", "payment_method_id", "product_id"]
    );
    assert_eq!(fields(change("intent_type", json!("gift"))), ["intent_type"]);
    assert_eq!(fields(change("surprise", json!(1))), ["surprise"]);
    assert_eq!(
        fields(change("destination_wallet_id", json!(ada.wallet))),
        ["destination_wallet_id"]
    );
    assert_eq!(fields(change("destination_wallet_id", euros)), ["destination_wallet_id"]);
    assert_eq!(fields(change("currency", json!("EUR"))), ["destination_wallet_id", "wallet_id"]);
    assert_eq!(fields(change("idempotency_key", json!(""))), ["idempotency_key"]);
    assert_eq!(fields(change("idempotency_key", json!("k".repeat(121)))), ["idempotency_key"]);
    assert_eq!(fields(change("hold_expires_in", json!(59))), ["hold_expires_in"]);
    let payout = |more: &[(&str, String)]| {
        let mut wish = with(ada.wish("payout", "5"), more);
        wish["hold"] = json!(true);
        wish
    };
    let route = ("product_id", product_for(&tenant, "ach", Some("payout")));
    let payee = ("payee_destination_id", ada.payee("000123456789"));
    assert_eq!(fields(payout(&[route.clone(), payee.clone()])), ["hold"]);
    let fund = |product: String, method: String, amount: &str| {
        with(ada.wish("funding", amount), &[("product_id", product), ("payment_method_id", method)])
    };
    assert_eq!(fields(fund(route.1.clone(), card.clone(), "5")), ["product_id"]);
    assert_eq!(fields(fund(product(&tenant, "ach"), card.clone(), "5")), ["payment_method_id"]);
    assert_eq!(fields(fund(product(&tenant, "card"), card.clone(), "10000.01")), ["amount"]);
    assert_eq!(ada.balance(), ["100.00", "0.00", "0.00", "100.00"].map(str::to_owned));
}

#[test]
fn what_a_payment_names_must_be_there_and_the_users_own() {
    let tenant = Stack::get().tenant("Missing Shop");
    let (ada, bo) = (Person::with(&tenant, 10), Person::new(&tenant));
    let card = ada.saved_card("4242424242424242");
    let stranger = Stack::get().tenant("Stranger");
    let foreign = Person::new(&stranger);
    let change = |name: &str, value: Value| {
        let mut wish = with(ada.wish("transfer", "5"), &[to(&bo)]);
        wish[name] = value;
        wish
    };
    let fund = |product: String, method: String, amount: &str| {
        with(ada.wish("funding", amount), &[("product_id", product), ("payment_method_id", method)])
    };
    let route = ("product_id", product_for(&tenant, "ach", Some("payout")));
    let missing = |wish: Value, code: &str| {
        tenant.post("/v1/platform/payments", &wish).refused(404, code);
    };
    for someone in [NOBODY.to_owned(), foreign.user.clone()] {
        missing(change("user_id", json!(someone)), "user_not_found");
    }
    for wallet in [NOBODY.to_owned(), foreign.wallet.clone(), Person::new(&tenant).wallet] {
        missing(change("wallet_id", json!(wallet)), "wallet_not_found");
    }
    missing(change("destination_wallet_id", json!(foreign.wallet)), "wallet_not_found");
    missing(fund(NOBODY.to_owned(), card, "5"), "product_not_found");
    missing(fund(product(&stranger, "card"), ada.bank("000123456789"), "5"), "product_not_found");
    missing(
        fund(product(&tenant, "ach"), foreign.bank("000123456789"), "5"),
        "payment_method_not_found",
    );
    let theirs = ("payee_destination_id", foreign.payee("000123456789"));
    let wish = with(ada.wish("payout", "5"), &[route, theirs]);
    missing(wish, "destination_not_found");
    assert_eq!(ada.balance()[0], "10.00");
}

#[test]
fn the_documents_own_example_with_every_field_at_once_works() {
    let tenant = Stack::get().tenant("Example Shop");
    let ada = Person::with(&tenant, 200);
    let mut wish = with(
        ada.wish("payout", "100.5"),
        &[
            ("product_id", product_for(&tenant, "ach", Some("payout"))),
            ("destination_wallet_id", Person::new(&tenant).wallet),
            ("payment_method_id", ada.bank("000987654321")),
            ("payee_payment_method_id", ada.bank("000987654321")),
            ("payee_destination_id", ada.payee("000123456789")),
            ("currency", "usd".to_owned()),
        ],
    );
    wish["hold"] = json!(false);
    wish["metadata"] = json!({"order_id": "ORD-12345"});
    let payment = tenant.post("/v1/platform/payments", &wish).ok();
    assert_eq!(payment["payee_destination_id"], wish["payee_destination_id"]);
    assert_eq!(
        (&payment["payee_payment_method_id"], &payment["metadata"]["order_id"]),
        (&Value::Null, &json!("ORD-12345"))
    );
    assert_eq!(ada.balance()[2], "100.50");
}

#[test]
fn the_audit_finds_nothing_in_sound_books() {
    let tenant = Stack::get().tenant("Audited Shop");
    let (ada, bo) = (Person::with(&tenant, 30), Person::new(&tenant));
    for _ in 0..3 {
        ada.pay(ada.wish("transfer", "5"), &[to(&bo)]).ok();
    }
    let input = json!({"tenant_id": tenant.id, "mode": "test"});
    let report = Stack::get().invoke("workers-audit-ledger", &input);
    assert_eq!((&report["differences"], &report["next"]), (&json!(0), &Value::Null), "{report}");
    assert_eq!((&report["accounts"], &report["entries"]), (&json!(3), &json!(8)), "{report}");
    let half = json!({"tenant_id": tenant.id});
    assert!(Stack::get().try_invoke("workers-audit-ledger", &half).unwrap_err().contains("mode"));
}
