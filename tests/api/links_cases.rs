//! Hard cases of managing links, each under its name.

use super::with;
use crate::stack::{Shop, Stack};
use serde_json::{Value, json};

const LINKS: &str = "/api/payment-links/";

fn body(shop: &Shop) -> Value {
    json!({"name": "Autumn", "products": [{"product_id": shop.product()}]})
}

fn refused(shop: &Shop, body: &Value, field: &str) -> Value {
    let told = shop.post(LINKS, body).told_off(400, "validation_error");
    assert!(told[field].is_array(), "{field}: {told}");
    told
}

#[test]
fn hard_case_10_an_end_has_its_time_and_zone_and_lies_ahead_when_a_link_is_made() {
    let shop = Stack::get().shop("Ending Shop");
    let link = body(&shop);
    let sentence = json!(["Say the time and the zone, such as 2026-12-31T23:59:59+01:00."]);
    for local in ["2026-12-31", "2026-12-31T23:59:59", "tomorrow"] {
        let told = refused(&shop, &with(&link, "expires_at", local), "expires_at");
        assert_eq!(told["expires_at"], sentence, "{local}");
    }
    let leap = refused(&shop, &with(&link, "expires_at", "2026-12-31T23:59:60Z"), "expires_at");
    assert_eq!(leap["expires_at"], json!(["Has a leap second: seconds go from 00 to 59."]));
    for when in ["2020-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
        refused(&shop, &with(&link, "expires_at", when), "expires_at");
    }
    // The hour that happens twice: an instant, since its zone stands with it.
    for (zoned, utc) in [
        ("2030-10-27T02:30:00+02:00", "2030-10-27T00:30:00Z"),
        ("2030-10-27T02:30:00+01:00", "2030-10-27T01:30:00Z"),
    ] {
        let made = shop.post(LINKS, &with(&link, "expires_at", zoned)).shown(201);
        assert_eq!(made["expires_at"], utc);
    }
}

#[test]
fn hard_case_18_quantities_are_whole_numbers_in_any_form_of_a_number() {
    let shop = Stack::get().shop("Counting Shop");
    let product = shop.product();
    let post = |quantity: &str| {
        let text = format!(
            r#"{{"name":"x","products":[{{"product_id":"{product}","quantity":{quantity}}}]}}"#
        );
        shop.call("POST", LINKS).text("application/json", &text).send()
    };
    for one in ["1.0", "1", "1e0", "10e-1"] {
        assert_eq!(post(one).shown(201)["products"][0]["quantity"], 1, "{one}");
    }
    for broken in ["\"2\"", "0", "-1", "\"1e3\"", "true", "1.5", "1000000"] {
        let told = post(broken).told_off(400, "validation_error");
        assert!(told["products"][0]["quantity"].is_array(), "{broken}: {told}");
    }
}

#[test]
fn hard_case_17_one_product_is_one_line_and_its_choice_is_said_once() {
    let shop = Stack::get().shop("Merging Shop");
    let product = shop.product();
    let lines = |first: Value, second: Value| {
        let line = |more: Value| {
            let line = json!({"product_id": product});
            more.as_object().unwrap().iter().fold(line, |line, (k, v)| with(&line, k, v.clone()))
        };
        json!({"name": "x", "products": [line(first), line(second)]})
    };
    let merged =
        shop.post(LINKS, &lines(json!({"quantity": 2}), json!({"quantity": 3}))).shown(201);
    assert_eq!(merged["products"].as_array().unwrap().len(), 1);
    assert_eq!(merged["products"][0]["quantity"], 5);
    let many = lines(json!({"quantity": 600_000}), json!({"quantity": 600_000}));
    let told = refused(&shop, &many, "products");
    assert!(told["products"][1]["quantity"].is_array(), "{told}");
    let range = json!({"adjustable_quantity": {"minimum": 1, "maximum": 4}});
    let told = refused(&shop, &lines(range, json!({})), "products");
    assert!(told["products"][1]["adjustable_quantity"].is_array(), "{told}");
}

