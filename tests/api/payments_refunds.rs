//! Refunds over HTTP, on the surface that made the payment and on the others; credit notes after
//! them; and the list of transactions.

use crate::stack::{NOBODY, Receiver, Seller, Stack, eventually};
use serde_json::{Value, json};
use std::thread;

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// A payment over EUR 250.00 that a buyer has paid.
fn paid(seller: &Seller) -> Value {
    paid_with(seller, "4242424242424242")
}

fn paid_with(seller: &Seller, card: &str) -> Value {
    let payment = seller.payment();
    seller.page(&payment).pay_as("ada@example.com", card);
    seller.read(&payment)
}

fn path(payment: &Value) -> String {
    format!("/transactions/{}", text(&payment["transactionId"]))
}

fn refund(seller: &Seller, payment: &Value, body: &Value) -> crate::stack::Answer {
    seller.post(&format!("{}/refund", path(payment)), body)
}

/// Hard cases 52 and 53.
#[test]
fn hard_case_52_and_53_a_payment_goes_back_in_parts_and_never_more_than_it_was() {
    let seller = Stack::get().seller("Refunding Seller");
    let receiver = seller.listen(&["payment.refunded"]);
    let payment = paid(&seller);
    let asked = json!({
        "amount": 10000, "reason": "requested_by_customer", "metadata": {"ticket": "T-1"},
    });
    let first = refund(&seller, &payment, &asked).made();
    for (field, value) in [
        ("id", payment["transactionId"].clone()),
        ("status", json!("refunded")),
        ("object", json!("transaction")),
        ("livemode", json!(false)),
    ] {
        assert_eq!(first[field], value, "{field}: {first}");
    }
    let made = &first["refund"];
    for (field, value) in [
        ("transactionId", payment["transactionId"].clone()),
        ("paymentId", payment["id"].clone()),
        ("customerId", payment["customerId"].clone()),
        ("amount", json!(10000)),
        ("taxAmount", json!(0)),
        ("currency", json!("eur")),
        ("status", json!("succeeded")),
        ("reason", json!("requested_by_customer")),
        ("failureCode", Value::Null),
        ("metadata", json!({"ticket": "T-1"})),
        ("object", json!("refund")),
        ("livemode", json!(false)),
    ] {
        assert_eq!(made[field], value, "{field}: {made}");
    }
    assert!(text(&made["id"]).starts_with("re_") && made["chargeId"].is_string(), "{made}");
    let more = refund(&seller, &payment, &json!({"amount": 15001}));
    assert_eq!(more.denied(400, "validation_error", "validation_error"), ["amount"]);
    assert!(more.body.contains("15000"), "it says what is left: {}", more.body);
    assert_eq!(seller.read(&payment)["amountRefunded"], 10000);
    let transaction = seller.get(&path(&payment)).told();
    assert_eq!(transaction["paidAt"], payment["paidAt"], "a refund does not move it");
    assert_eq!(
        (&transaction["status"], &transaction["amountRefunded"], &transaction["amountRefundable"]),
        (&json!("succeeded"), &json!(10000), &json!(15000))
    );
    let rest = refund(&seller, &payment, &json!({})).made();
    assert_eq!(rest["refund"]["amount"], 15000);
    refund(&seller, &payment, &json!({})).denied(409, "conflict_error", "already_refunded");
    assert_eq!(seller.get(&path(&payment)).told()["status"], "refunded");
    assert_eq!(seller.read(&payment)["status"], "succeeded", "a refund is no status of a payment");
    noted_and_told(&seller, &receiver, &payment, [made, &rest["refund"]]);
}

