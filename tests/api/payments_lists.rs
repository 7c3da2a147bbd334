//! Lists of payments, and calling payments off.

use crate::stack::{NOBODY, Stack, eventually};
use serde_json::{Value, json};

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| text(&one["id"]).to_owned()).collect()
}

/// Hard case 62.
#[test]
fn hard_case_62_payments_are_listed_page_by_page_and_by_customer() {
    let stack = Stack::get();
    let seller = stack.seller("Listing Seller");
    let customer =
        seller.post("/customers", &json!({"email": "a@example.com", "externalId": "me"})).made();
    let body = |customer: Option<&str>| json!({"amount": 100, "currency": "eur", "description": "x", "customerId": customer});
    let theirs = seller.post("/payments", &body(Some("me"))).made();
    assert_eq!(theirs["customerId"], customer["id"]);
    let mut made = vec![text(&theirs["id"]).to_owned()];
    for _ in 0..4 {
        made.push(text(&seller.post("/payments", &body(None)).made()["id"]).to_owned());
    }
    made.reverse();
    let all = eventually("all payments are listed", 10, || {
        let listed = seller.get("/payments").told();
        (listed.as_array().unwrap().len() == 5).then_some(listed)
    });
    assert_eq!(ids(&all), made);
    assert_eq!(all[4], seller.read(&theirs), "a list shows what GET shows");
    let first = seller.get("/payments?limit=2").json();
    let cursor = text(&first["nextCursor"]).to_owned();
    let second = seller.get(&format!("/payments?limit=2&cursor={cursor}")).json();
    let last = seller.get(&format!("/payments?limit=2&cursor={}", text(&second["nextCursor"])));
    let last = last.json();
    let seen = [ids(&first["data"]), ids(&second["data"]), ids(&last["data"])].concat();
    assert_eq!((seen, &last["hasMore"]), (made.clone(), &json!(false)));
    for named in ["me", text(&customer["id"])] {
        let listed = seller.get(&format!("/payments?limit=1&customerId={named}")).json();
        assert_eq!(ids(&listed["data"]), [text(&theirs["id"])]);
        assert_eq!(listed["hasMore"], false);
    }
    for nobody in ["nobody", "cus_1", &format!("cus_{}", NOBODY.replace('-', ""))] {
        let listed = seller.get(&format!("/payments?customerId={nobody}")).told();
        assert_eq!(listed, json!([]), "{nobody}");
    }
    let older = seller.get(&format!("/payments?cursor={}", text(&all[1]["createdAt"]))).told();
    assert_eq!(ids(&older), made[2..], "a time is a cursor");
    // A cursor is good for its own list only.
    let other = stack.seller("Other Listing Seller");
    for answer in [
        other.get(&format!("/payments?cursor={cursor}")),
        seller.get(&format!("/payments?customerId=me&cursor={cursor}")),
        seller.get(&format!("/customers?cursor={cursor}")),
        seller.get(&format!("/payments?cursor={}", &cursor[..cursor.len() - 1])),
    ] {
        assert_eq!(answer.denied(400, "validation_error", "validation_error"), ["cursor"]);
    }
    assert_eq!(other.get("/payments").told(), json!([]));
}

/// Hard case 7, and a page that says so.
#[test]
fn hard_case_7_a_payment_is_called_off_once() {
    let seller = Stack::get().seller("Calling Seller");
    let receiver = seller.listen(&["payment_link.canceled"]);
    let payment = seller.payment();
    let path = format!("/payments/{}/cancel", text(&payment["id"]));
    let first = seller.call("POST", &path).header("idempotency-key", "off").send();
    let off = first.told();
    assert_eq!(
        (&off["status"], &off["cancellationReason"], &off["url"]),
        (&json!("canceled"), &json!("requested"), &payment["url"])
    );
    assert_eq!(off["canceledAt"], off["updatedAt"]);
    assert_eq!(seller.read(&payment), off);
    let again = seller.call("POST", &path).header("idempotency-key", "off").send();
    assert_eq!((again.told(), again.header("idempotent-replayed")), (off.clone(), Some("true")));
    for call in [
        seller.call("POST", &path),
        seller.call("POST", &path).json(&json!({})),
        seller.call("POST", &path).text("text/plain", "{}"),
    ] {
        assert_eq!(call.send().told(), off, "a second time changes nothing");
    }
    let bad = seller.call("POST", &path).text("application/json", "[]").send();
    bad.denied(400, "validation_error", "invalid_json");
    let told = receiver.hear("payment_link.canceled", &payment, 60);
    assert_eq!(told["data"]["cancellationReason"], "requested");
    assert_eq!(receiver.told_of(&payment).len(), 1);
    let page = seller.page(&payment).open();
    assert_eq!(page.status, 410);
    let unknown = seller.call("POST", "/payments/pay_1/cancel").send();
    unknown.denied(404, "not_found_error", "payment_not_found");
}

#[test]
fn hard_case_7_a_declined_payment_can_be_called_off_and_a_paid_one_cannot() {
    let seller = Stack::get().seller("Firm Seller");
    let cancel = |payment: &Value| {
        seller.call("POST", &format!("/payments/{}/cancel", text(&payment["id"]))).send()
    };
    let declined = seller.payment();
    seller.page(&declined).pay_as("ada@example.com", "4000000000000002");
    assert_eq!(seller.read(&declined)["status"], "failed");
    assert_eq!(cancel(&declined).told()["status"], "canceled");
    let paid = seller.payment();
    seller.page(&paid).pay_as("ada@example.com", "4242424242424242");
    let refused = cancel(&paid);
    refused.denied(409, "conflict_error", "payment_not_cancelable");
    assert_eq!(refused.json()["error"]["details"], json!({"status": "succeeded"}));
    assert_eq!(seller.read(&paid)["status"], "succeeded");
}

/// The header is judged after what cannot be read, and before the fields.
#[test]
fn refusals_come_in_their_order() {
    let seller = Stack::get().seller("Orderly Seller");
    let call = |path: &str, key: &str| seller.call("POST", path).header("idempotency-key", key);
    let long = "k".repeat(256);
    let unread = call("/customers", &long).text("application/json", "{").send();
    unread.denied(400, "validation_error", "invalid_json");
    let header = call("/customers", &long).json(&json!({"email": "x"})).send();
    assert_eq!(header.denied(400, "validation_error", "validation_error"), ["Idempotency-Key"]);
    let field = call("/customers", "k").json(&json!({"email": "x"})).send();
    assert_eq!(field.denied(400, "validation_error", "validation_error"), ["email"]);
    // A refusal leaves the key free; an answer keeps it, whatever else is asked for with it.
    call("/customers", "k").json(&json!({"email": "x@example.com"})).send().made();
    let other = call("/customers", "k").json(&json!({"email": "y@example.com"})).send();
    assert_eq!(other.denied(409, "conflict_error", "idempotency_key_mismatch"), ["email"]);
    // The same key on another route is another one.
    call("/payments/pay_1/cancel", "k").send().denied(404, "not_found_error", "payment_not_found");
}

/// Hard case 64.
#[test]
fn hard_case_10_and_64_looking_writes_nothing_and_is_never_counted() {
    let stack = Stack::get();
    let seller = stack.seller("Looked At Seller");
    let payment = seller.payment();
    let path = format!("/payments/{}", text(&payment["id"]));
    seller.get(&path).told();
    let before = stack.quiet_items_about(&seller.tenant);
    for _ in 0..10 {
        for path in [path.as_str(), "/payments", "/customers", "/api-keys"] {
            seller.get(path).told();
        }
    }
    assert_eq!(stack.quiet_items_about(&seller.tenant), before);
}
