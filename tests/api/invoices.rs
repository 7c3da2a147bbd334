//! Invoices on the local stack: from a paid link to its number, its events, and its file.

use crate::stack::{Answer, NOBODY, Seller, Stack, eventually};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use std::{collections::BTreeSet, thread};

/// A payment that a buyer has paid, once it names its invoice.
fn invoiced(seller: &Seller) -> Value {
    let payment = seller.payment();
    seller.page(&payment).pay_as("ada@example.com", "4242424242424242");
    named(seller, &payment)
}

fn named(seller: &Seller, payment: &Value) -> Value {
    eventually("the payment's invoice", 120, || {
        let payment = seller.read(payment);
        payment["invoiceId"].is_string().then_some(payment)
    })
}

fn invoice(seller: &Seller, payment: &Value) -> Value {
    seller.get(&format!("/invoices/{}", payment["invoiceId"].as_str().unwrap())).told()
}

#[test]
fn a_paid_link_gets_an_invoice_that_events_and_objects_name() {
    let seller = Stack::get().seller("Invoicing Seller");
    let events =
        ["payment_link.completed", "payment.received", "invoice.created", "payment_link.failed"];
    let receiver = seller.listen(&events);
    let payment = invoiced(&seller);
    assert_eq!(payment["invoiceNumber"], "INV-000001");
    let invoice = invoice(&seller, &payment);
    for (field, value) in [
        ("id", payment["invoiceId"].clone()),
        ("invoiceNumber", json!("INV-000001")),
        ("status", json!("paid")),
        ("invoiceType", json!("one_time_payment")),
        ("subtotal", json!(25000)),
        ("taxAmount", json!(0)),
        ("total", json!(25000)),
        ("currency", json!("eur")),
        ("paymentId", payment["id"].clone()),
        ("transactionId", payment["transactionId"].clone()),
        ("customerId", payment["customerId"].clone()),
        ("metadata", json!({})),
        ("amountRefunded", json!(0)),
        ("creditNotes", json!([])),
        ("subscriptionId", Value::Null),
        ("object", json!("invoice")),
        ("livemode", json!(false)),
    ] {
        assert_eq!(invoice[field], value, "{field}: {invoice}");
    }
    assert_eq!(invoice["seller"]["name"], "Invoicing Seller");
    assert_eq!(invoice["buyer"]["email"], "ada@example.com");
    assert_eq!(invoice["lineItems"][0]["description"], "Annual report");
    assert_eq!(
        (&invoice["periodStart"], &invoice["dueDate"]),
        (&invoice["issueDate"], &invoice["issueDate"])
    );
    let completed = receiver.hear("payment_link.completed", &payment, 60);
    let received = receiver.hear("payment.received", &payment, 60);
    for told in [&completed, &received] {
        assert_eq!(told["data"]["invoiceId"], invoice["id"], "{told}");
        assert_eq!(told["data"]["invoiceNumber"], "INV-000001");
    }
    assert_eq!(received["data"]["customerEmail"], "ada@example.com");
    assert_eq!(received["data"]["invoiceTotal"], 25000);
    assert_eq!(received["data"]["provider"], "simulator");
    let created = eventually("invoice.created", 60, || {
        let bodies =
            receiver.received().into_iter().map(|received| received.proven(&receiver.secret));
        bodies.into_iter().find(|body| body["event"] == "invoice.created")
    });
    assert_eq!(created["data"]["invoiceId"], invoice["id"]);
    assert_eq!(
        (&created["data"]["invoiceStatus"], &created["data"]["total"]),
        (&json!("paid"), &json!(25000))
    );
    let told = receiver.told_of(&payment);
    assert_eq!(told.iter().filter(|body| body["event"] == "payment_link.completed").count(), 1);
}

