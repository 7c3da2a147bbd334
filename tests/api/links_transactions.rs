//! Transactions of the links surface: how they are started by servers, listed, read and called off.

use super::with;
use crate::stack::{Answer, Shop, Stack, eventually};
use serde_json::{Value, json};

const LIST: &str = "/api/transactions/";

/// A server of a shop, with a key that may do this.
struct Server<'a> {
    shop: &'a Shop,
    key: String,
}

impl<'a> Server<'a> {
    fn of(shop: &'a Shop, scopes: &[&str]) -> Self {
        let body = json!({"name": "Server", "scopes": scopes});
        let key = shop.post("/api/organization/api-keys/", &body).shown(201);
        Self { shop, key: key["raw_key"].as_str().unwrap().to_owned() }
    }

    fn get(&self, path: &str) -> Answer {
        Stack::get().anonymous("GET", path).header("api-key", &self.key).send()
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        let header = format!("Api-Key {}", self.key);
        Stack::get().anonymous("POST", path).header("authorization", &header).json(body).send()
    }

    fn checkout(&self) -> Value {
        let lines = json!([{"id": self.shop.product(), "quantity": 2}, {"name": "Gift wrap", "unit_price": "4.50"}]);
        let body = with(&Shop::buyer(), "products", lines);
        with(&body, "client_reference", "order-77")
    }
}

/// The ids of a list, once it has this many.
fn listed(shop: &Shop, query: &str, count: usize) -> Vec<String> {
    eventually(&format!("{count} transactions for {query:?}"), 20, || {
        let seen = shop.get(&format!("{LIST}{query}")).shown(200);
        let results = seen["results"].as_array().unwrap();
        let ids = results.iter().map(|one| one["id"].as_str().unwrap().to_owned());
        (results.len() == count).then(|| ids.collect())
    })
}

fn paid(shop: &Shop, uuid: &str) -> Value {
    let checkout = shop.start(uuid, &Shop::buyer()).shown(201);
    let page = shop.page(&checkout);
    page.pay("4000000000009995");
    page.pay("4242424242424242");
    checkout
}