/// Each has a credit note of its own, and one event that names it.
fn noted_and_told(seller: &Seller, receiver: &Receiver, payment: &Value, refunds: [&Value; 2]) {
    let notes: Vec<String> = refunds
        .iter()
        .map(|made| {
            let shown = eventually("the credit note", 120, || {
                let shown = seller.get(&format!("/refunds/{}", text(&made["id"]))).told();
                shown["creditNoteId"].is_string().then_some(shown)
            });
            let note = seller.get(&format!("/credit-notes/{}", text(&shown["creditNoteId"])));
            let note = note.told();
            assert_eq!(note["number"], shown["creditNoteNumber"]);
            assert_eq!((&note["total"], &note["refundId"]), (&made["amount"], &made["id"]));
            assert_eq!(note["object"], "credit_note");
            text(&note["number"]).to_owned()
        })
        .collect();
    let mut sorted = notes.clone();
    sorted.sort();
    assert_eq!(sorted, ["CN-000001", "CN-000002"]);
    let told = eventually("both events", 60, || {
        let told = receiver.told_of(payment);
        (told.len() == 2).then_some(told)
    });
    for told in told {
        let data = &told["data"];
        assert!(data["creditNoteNumber"].is_string() && data["invoiceNumber"].is_string());
        assert_eq!(data["paymentLinkId"], payment["id"], "{data}");
        assert_eq!((&data["provider"], &data["currency"]), (&json!("simulator"), &json!("eur")));
    }
    let invoice = seller.get(&format!("/invoices/{}", text(&seller.read(payment)["invoiceId"])));
    let invoice = invoice.told();
    assert_eq!(invoice["amountRefunded"], 25000);
    assert_eq!(invoice["creditNotes"].as_array().unwrap().len(), 2);
}

#[test]
fn refunds_are_listed_narrowed_and_nobody_elses() {
    let stack = Stack::get();
    let (seller, other) = (stack.seller("Listing Refunder"), stack.seller("Other Refunder"));
    let (one, two) = (paid(&seller), paid(&seller));
    let first = refund(&seller, &one, &json!({"amount": 100})).made()["refund"].clone();
    let second = refund(&seller, &two, &json!({"amount": 200})).made()["refund"].clone();
    let ids = |query: &str| -> Vec<Value> {
        let listed = seller.get(&format!("/refunds{query}")).told();
        listed.as_array().unwrap().iter().map(|one| one["id"].clone()).collect()
    };
    eventually("both are listed", 10, || (ids("").len() == 2).then_some(()));
    assert_eq!(ids(""), [second["id"].clone(), first["id"].clone()]);
    for query in [
        format!("?paymentId={}", text(&one["id"])),
        format!("?transactionId={}", text(&one["transactionId"])),
    ] {
        assert_eq!(ids(&query), [first["id"].clone()], "{query}");
    }
    assert_eq!(ids("?status=succeeded").len(), 2);
    for empty in ["?status=failed", "?status=canceled", "?paymentId=pay_1", "?transactionId=txn_1"]
    {
        assert_eq!(ids(empty), Vec::<Value>::new(), "{empty}");
    }
    let bad = seller.get("/refunds?status=gone");
    assert_eq!(bad.denied(400, "validation_error", "validation_error"), ["status"]);
    let theirs = format!("/refunds/{}", text(&first["id"]));
    let unknown = other.get(&theirs);
    unknown.denied(404, "not_found_error", "refund_not_found");
    let nobody = format!("/refunds/re_{}", NOBODY.replace('-', ""));
    assert_eq!(seller.get(&nobody).body, unknown.body);
    let refunding = other.post(&format!("{}/refund", path(&one)), &json!({}));
    refunding.denied(404, "not_found_error", "transaction_not_found");
}