#[test]
fn invoices_are_listed_newest_first_and_are_nobody_elses() {
    let stack = Stack::get();
    let (seller, other) = (stack.seller("Listing Seller"), stack.seller("Other Lister"));
    let first = invoiced(&seller);
    let second = invoiced(&seller);
    let list = |query: &str| seller.get(&format!("/invoices{query}")).told();
    let numbers = |listed: &Value| -> Vec<String> {
        let listed = listed.as_array().unwrap().iter();
        listed.map(|one| one["invoiceNumber"].as_str().unwrap().to_owned()).collect()
    };
    eventually("both in the list", 10, || (numbers(&list("")).len() == 2).then_some(()));
    assert_eq!(numbers(&list("")), ["INV-000002", "INV-000001"]);
    let customer = second["customerId"].as_str().unwrap();
    assert!(numbers(&list(&format!("?customerId={customer}"))).contains(&"INV-000002".to_owned()));
    assert_eq!(numbers(&list("?status=paid")).len(), 2);
    for empty in
        ["?status=void", "?subscriptionId=sub_1", "?customerId=nobody", "?customerId=cus_1"]
    {
        assert_eq!(numbers(&list(empty)), Vec::<String>::new(), "{empty}");
    }
    let page = seller.get("/invoices?limit=1").json();
    assert_eq!(
        (&page["hasMore"], numbers(&page["data"])),
        (&json!(true), vec!["INV-000002".to_owned()])
    );
    let cursor = page["nextCursor"].as_str().unwrap();
    assert_eq!(numbers(&list(&format!("?limit=1&cursor={cursor}"))), ["INV-000001"]);
    let wrong = seller.get(&format!("/invoices?status=paid&cursor={cursor}"));
    assert_eq!(wrong.denied(400, "validation_error", "validation_error"), ["cursor"]);
    let refused =
        seller.get("/invoices?status=draft").denied(400, "validation_error", "validation_error");
    assert_eq!(refused, ["status"]);
    let path = format!("/invoices/{}", first["invoiceId"].as_str().unwrap());
    let theirs = other.get(&path);
    theirs.denied(404, "not_found_error", "invoice_not_found");
    for id in [format!("inv_{}", NOBODY.replace('-', "")), "inv_1".to_owned(), NOBODY.to_owned()] {
        let answer = seller.get(&format!("/invoices/{id}"));
        answer.denied(404, "not_found_error", "invoice_not_found");
        assert_eq!(answer.body, theirs.body);
    }
    seller.get("/credit-notes/cn_1").denied(404, "not_found_error", "credit_note_not_found");
    assert_eq!(seller.get("/credit-notes").told(), json!([]));
}