#[test]
fn a_transaction_tells_what_was_bought_by_whom_and_each_try() {
    let shop = Stack::get().shop("Telling Shop");
    let uuid = shop.link(Some(3));
    let checkout = paid(&shop, &uuid);
    let id = checkout["transaction_id"].as_str().unwrap();
    let seen = shop.get(&format!("{LIST}{id}/")).shown(200);
    for (field, value) in [
        ("id", json!(id)),
        ("order_id", checkout["order_id"].clone()),
        ("origin", json!("links")),
        ("status", json!("paid")),
        ("payment_link_id", json!(uuid)),
        ("amount", json!("120.00")),
        ("net_amount", json!("120.00")),
        ("refundable_amount", json!("120.00")),
        ("refunded_amount", json!("0.00")),
        ("currency", json!("USD")),
        ("payer_email", json!("ada@example.com")),
        ("failure_code", Value::Null),
        ("test_mode", json!(true)),
        ("metadata", json!({})),
    ] {
        assert_eq!(seen[field], value, "{field}: {seen}");
    }
    assert_eq!(seen["payer"]["first_name"], "Ada");
    assert_eq!(seen["products"][0]["line_total"], "120.00");
    assert_eq!(seen["payment_method"]["last4"], "4242");
    let attempts = seen["depositAttempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 2, "newest first, whole: {seen}");
    assert_eq!(
        (&attempts[0]["status"], &attempts[0]["errorCode"]),
        (&json!("succeeded"), &Value::Null)
    );
    assert_eq!(attempts[1]["status"], "requires_payment_method");
    assert_eq!(attempts[1]["errorCode"], "insufficient_funds");
    assert!(attempts[1]["errorMessage"].as_str().unwrap().ends_with('.'));
    // By its order too, in any case.
    let order = checkout["order_id"].as_str().unwrap().to_lowercase();
    assert_eq!(shop.get(&format!("{LIST}{order}")).shown(200)["id"], id);
    let stranger = Stack::get().shop("Strange Shop");
    for unknown in [id, "TX0", "nothing"] {
        stranger.get(&format!("{LIST}{unknown}/")).told_off(404, "transaction_not_found");
    }
}

#[test]
fn sessions_that_nobody_tried_stay_out_of_the_list() {
    let shop = Stack::get().shop("Listing Shop");
    let (one, other) = (shop.link(None), shop.link(None));
    let first = paid(&shop, &one);
    shop.start(&one, &Shop::buyer()).shown(201);
    let declined = shop.start(&other, &Shop::buyer()).shown(201);
    shop.page(&declined).pay("4000000000000002");
    let both = [&declined, &first].map(|made| made["transaction_id"].as_str().unwrap().to_owned());
    assert_eq!(listed(&shop, "", 2), both, "newest first");
    assert_eq!(listed(&shop, "?status=paid", 1), both[1..]);
    assert_eq!(listed(&shop, &format!("?payment_link_id={other}"), 1), both[..1]);
    assert_eq!(listed(&shop, "?search=0002", 1), both[..1]);
    assert_eq!(listed(&shop, "?search=ADA@example.com", 2), both);
    assert_eq!(listed(&shop, "?min_amount=120.01", 0), Vec::<String>::new());
    assert_eq!(listed(&shop, "?min_amount=120.0&max_amount=120", 2), both);
    let told = shop.get(&format!("{LIST}?from=2026-12-31")).told_off(400, "validation_error");
    let asked = "Say the time and the zone, such as 2026-12-31T23:59:59+01:00.";
    assert_eq!(told["from"], json!([asked]));
    assert_eq!(listed(&shop, "?origin=api", 0), Vec::<String>::new());
    let page = shop.get(&format!("{LIST}?limit=1")).shown(200);
    assert_eq!(page["results"][0]["id"], both[0]);
    let next = page["next"].as_str().unwrap();
    let rest = next.split_once("/api/").map(|(_, rest)| format!("/api/{rest}")).unwrap();
    let second = shop.get(&rest).shown(200);
    assert_eq!((&second["results"][0]["id"], &second["next"]), (&json!(both[1]), &Value::Null));
    // Payments of a link: those that somebody tried.
    let of_link = eventually("the link's payments", 20, || {
        let seen = shop.get(&format!("/api/payment-links/{one}/payments/")).shown(200);
        (seen["results"].as_array().unwrap().len() == 1).then_some(seen)
    });
    assert_eq!(of_link["results"][0]["id"], both[1]);
    let cursor = page["next_cursor"].as_str().unwrap();
    let wrong = format!("{LIST}?limit=1&status=paid&cursor={cursor}");
    shop.get(&wrong).told_off(400, "validation_error");
    for bad in ["?status=maybe", "?from=2026-01-01", "?limit=0", "?color=red", "?origin=web"] {
        shop.get(&format!("{LIST}{bad}")).told_off(400, "validation_error");
    }
}

#[test]
fn a_server_makes_a_checkout_that_is_listed_at_once_and_paid_on_the_page() {
    let shop = Stack::get().shop("Server Shop");
    let server = Server::of(&shop, &["checkout:create", "payments:read"]);
    let body = server.checkout();
    let made = server.post("/api/checkout/create/", &body).shown(201);
    assert_eq!((&made["payment_link_id"], &made["total"]), (&Value::Null, &json!("244.50")));
    let id = made["transaction_id"].as_str().unwrap();
    let seen = server.get(&format!("{LIST}{id}/")).shown(200);
    assert_eq!((&seen["status"], &seen["origin"]), (&json!("processing"), &json!("api")));
    assert_eq!(seen["client_reference"], "order-77");
    assert_eq!(seen["products"][1]["product_id"], Value::Null);
    assert_eq!(listed(&shop, "?search=order-77", 1), [id]);
    let left = with(
        &with(&body, "cancelUrl", "https://shop.example/no"),
        "successUrl",
        "https://shop.example/yes",
    );
    let left = server.post("/api/checkout/create/", &left).shown(201);
    let order = left["order_id"].as_str().unwrap();
    let page = shop.page(&left).open().body;
    assert!(
        page.contains(&format!("https://shop.example/no?order_id={order}&#38;status=canceled"))
    );
    let done = shop.page(&left).pay("4242424242424242");
    assert_eq!(
        done["return_url"],
        format!("https://shop.example/yes?order_id={order}&status=paid")
    );
    shop.page(&made).pay("4242424242424242");
    assert_eq!(server.get(&format!("{LIST}{id}/")).shown(200)["status"], "paid");
    let refused =
        |body: Value| server.post("/api/checkout/create/", &body).told_off(400, "validation_error");
    let lines = json!([{"id": "prod_0"}, {"name": "Wrap"}, {"id": shop.product(), "name": "Both", "unit_price": "1.00"}, {}]);
    let told = refused(with(&body, "products", lines));
    for (at, field) in [(0, "id"), (1, "unit_price"), (2, "id"), (3, "id")] {
        assert!(told["products"][at][field][0].is_string(), "{at}: {told}");
    }
    let line = json!([{"name": "Wrap", "unit_price": "5.00", "tax_code": "exemt"}]);
    let told = refused(with(&body, "products", line));
    assert!(told["products"][0]["tax_code"][0].is_string(), "{told}");
    assert!(refused(with(&body, "products", json!([])))["products"][0].is_string());
    assert!(refused(with(&body, "expires_in", 299))["expires_in"][0].is_string());
    let tiny = refused(with(&body, "products", json!([{"name": "Pin", "unit_price": "0.30"}])));
    assert_eq!(
        tiny["non_field_errors"],
        json!(["The total 0.30 USD is below the minimum of 0.50 USD."]),
        "hard case 20"
    );
    Server::of(&shop, &["payments:read"])
        .post("/api/checkout/create/", &body)
        .told_off(403, "scope_missing");
}

#[test]
fn a_transaction_is_called_off_while_no_card_is_charged() {
    let shop = Stack::get().shop("Calling Off Shop");
    let server = Server::of(&shop, &[]);
    let made = server.post("/api/checkout/create/", &server.checkout()).shown(201);
    let path = format!("{LIST}{}/cancel/", made["transaction_id"].as_str().unwrap());
    for _ in 0..2 {
        let over = server.post(&path, &json!({})).shown(200);
        assert_eq!(
            (&over["status"], &over["failure_code"]),
            (&json!("canceled"), &json!("canceled"))
        );
    }
    let page = shop.page(&made).open();
    assert_eq!(page.status, 410);
    let uuid = shop.link(None);
    let done = paid(&shop, &uuid);
    let path = format!("{LIST}{}/cancel/", done["transaction_id"].as_str().unwrap());
    shop.post(&path, &json!({})).told_off(409, "not_cancelable");
}

#[test]
fn hard_case_52_a_receiver_that_reads_inside_its_handler_sees_what_the_event_says() {
    let shop = Stack::get().shop("Reading Shop");
    let receiver = shop.listen(&[]);
    let uuid = shop.link(None);
    let checkout = paid(&shop, &uuid);
    let told = receiver.hear_status(&checkout["transaction_id"], "paid", 60);
    let path = format!("{LIST}{}/", told["transaction_id"].as_str().unwrap());
    let seen = shop.get(&path).shown(200);
    assert_eq!((&seen["status"], &seen["amount"]), (&told["status"], &told["amount"]));
}

#[test]
fn hard_case_45_a_table_has_numbers_as_numbers_and_no_formulas() {
    let shop = Stack::get().shop("Exporting Shop");
    let server = Server::of(&shop, &["checkout:create"]);
    let body = with(&server.checkout(), "billing_first_name", "=HYPERLINK(1)");
    let body = with(&body, "billing_last_name", "Ben \"B\"; \u{5e9}");
    let made = server.post("/api/checkout/create/", &body).shown(201);
    shop.page(&made).pay("4000000000000002");
    let id = made["transaction_id"].as_str().unwrap();
    listed(&shop, "?origin=api", 1);
    let table = shop.get("/api/transactions/export/?separator=semicolon");
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
    let lines: Vec<&str> = table.body.split("\r\n").collect();
    assert!(lines[0].starts_with("\u{feff}\"transaction_id\";\"order_id\""), "{}", lines[0]);
    assert!(lines[1].starts_with(&format!("\"{id}\"")) && lines[2].is_empty(), "{}", table.body);
    for cell in ["'=HYPERLINK(1) Ben \"\"B\"\"; \u{5e9}", "244.50", "card_declined", "api"] {
        assert!(lines[1].contains(&format!("\"{cell}\"")), "{cell}: {}", lines[1]);
    }
    let uuid = shop.link(None);
    paid(&shop, &uuid);
    let of_link = eventually("the link's table", 20, || {
        let table = shop.get(&format!("/api/payment-links/{uuid}/payments/export/"));
        table.body.contains("\"paid\"").then_some(table.body)
    });
    assert!(of_link.contains("\"Autumn\"") && of_link.matches("\r\n").count() == 2, "{of_link}");
    shop.get("/api/transactions/export/?limit=5").told_off(400, "validation_error");
}