#[test]
fn hard_case_25_and_26_names_may_be_any_text_and_metadata_comes_back_digit_for_digit() {
    let shop = Stack::get().shop("Naming Shop");
    let link = body(&shop);
    for name in [
        "<script>alert(1)</script>".to_owned(),
        "\u{1F600}".repeat(120),
        "\u{202E}drawkcab \u{5E9}\u{5DC}\u{5D5}\u{5DD}".to_owned(),
    ] {
        let made = shop.post(LINKS, &with(&link, "name", &*name)).shown(201);
        assert_eq!(made["name"], name);
        let seen = shop.preview(made["uuid"].as_str().unwrap());
        assert!(!seen.body.contains(&name), "no buyer sees it");
    }
    refused(&shop, &with(&link, "name", "\u{1F600}".repeat(121)), "name");
    refused(&shop, &with(&link, "name", "   "), "name");
    refused(&shop, &with(&link, "name", "a\u{0}b"), "name");
    let raw = |metadata: &str| {
        let text = with(&link, "metadata", "HERE").to_string().replace("\"HERE\"", metadata);
        shop.call("POST", LINKS).text("application/json", &text).send()
    };
    for broken in [r#"{"a":"\ud83d"}"#, r#"{"a":"\u0000"}"#, "[]", "1"] {
        raw(broken).told_off(400, "validation_error");
    }
    let exact = raw(r#"{"n":1234567890123456789,"d":1.10}"#);
    exact.shown(201);
    assert!(exact.body.contains("1234567890123456789") && exact.body.contains("1.10"));
}

#[test]
fn hard_case_41_addresses_lead_nowhere_dangerous() {
    let shop = Stack::get().shop("Address Shop");
    let link = body(&shop);
    let long = format!("https://shop.example/{}", "a".repeat(2_028));
    assert_eq!(long.len(), 2_049);
    for url in
        ["javascript:alert(1)", "data:text/html,x", "https://a:b@shop.example/", "//evil", &*long]
    {
        refused(&shop, &with(&link, "success_url", url), "success_url");
    }
    let fine = with(&link, "success_url", "https://shop.example/thanks?a=b");
    shop.post(LINKS, &fine).shown(201);
}

#[test]
fn hard_case_15_frozen_lines_are_what_they_were_whatever_happens_to_the_product() {
    let shop = Stack::get().shop("Frozen Shop");
    let made = shop.post(LINKS, &body(&shop)).shown(201);
    let product = made["products"][0]["product_id"].as_str().unwrap();
    let path = format!("/api/products/{product}/");
    let dearer = json!({"name": "Other", "prices": {"USD": "999.00"}, "tax_code": "exempt"});
    shop.call("PATCH", &path).json(&dearer).send().shown(200);
    shop.call("DELETE", &path).send();
    let link = format!("{LINKS}{}/", made["uuid"].as_str().unwrap());
    assert_eq!(shop.get(&link).shown(200)["products"], made["products"]);
    let seen = shop.preview(made["uuid"].as_str().unwrap()).shown(200);
    assert_eq!(
        (&seen["subtotal"], &seen["products"][0]["name"]),
        (&json!("120.00"), &json!("Workshop seat"))
    );
    let clone = shop.post(&format!("{link}clone/"), &json!({})).shown(201);
    assert_eq!(clone["products"], made["products"]);
    let stale = shop.post(&format!("{link}clone/"), &json!({"refresh_snapshot": true}));
    let told = stale.told_off(400, "validation_error");
    assert!(told["products"][0]["product_id"].is_array(), "{told}");
}

#[test]
fn a_line_without_a_price_in_the_links_currency_is_named() {
    let shop = Stack::get().shop("Currency Shop");
    let dollars = json!({"name": "Only dollars", "prices": {"USD": "5.00"}});
    let only = shop.post("/api/products/", &dollars).shown(201)["id"].clone();
    let both = json!({"product_id": shop.product()});
    let lines = json!([both, {"product_id": only}]);
    let euro = json!({"name": "x", "products": lines, "currency": "EUR"});
    let told = refused(&shop, &euro, "products");
    assert_eq!(told["products"][0], json!({}));
    assert_eq!(told["products"][1]["product_id"], json!(["Has no price in EUR."]));
    let made = shop.post(LINKS, &with(&euro, "currency", "usd")).shown(201);
    assert_eq!(made["currencies"], json!(["USD"]));
}

#[test]
fn uses_of_a_link_cannot_be_hoarded_by_open_challenges() {
    let shop = Stack::get().shop("Hoarded Shop");
    let uuid = shop.link(Some(30));
    let ask = || {
        let checkout = shop.start(&uuid, &Shop::buyer()).shown(201);
        shop.page(&checkout).pay("4000000000003220")
    };
    for _ in 0..2 {
        assert_eq!(ask()["status"], "requires_action");
    }
    let third = ask();
    assert_ne!(third["status"], "requires_action", "given up: {third}");
    let seen = shop.get(&format!("/api/payment-links/{uuid}/")).shown(200);
    assert_eq!(seen["in_progress"], 2, "its use is free again");
}