/// The stack's part of hard case 38: the queue, the stream and the processes are real.
#[test]
fn payments_paid_at_once_get_numbers_without_gap_and_twin() {
    let seller = Stack::get().seller("Busy Seller");
    let payments: Vec<Value> = (0..12).map(|_| seller.payment()).collect();
    thread::scope(|scope| {
        for payment in &payments {
            let seller = &seller;
            scope.spawn(move || {
                seller.page(payment).pay_as("ada@example.com", "4242424242424242");
            });
        }
    });
    let numbers: BTreeSet<String> = payments
        .iter()
        .map(|payment| named(&seller, payment)["invoiceNumber"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(numbers, (1..=12).map(|n| format!("INV-{n:06}")).collect());
}

#[test]
fn hard_case_58_an_adjustment_is_made_settled_and_taken_back_over_http() {
    let seller = Stack::get().seller("Adjusting Seller");
    let receiver = seller.listen(&["invoice.created", "invoice.voided"]);
    let customer = invoiced(&seller)["customerId"].clone();
    let asked = json!({
        "customerId": customer, "amount": 5000, "description": "Late fee", "currency": "EUR",
    });
    let made = seller.post_once("/invoices", "fee-1", &asked).made();
    for (field, value) in [
        ("status", json!("outstanding")),
        ("invoiceType", json!("adjustment")),
        ("invoiceNumber", json!("INV-000002")),
        ("total", json!(5000)),
        ("paymentId", Value::Null),
    ] {
        assert_eq!(made[field], value, "{field}: {made}");
    }
    assert_eq!(seller.post_once("/invoices", "fee-1", &asked).made(), made, "a replay");
    let path = format!("/invoices/{}/status", made["id"].as_str().unwrap());
    let set = |method: &str, status: &str| {
        seller.call(method, &path).json(&json!({"status": status})).send()
    };
    let refused = set("PATCH", "uncollectible").denied(400, "validation_error", "validation_error");
    assert_eq!(refused, ["status"]);
    let void = set("PUT", "void").told();
    assert_eq!((&void["status"], &void["invoiceNumber"]), (&json!("void"), &json!("INV-000002")));
    assert_eq!(void["creditNotes"][0]["number"], "CN-000001");
    // The file is written at some time of its own, and stands in whatever is read after that.
    let again = set("PATCH", "void").told();
    for field in ["id", "status", "invoiceNumber", "total", "creditNotes", "amountRefunded"] {
        assert_eq!(again[field], void[field], "{field}: {again}");
    }
    set("PATCH", "paid").denied(409, "conflict_error", "invoice_status_final");
    let note = void["creditNotes"][0]["id"].as_str().unwrap();
    let note = seller.get(&format!("/credit-notes/{note}")).told();
    assert_eq!((&note["invoiceNumber"], &note["total"]), (&json!("INV-000002"), &json!(5000)));
    let told = eventually("invoice.voided", 60, || {
        let bodies = receiver.received();
        let mut bodies = bodies.into_iter().map(|received| received.proven(&receiver.secret));
        bodies.find(|body| body["event"] == "invoice.voided")
    });
    assert_eq!(told["data"]["invoiceId"], made["id"]);
    for (body, field) in [
        (json!({"customerId": customer, "amount": 0, "description": "x"}), "amount"),
        (json!({"customerId": customer, "amount": 1, "description": ""}), "description"),
        (json!({"customerId": customer, "amount": 1, "description": "x"}), "currency"),
    ] {
        let answer = seller.post("/invoices", &body);
        assert_eq!(answer.denied(400, "validation_error", "validation_error"), [field], "{body}");
    }
    let nobody =
        json!({"customerId": "nobody", "amount": 1, "description": "x", "currency": "eur"});
    seller.post("/invoices", &nobody).denied(404, "not_found_error", "customer_not_found");
}

fn follow(url: &str) -> Answer {
    Stack::get().call("GET", url).send()
}

#[test]
fn hard_case_46_and_47_a_download_link_leads_to_the_file_and_a_forged_one_nowhere() {
    let stack = Stack::get();
    let seller = stack.seller("Filing Seller");
    let payment = invoiced(&seller);
    let path = format!("/invoices/{}", payment["invoiceId"].as_str().unwrap());
    let links = seller.post(&format!("{path}/download-links"), &json!({})).told();
    assert_eq!(links["object"], "invoice");
    assert_eq!(links["xmlUrl"], Value::Null, "a seller without a tax id");
    let url = links["url"].as_str().unwrap();
    let moved = eventually("the file", 120, || {
        let answer = follow(url);
        assert!(matches!(answer.status, 302 | 503), "{}: {}", answer.status, answer.body);
        if answer.status == 503 {
            assert_eq!(answer.header("retry-after"), Some("2"));
        }
        (answer.status == 302).then_some(answer)
    });
    let place = moved.header("location").unwrap();
    assert!(place.contains("X-Amz-Expires=300"), "{place}");
    let mut file = crate::stack::http::agent().get(place).call().unwrap();
    assert_eq!(file.status().as_u16(), 200);
    let header = |name: &str| file.headers().get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert_eq!(header("content-disposition"), "attachment; filename=\"INV-000001.pdf\"");
    let bytes = file.body_mut().read_to_vec().unwrap();
    assert!(bytes.starts_with(b"%PDF-"));
    let kept = invoice(&seller, &payment)["files"]["pdf"].clone();
    let sha: String = digest(&SHA256, &bytes).as_ref().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!((&kept["sha256"], &kept["bytes"]), (&json!(sha), &json!(bytes.len())));
    let fresh = seller.get(&format!("{path}/download")).told();
    assert_ne!(fresh["url"], links["url"], "a fresh one each time");
    assert_eq!(stack.call("HEAD", url).send().status, 302);
    let mut forged = url.to_owned();
    let place = forged.len() - 4..forged.len() - 3;
    let other_letter = if &forged[place.clone()] == "A" { "B" } else { "A" };
    forged.replace_range(place, other_letter);
    assert_eq!(follow(&forged).status, 404);
    let strangers = stack.seller("Stranger").post(&format!("{path}/download-links"), &json!({}));
    strangers.denied(404, "not_found_error", "invoice_not_found");
}
