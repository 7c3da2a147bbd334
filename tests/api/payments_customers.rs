//! Customers of the payments surface: made or found, read by either id, changed, listed, told of.

use super::{with, without};
use crate::stack::{NOBODY, Seller, Stack, eventually, time_of};
use serde_json::{Value, json};
use std::thread;

fn ada() -> Value {
    json!({
        "email": "Ada@Example.com", "externalId": "user 12 %", "fullName": "Ada Lovelace",
        "taxDocument": "DE 136.695.976", "timezone": "Europe/Berlin", "metadata": {"tier": 1.50},
        "address": {"line1": "Example Street 1", "city": "Berlin", "postalCode": "10115",
            "country": "de"},
        "addressId": "ignored",
    })
}

/// An id in a path.
fn encoded(id: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    id.bytes()
        .map(|b| if plain(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn path(id: &str) -> String {
    format!("/customers/{}", encoded(id))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn a_customer_is_made_read_by_either_id_and_told_of() {
    let seller = Stack::get().seller_without_account("Keeping Seller");
    let receiver = seller.listen(&["customer.*"]);
    let made = seller.post_once("/customers", "ada-1", &ada()).made();
    assert!(text(&made["id"]).starts_with("cus_"));
    for (field, value) in [
        ("externalId", json!("user 12 %")),
        ("fullName", json!("Ada Lovelace")),
        ("email", json!("ada@example.com")),
        ("taxDocument", json!("DE 136.695.976")),
        ("documentType", json!("VAT")),
        ("taxIdStatus", json!("format_valid")),
        ("taxExempt", json!("none")),
        ("exemptionReason", Value::Null),
        ("timezone", json!("Europe/Berlin")),
        ("metadata", json!({"tier": 1.50})),
        ("defaultPaymentMethodId", Value::Null),
        ("object", json!("customer")),
        ("livemode", json!(false)),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    assert_eq!(made["address"]["country"], "DE");
    assert_eq!((&made["address"]["line2"], &made["updatedAt"]), (&Value::Null, &made["createdAt"]));
    for id in [text(&made["id"]), "user 12 %"] {
        assert_eq!(seller.get(&path(id)).told(), made, "{id}");
    }
    let again = seller.post_once("/customers", "ada-1", &ada());
    assert_eq!((again.made(), again.header("idempotent-replayed")), (made.clone(), Some("true")));
    // Another request with this own id finds the customer as it is.
    let known = seller.post("/customers", &with(&ada(), "email", "other@example.com"));
    assert_eq!(known.told(), made);
    let told = receiver.hear_of_customer("customer.created", &made, 60);
    assert_eq!(told["data"]["idempotencyKey"], "ada-1");
    let data = without(&without(&told["data"], "sequence"), "idempotencyKey");
    assert_eq!(data, made, "an event says what GET says");
    let changed = seller.call("PUT", &path("user 12 %")).json(&json!({"fullName": null}));
    let changed = changed.send().told();
    assert_eq!(changed["fullName"], Value::Null);
    let told = receiver.hear_of_customer("customer.updated", &made, 60);
    assert_eq!(told["data"]["fullName"], Value::Null);
    assert_eq!(told["data"]["sequence"], 2);
    let created = receiver.hear_of_customer("customer.created", &made, 1);
    assert_eq!(created["data"]["fullName"], "Ada Lovelace");
}

/// Hard case 61.
#[test]
fn hard_case_61_put_and_patch_change_what_they_name_and_nothing_else() {
    let seller = Stack::get().seller_without_account("Changing Seller");
    let made = seller.post("/customers", &ada()).made();
    let id = path(text(&made["id"]));
    for method in ["PUT", "PATCH"] {
        let change = |body: Value| seller.call(method, &id).json(&body).send();
        assert_eq!(change(json!({})).told(), seller.get(&id).told());
        for field in ["email", "taxExempt"] {
            let answer = change(json!({field: null}));
            let names = answer.denied(400, "validation_error", "validation_error");
            assert_eq!(names, [field], "null in a field that cannot be empty");
        }
        let exempt = change(json!({"taxExempt": "exempt"}));
        let names = exempt.denied(400, "validation_error", "validation_error");
        assert_eq!(names, ["exemptionReason"]);
        let exempt = change(json!({"taxExempt": "exempt", "exemptionReason": "Diplomat"})).told();
        assert_eq!(
            (&exempt["taxExempt"], &exempt["exemptionReason"]),
            (&json!("exempt"), &json!("Diplomat"))
        );
        let back = change(json!({"taxExempt": "none", "exemptionReason": null})).told();
        assert_eq!(back["exemptionReason"], Value::Null);
        assert!(time_of(&back["updatedAt"]) > time_of(&made["updatedAt"]));
    }
    let cleared = json!({
        "externalId": null, "taxDocument": null, "address": null, "timezone": null,
        "metadata": null, "fullName": null,
    });
    let bare = seller.call("PATCH", &id).json(&cleared).send().told();
    for field in ["externalId", "documentType", "taxIdStatus", "address", "metadata"] {
        assert_eq!(bare[field], Value::Null, "{field}");
    }
    seller.get(&path("user 12 %")).denied(404, "not_found_error", "customer_not_found");
    // A key belongs to the path: the same one on another customer is another request.
    let other = seller.post("/customers", &json!({"email": "b@example.com"})).made();
    for customer in [&made, &other] {
        let call = seller.call("PATCH", &path(text(&customer["id"])));
        let call = call.header("idempotency-key", "k").json(&json!({"fullName": "Zoë"}));
        assert_eq!(call.send().told()["fullName"], "Zoë");
    }
}

#[test]
fn an_own_id_of_another_customer_is_refused() {
    let seller = Stack::get().seller_without_account("Strict Keeping Seller");
    let make =
        |own: &str| seller.post("/customers", &json!({"email": "a@example.com", "id": own})).made();
    let (first, second) = (make("one"), make("two"));
    let taken = seller.call("PATCH", &path("two")).json(&json!({"externalId": "one"})).send();
    taken.denied(409, "conflict_error", "duplicate");
    assert_eq!(seller.get(&path("one")).told()["id"], first["id"]);
    assert_eq!(seller.get(&path("two")).told(), second);
}

/// Hard cases 16 and 20, and every field's rule.
#[test]
fn hard_case_20_broken_customers_and_foreign_ids_are_refused() {
    let stack = Stack::get();
    let seller = stack.seller_without_account("Bounded Seller");
    let other = stack.seller_without_account("Other Bounded Seller");
    let fields = |body: Value| {
        seller.post("/customers", &body).denied(400, "validation_error", "validation_error")
    };
    for (field, value) in [
        ("email", json!("a@@example.com")),
        ("externalId", json!("cus_1")),
        ("externalId", json!(" x")),
        ("externalId", json!("x".repeat(256))),
        ("fullName", json!(" ")),
        ("taxDocument", json!("x".repeat(65))),
        ("address", json!("Berlin")),
        ("timezone", json!("Europe Berlin")),
        ("taxExempt", json!("maybe")),
        ("metadata", json!([])),
    ] {
        assert_eq!(fields(with(&ada(), field, value)), [field]);
    }
    let address = with(&ada()["address"], "country", "XX");
    assert_eq!(fields(with(&ada(), "address", address)), ["address.country"]);
    assert_eq!(
        fields(with(&ada(), "address", json!({"region": "CA-QC", "country": "US"}))),
        ["address.line1", "address.city", "address.postalCode", "address.region"]
    );
    assert_eq!(fields(with(&ada(), "id", "another")), ["id"], "two names for one field");
    assert_eq!(fields(json!({})), ["email"]);
    let theirs = other.post("/customers", &ada()).made();
    for id in [text(&theirs["id"]), "user 12 %", "cus_1", NOBODY, &"x".repeat(255)] {
        for (method, path) in [
            ("GET", path(id)),
            ("PATCH", path(id)),
            ("GET", format!("{}/payment-methods", path(id))),
            ("POST", format!("{}/payment-methods/pm_1/default", path(id))),
        ] {
            let call = seller.call(method, &path);
            let call = if method == "PATCH" { call.json(&json!({})) } else { call };
            call.send().denied(404, "not_found_error", "customer_not_found");
        }
    }
    let made = seller.post("/customers", &ada()).made();
    let card = format!("{}/payment-methods/pm_1/default", path(text(&made["id"])));
    let card = seller.call("POST", &card).send();
    card.denied(404, "not_found_error", "payment_method_not_found");
    assert_eq!(seller.get(&format!("{}/payment-methods", path("user 12 %"))).told(), json!([]));
}

/// Hard case 19.
#[test]
fn hard_case_19_one_own_id_is_one_customer_however_many_ask_at_once() {
    let seller = Stack::get().seller_without_account("Crowded Seller");
    let body = |n: usize| json!({"email": format!("a{n}@example.com"), "externalId": "one"});
    let ids: Vec<(u16, Value)> = thread::scope(|scope| {
        let calls: Vec<_> = (0..8)
            .map(|n| {
                let (seller, body) = (&seller, body(n));
                scope.spawn(move || {
                    let answer = seller.post("/customers", &body);
                    (answer.status, answer.json()["data"]["id"].clone())
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert_eq!(ids.iter().filter(|(status, _)| *status == 201).count(), 1, "{ids:?}");
    assert!(ids.iter().all(|(_, id)| *id == ids[0].1), "{ids:?}");
    assert_eq!(seller.get("/customers").told().as_array().unwrap().len(), 1);
}

/// Hard case 21.
#[test]
fn hard_case_21_a_batch_keeps_each_of_its_items_on_its_own() {
    let seller = Stack::get().seller_without_account("Batch Seller");
    seller.post("/customers", &json!({"email": "known@example.com", "id": "known"})).made();
    let items: Vec<Value> = (0..100)
        .map(|n| match n {
            5 => json!({"email": "nonsense"}),
            50 => json!("no object"),
            99 => json!({"fullName": "Nobody"}),
            7 => json!({"email": "x@example.com", "externalId": "known"}),
            8 | 9 => json!({"email": "x@example.com", "externalId": "twice"}),
            n => json!({"email": format!("a{n}@example.com")}),
        })
        .collect();
    let body = json!({"customers": items});
    let done = seller.post_once("/customers/batch", "batch-1", &body).told();
    let list = |done: &Value, name: &str| done[name].as_array().unwrap().clone();
    assert_eq!(list(&done, "successful").len(), 97);
    let failed = list(&done, "failed");
    let places: Vec<_> = failed.iter().map(|one| one["index"].as_u64().unwrap()).collect();
    assert_eq!(places, [5, 50, 99]);
    assert_eq!(failed[0]["data"], items[5]);
    assert!(text(&failed[2]["error"]).contains("email"), "{failed:?}");
    let known = &list(&done, "successful")[6];
    assert_eq!(known["email"], "known@example.com");
    let again = seller.post_once("/customers/batch", "batch-1", &body);
    assert_eq!((again.told(), again.header("idempotent-replayed")), (done, Some("true")));
    let mut seen = 0;
    let mut next = "/customers?limit=60".to_owned();
    loop {
        let page = seller.get(&next).json();
        seen += page["data"].as_array().unwrap().len();
        let Some(cursor) = page.get("nextCursor") else { break };
        next = format!("/customers?limit=60&cursor={}", text(cursor));
    }
    assert_eq!(seen, 96, "95 new ones and the known one");
    for (body, field) in [(json!({}), "customers"), (json!({"customers": []}), "customers")] {
        let answer = seller.post("/customers/batch", &body);
        assert_eq!(answer.denied(400, "validation_error", "validation_error"), [field]);
    }
}

/// Hard cases 22 and 23.
#[test]
fn hard_case_22_and_23_strangers_and_returning_buyers() {
    let seller = Stack::get().seller("Returning Seller");
    let receiver = seller.listen(&["customer.created"]);
    let known = seller.post("/customers", &json!({"email": "ada@example.com"})).made();
    let pay = || {
        let payment = seller.payment();
        seller.page(&payment).pay_as("ada@example.com", "4242424242424242");
        seller.read(&payment)["customerId"].clone()
    };
    let (first, second) = (pay(), pay());
    assert_eq!(first, second, "the same address and the same card");
    assert_ne!(first, known["id"]);
    assert_eq!(seller.get(&path(text(&known["id"]))).told(), known);
    let made = seller.get(&path(text(&first))).told();
    assert_eq!((&made["email"], &made["externalId"]), (&json!("ada@example.com"), &Value::Null));
    let told = receiver.hear_of_customer("customer.created", &made, 60);
    assert_eq!(without(&told["data"], "sequence"), made);
    let listed = eventually("both of them are listed", 10, || {
        let listed = seller.get("/customers?email=ADA@example.com").told();
        (listed.as_array().unwrap().len() == 2).then_some(listed)
    });
    assert_eq!(listed[1]["id"], known["id"], "newest first");
}

/// Hard case 20: a slash in a path is the path's, whatever its spelling; elsewhere it is a letter.
#[test]
fn hard_case_20_own_ids_with_spaces_slashes_and_percent_signs_are_found() {
    let seller = Stack::get().seller("Spelling Seller");
    let own = "user 12/3 %";
    let made = seller.post("/customers", &json!({"email": "a@example.com", "id": own})).made();
    let body = json!({"amount": 100, "currency": "eur", "description": "x", "customerId": own});
    let payment = seller.post("/payments", &body).made();
    assert_eq!(payment["customerId"], made["id"]);
    let found = |path: &str| seller.get(&format!("{path}={}", encoded(own))).told();
    assert_eq!(found("/customers?externalId"), json!([made]));
    let spelled = format!("/customers/{}", encoded(own));
    assert!(spelled.contains("%2F"), "{spelled}");
    assert_eq!(seller.get(&spelled).told(), made);
    let renamed = seller.call("PATCH", &spelled).json(&json!({"fullName": "Ada"})).send().told();
    assert_eq!((&renamed["id"], &renamed["fullName"]), (&made["id"], &json!("Ada")));
    seller.get("/customers/user%2012%252F3%20%25").denied(
        404,
        "not_found_error",
        "customer_not_found",
    );
    let listed = eventually("its payment is listed", 10, || {
        let listed = found("/payments?customerId");
        (listed != json!([])).then_some(listed)
    });
    assert_eq!(listed, json!([payment]));
}

#[test]
fn customers_are_found_by_own_id_and_address() {
    let stack = Stack::get();
    let seller: Seller = stack.seller_without_account("Looking Seller");
    let made = seller.post("/customers", &ada()).made();
    let found = |query: &str| seller.get(&format!("/customers?{query}")).told();
    assert_eq!(found(&format!("externalId={}", encoded("user 12 %"))), json!([made]));
    assert_eq!(found("externalId=nobody"), json!([]));
    assert_eq!(found("externalId=nobody&email=ada@example.com"), json!([]));
    let by_address = eventually("it is listed by address", 10, || {
        let listed = found("email=ADA@EXAMPLE.COM");
        (listed != json!([])).then_some(listed)
    });
    assert_eq!(by_address, json!([made]));
    assert_eq!(found("email=nobody@example.com&unknown=1&unknown=2"), json!([]));
    let twice = seller.get("/customers?limit=1&limit=2");
    assert_eq!(twice.denied(400, "validation_error", "validation_error"), ["limit"]);
}