/// Hard case 52, its second half.
#[test]
fn hard_case_52_twenty_refunds_at_once_never_pass_the_total() {
    let seller = Stack::get().seller("Hasty Refunder");
    let payment = paid(&seller);
    let statuses: Vec<u16> = thread::scope(|scope| {
        let ask = || refund(&seller, &payment, &json!({"amount": 2000})).status;
        let asking: Vec<_> = (0..20).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let done = statuses.iter().filter(|status| **status == 201).count();
    let refunded = seller.read(&payment)["amountRefunded"].as_i64().unwrap();
    assert_eq!(refunded, i64::try_from(done).unwrap() * 2000, "{statuses:?}");
    assert!(refunded <= 25000 && done >= 1, "{statuses:?}");
    for status in statuses {
        assert!(matches!(status, 201 | 400 | 409 | 429), "{status}");
    }
}

#[test]
fn a_key_that_comes_again_gives_back_once() {
    let seller = Stack::get().seller("Careful Refunder");
    let payment = paid(&seller);
    let place = format!("{}/refund", path(&payment));
    let ask = |body: Value| seller.post_once(&place, "back-1", &body);
    let first = ask(json!({"amount": 1000})).made();
    let again = ask(json!({"amount": 1e3}));
    assert_eq!(again.made(), first);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let shown = format!("/refunds/{}", text(&first["refund"]["id"]));
    eventually("the credit note", 120, || {
        seller.get(&shown).told()["creditNoteId"].is_string().then_some(())
    });
    assert_eq!(ask(json!({"amount": 1000})).made(), first, "the credit note came after the answer");
    let other = ask(json!({"amount": 1001}));
    let names = other.denied(409, "conflict_error", "idempotency_key_mismatch");
    assert_eq!(names, ["amount"]);
    assert_eq!(seller.read(&payment)["amountRefunded"], 1000);
}

#[test]
fn what_the_processor_refuses_is_402_and_leaves_the_money_refundable() {
    let seller = Stack::get().seller("Refused Refunder");
    let payment = paid(&seller);
    let once =
        || seller.post_once(&format!("{}/refund", path(&payment)), "no", &json!({"amount": 1013}));
    let refused = once();
    assert_eq!(refused.status, 402, "{}", refused.body);
    assert_eq!(refused.header("idempotent-replayed"), None);
    let again = once();
    assert_eq!((again.status, again.json()), (402, refused.json()));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let error = refused.json()["error"].clone();
    assert_eq!(
        (&error["type"], &error["code"]),
        (&json!("billing_error"), &json!("refund_failed"))
    );
    let id = text(&error["details"]["refundId"]);
    assert!(error["details"]["failureCode"].is_string(), "{error}");
    let kept = seller.get(&format!("/refunds/{id}")).told();
    assert_eq!((&kept["status"], &kept["taxAmount"]), (&json!("failed"), &Value::Null));
    let transaction = seller.get(&path(&payment)).told();
    assert_eq!(transaction["amountRefundable"], 25000);
    refund(&seller, &payment, &json!({})).made();
}

/// Hard cases 53 (its end) and 54.
#[test]
fn hard_case_53_and_54_unknown_outcomes_hold_the_money_until_the_truth_is_told() {
    let seller = Stack::get().seller("Waiting Refunder");
    let receiver = seller.listen(&["payment.refunded"]);
    // These cards' refunds are answered late: one succeeds, the other fails.
    let (good, bad) =
        (paid_with(&seller, "4000000000007726"), paid_with(&seller, "4000000000005126"));
    for payment in [&good, &bad] {
        let asked = refund(&seller, payment, &json!({}));
        assert_eq!(asked.status, 202, "{}", asked.body);
        let asked = asked.json()["data"].clone();
        assert_eq!(
            (&asked["status"], &asked["refund"]["status"]),
            (&json!("pending"), &json!("pending"))
        );
        refund(&seller, payment, &json!({})).denied(409, "conflict_error", "refund_in_progress");
    }
    let last = |payment: &Value, status: &str| {
        eventually(&format!("the refund is {status}"), 180, || {
            let query = format!("/refunds?paymentId={}", text(&payment["id"]));
            let shown = seller.get(&query).told()[0].clone();
            (shown["status"] == *status).then_some(shown)
        })
    };
    last(&good, "succeeded");
    let failed = last(&bad, "failed");
    assert_eq!(failed["creditNoteId"], Value::Null);
    assert_eq!(seller.get(&path(&bad)).told()["amountRefundable"], 25000);
    let told = receiver.hear("payment.refunded", &good, 120);
    assert_eq!(told["data"]["creditNoteNumber"], "CN-000001", "no gap for the one that failed");
    assert_eq!(receiver.told_of(&bad).len(), 0);
    // Lost, and found by asking.
    let lost = paid(&seller);
    assert_eq!(refund(&seller, &lost, &json!({"amount": 1017})).status, 202);
    last(&lost, "succeeded");
}

#[test]
fn what_did_not_succeed_is_not_refundable_and_broken_fields_are_named() {
    let seller = Stack::get().seller("Mistaken Refunder");
    let payment = seller.payment();
    seller.page(&payment).pay_as("ada@example.com", "4000000000000002");
    let query = format!("/transactions?paymentId={}", text(&payment["id"]));
    let failed = eventually("it is listed", 10, || {
        let listed = seller.get(&query).told();
        (listed != json!([])).then(|| listed[0].clone())
    });
    let place = format!("/transactions/{}/refund", text(&failed["id"]));
    let refused = seller.post(&place, &json!({}));
    refused.denied(409, "conflict_error", "transaction_not_refundable");
    for (body, field) in [
        (json!({"amount": 0}), "amount"),
        (json!({"amount": -1}), "amount"),
        (json!({"amount": "100"}), "amount"),
        (json!({"reason": "bored"}), "reason"),
        (json!({"metadata": []}), "metadata"),
    ] {
        let answer = seller.post(&place, &body);
        assert_eq!(answer.denied(400, "validation_error", "validation_error"), [field], "{body}");
    }
    for id in ["txn_1".to_owned(), format!("txn_{}", NOBODY.replace('-', "")), NOBODY.to_owned()] {
        let answer = seller.post(&format!("/transactions/{id}/refund"), &json!({}));
        answer.denied(404, "not_found_error", "transaction_not_found");
        let answer = seller.get(&format!("/transactions/{id}"));
        answer.denied(404, "not_found_error", "transaction_not_found");
    }
}

#[test]
fn transactions_are_listed_by_their_submit_and_narrowed() {
    let seller = Stack::get().seller("Submitting Seller");
    let (old, new) = (seller.payment(), seller.payment());
    seller.page(&new).pay_as("bo@example.com", "4000000000000002");
    seller.page(&old).pay_as("ada@example.com", "4242424242424242");
    seller.page(&new).pay_as("bo@example.com", "4242424242424242");
    let list = |query: &str| seller.get(&format!("/transactions{query}")).told();
    let all = eventually("all three are listed, those paid with their invoices", 60, || {
        let all = list("");
        let all_there = all.as_array().unwrap().len() == 3;
        (all_there && all[0]["invoiceId"].is_string() && all[1]["invoiceId"].is_string())
            .then_some(all)
    });
    let of: Vec<_> = all.as_array().unwrap().iter().map(|one| one["paymentId"].clone()).collect();
    assert_eq!(of, [new["id"].clone(), old["id"].clone(), new["id"].clone()]);
    let one = &all[1];
    for (field, value) in [
        ("grossAmount", json!(25000)),
        ("subtotal", json!(25000)),
        ("taxAmount", json!(0)),
        ("presentmentAmount", json!(25000)),
        ("currency", json!("eur")),
        ("provider", json!("simulator")),
        ("status", json!("succeeded")),
        ("customerEmail", json!("ada@example.com")),
        ("card", json!({"brand": "visa", "last4": "4242"})),
        ("amountRefunded", json!(0)),
        ("amountRefundable", json!(25000)),
        ("availableAt", Value::Null),
        ("failureCode", Value::Null),
        ("object", json!("transaction")),
        ("livemode", json!(false)),
    ] {
        assert_eq!(one[field], value, "{field}: {one}");
    }
    assert_eq!(seller.get(&format!("/transactions/{}", text(&one["id"]))).told(), *one);
    assert_eq!(list("?status=failed"), json!([all[2]]));
    assert_eq!(list("?status=succeeded"), json!([all[0], all[1]]));
    assert_eq!(list("?customerEmail=ADA%40example.com"), json!([all[1]]));
    let of_new = format!("?paymentId={}", text(&new["id"]));
    assert_eq!(list(&of_new), json!([all[0], all[2]]));
    for empty in ["?status=disputed", "?status=refunded", "?paymentId=pay_1", "?customerEmail=x"] {
        assert_eq!(list(empty), json!([]), "{empty}");
    }
    let page = seller.get("/transactions?limit=2").json();
    assert_eq!((&page["data"], &page["hasMore"]), (&json!([all[0], all[1]]), &json!(true)));
    let cursor = text(&page["nextCursor"]);
    assert_eq!(list(&format!("?limit=2&cursor={cursor}")), json!([all[2]]));
    let wrong = seller.get(&format!("/transactions?status=failed&cursor={cursor}"));
    assert_eq!(wrong.denied(400, "validation_error", "validation_error"), ["cursor"]);
    let bad = seller.get("/transactions?status=paid");
    assert_eq!(bad.denied(400, "validation_error", "validation_error"), ["status"]);
    assert_eq!(Stack::get().seller("Nobody").get("/transactions").told(), json!([]));
}

/// Decisions 58: a payment of one surface is read and refunded through the others, each in its own
/// form; on the platform surface it keeps its status.
#[test]
fn hard_case_66_payments_are_read_and_refunded_through_the_other_surface() {
    let stack = Stack::get();
    let tenant = stack.tenant("Both Surfaces");
    let made = stack.invoke(
        "operators-create-api-key",
        &json!({"tenant_id": tenant.id, "mode": "test", "name": "Both"}),
    );
    let key = ["api_key", "apiKey", "key"].iter().find_map(|name| made[*name].as_str());
    let seller = stack.seller_with(&tenant.id, key.unwrap_or_else(|| panic!("{made}")));
    let account = json!({
        "tenant_id": tenant.id, "mode": "test", "status": "approved",
        "descriptor": "BOTH", "processor": "simulator",
    });
    stack.invoke("operators-put-merchant-account", &account);
    // Made here, refunded there: in major units.
    let payment = paid(&seller);
    let there = text(&payment["id"]).trim_start_matches("pay_");
    let there = format!(
        "{}-{}-{}-{}-{}",
        &there[..8],
        &there[8..12],
        &there[12..16],
        &there[16..20],
        &there[20..]
    );
    let read = tenant.get(&format!("/v1/platform/payments/{there}")).ok();
    assert_eq!((&read["amount"], &read["currency"]), (&json!("250.00"), &json!("EUR")));
    assert_eq!(read["status"], "succeeded");
    let back = format!("/v1/platform/payments/{there}/refund");
    let part = tenant.post(&back, &json!({"amount": "100.00", "reason": "Half"})).ok();
    assert_eq!((&part["status"], &part["amount"]), (&json!("succeeded"), &json!("100.00")));
    assert_eq!(seller.read(&payment)["amountRefunded"], 10000);
    let read = tenant.get(&format!("/v1/platform/payments/{there}")).ok();
    assert_eq!(read["status"], "succeeded", "it keeps its status");
    // Made there, read and refunded here: in minor units, without an invoice. Hard case 66.
    let link = tenant.new_link();
    link.pay("4242424242424242");
    let here = format!("pay_{}", link.id.replace('-', ""));
    let read = seller.get(&format!("/payments/{here}")).told();
    for (field, value) in [
        ("kind", json!("link")),
        ("status", json!("succeeded")),
        ("amountTotal", json!(1250)),
        ("taxAmount", json!(0)),
        ("currency", json!("usd")),
        ("description", json!("")),
        ("invoiceId", Value::Null),
    ] {
        assert_eq!(read[field], value, "{field}: {read}");
    }
    let listed = eventually("it is listed", 10, || {
        let listed = seller.get(&format!("/transactions?paymentId={here}")).told();
        (listed != json!([])).then(|| listed[0].clone())
    });
    assert_eq!(listed["id"], read["transactionId"]);
    let back = seller.post(&format!("{}/refund", path(&read)), &json!({"amount": 250}));
    assert_eq!(back.made()["refund"]["amount"], 250);
    assert_eq!(seller.get(&format!("/payments/{here}")).told()["amountRefunded"], 250);
    // What neither made is unknown through both.
    let strange = stack.seller("Stranger To Both");
    strange.get(&format!("/payments/{here}")).denied(404, "not_found_error", "payment_not_found");
}
