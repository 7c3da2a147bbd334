//! `POST /v1/platform/card/payment-link`.

use super::{Bad, broken_bodies, not_texts, refuses, refuses_other_media, spelled, with, without};
use crate::stack::{NOBODY, Stack, Tenant, text_of};
use serde_json::{Value, json};
use shared::{app::clock, model::Time};

const PATH: &str = "/v1/platform/card/payment-link";

/// A tenant with a user who can pay, and a good request.
fn shop(name: &str) -> (Tenant, Value) {
    let tenant = Stack::get().tenant(name);
    let body = json!({"user_id": tenant.payer().user, "amount": "12.50"});
    (tenant, body)
}

#[test]
fn a_link_is_an_opaque_address_with_a_pending_payment_in_the_listings_at_once() {
    let stack = Stack::get();
    let (tenant, body) = shop("Link Shop");
    let body = with(&body, "metadata", json!({"order": 17, "exact": 0.1}));
    let answer = tenant.post(PATH, &body);
    let data = answer.ok();
    assert_eq!(data.as_object().unwrap().len(), 3, "{data}");
    let before = clock::now();
    let link = tenant.link(&body);
    let pages = format!("{}/pay/", stack.fact("BASE_URL"));
    assert!(link.pay_url.starts_with(&pages), "{}", link.pay_url);
    assert!(link.token().len() >= 40, "{}", link.token());
    for known in [&link.id, &tenant.id, "simulator"] {
        assert!(!link.pay_url.contains(known), "{} names {known}", link.pay_url);
    }
    assert!(!answer.body.contains("simulator"), "{}", answer.body);
    assert!(link.expires_at.ends_with('Z'));
    // Ten minutes from when it was made, to the second.
    let ends = Time::parse(&link.expires_at).unwrap();
    assert!(ends >= before.plus_seconds(599) && ends <= clock::now().plus_seconds(600), "{ends:?}");
    let payment = tenant.payment(&link);
    for (name, value) in [
        ("payment_intent_id", json!(link.id)),
        ("status", json!("pending")),
        ("intent_type", json!("card_link")),
        ("user_id", body["user_id"].clone()),
        ("amount", json!("12.50")),
        ("currency", json!("USD")),
        ("metadata", body["metadata"].clone()),
        ("card", Value::Null),
        ("failure_reason", Value::Null),
        ("wallet_id", Value::Null),
        ("expires_at", json!(link.expires_at)),
    ] {
        assert_eq!(payment[name], value, "{name}");
    }
    let listed = tenant.get("/v1/platform/payments").ok();
    assert_eq!(listed[0], payment);
    assert_eq!(listed[1]["payment_intent_id"], data["payment_intent_id"]);
}

#[test]
fn amounts_are_read_exactly_as_numbers_and_as_texts() {
    let (tenant, body) = shop("Exact Shop");
    for (amount, currency, read) in [
        ("12.50", "USD", "12.50"),
        ("\"12.50\"", "USD", "12.50"),
        ("12.5", "usd", "12.50"),
        ("\"12.500\"", "USD", "12.50"),
        ("0.01", "Usd", "0.01"),
        ("1", "USD", "1.00"),
        ("10000", "USD", "10000.00"),
        ("0.1", "EUR", "0.10"),
        ("1.10", "EUR", "1.10"),
        ("4.35", "EUR", "4.35"),
        ("435e-2", "EUR", "4.35"),
        ("1E+1", "EUR", "10.00"),
        ("1000", "JPY", "1000"),
        ("\"1\"", "JPY", "1"),
        ("1.234", "KWD", "1.234"),
        ("90071992547409.91", "EUR", "90071992547409.91"),
    ] {
        let text = spelled(&with(&body, "currency", currency), "amount", amount);
        let made = tenant.call("POST", PATH).text("application/json", &text).send().ok();
        let id = made["payment_intent_id"].as_str().unwrap();
        let payment = tenant.get(&format!("/v1/platform/payments/{id}")).ok();
        assert_eq!(payment["amount"], read, "{amount} {currency}");
        assert_eq!(payment["currency"], currency.to_uppercase(), "{amount} {currency}");
    }
}

#[test]
fn broken_amounts_are_refused_and_nothing_is_written() {
    let (tenant, body) = shop("Amount Shop");
    let refused = |currency: &str, amount: &str| {
        let text = spelled(&with(&body, "currency", currency), "amount", amount);
        Bad::fields(&format!("{amount} {currency}"), text, &["amount"])
    };
    let mut bad: Vec<Bad> = [
        "0",
        "-0",
        "0.0",
        "\"0.00\"",
        "-1",
        "\"-1\"",
        "-0.01",
        "0.001",
        "1e400",
        "1e-3",
        "12.505",
        "\"12.505\"",
        "\"\"",
        "\" \"",
        "\" 12.50\"",
        "\"12.50 \"",
        "\"+1\"",
        "\"12,50\"",
        "\"1,000.00\"",
        "\"$1\"",
        "\"1.\"",
        "\".5\"",
        "\"1.2.3\"",
        "\"1-2\"",
        "\"0x10\"",
        "\"NaN\"",
        "\"Infinity\"",
        "\"١٢\"",
        "\"12.50\\u0000\"",
        "true",
        "[]",
        "{}",
        "[12.50]",
        "null",
        "10000.01",
        "\"10000.01\"",
    ]
    .map(|amount| refused("USD", amount))
    .into();
    let digits = "9".repeat(400);
    bad.push(refused("USD", &digits));
    bad.push(refused("USD", &format!("\"{digits}\"")));
    bad.push(refused("USD", &format!("0.{digits}")));
    bad.push(refused("USD", "99999999999999999999"));
    for (currency, amount) in [
        ("JPY", "1.5"),
        ("JPY", "\"1.5\""),
        ("JPY", "0.9"),
        ("KWD", "1.2345"),
        ("EUR", "90071992547409.92"),
        ("EUR", "9007199254740993"),
    ] {
        bad.push(refused(currency, amount));
    }
    let number = spelled(&body, "amount", "NaN");
    bad.push(Bad::of("NaN is no JSON", number, 400, "invalid_json"));
    bad.push(Bad::fields("missing", without(&body, "amount"), &["amount"]));
    refuses(Stack::get(), &tenant, PATH, &bad);
}

/// Everything that can be wrong with one field besides the amount.
fn broken_fields(body: &Value) -> Vec<Bad> {
    let mut bad = Vec::new();
    let mut refuse = |field: &str, value: Value| {
        let what = format!("{field}: {value}");
        bad.push(Bad::fields(&what, with(body, field, value), &[field]));
    };
    for field in ["user_id", "currency", "card_processing_id", "return_url", "idempotency_key"] {
        not_texts().into_iter().for_each(|value| refuse(field, value));
        refuse(field, json!(""));
    }
    refuse("user_id", Value::Null);
    for field in ["user_id", "card_processing_id"] {
        for id in
            ["x", "0193a0a000007000800000000000dead", "{0193a0a0-0000-7000-8000-00000000dead}"]
        {
            refuse(field, json!(id));
        }
        refuse(field, json!("9".repeat(5000)));
    }
    for currency in ["US", "USDX", "ZZZ", "XXX", "$", "U\u{2009}D", "840", "usd "] {
        refuse("currency", json!(currency));
    }
    for seconds in [json!(59), json!(86_401), json!(0), json!(-600), json!("600"), json!(600.5)] {
        refuse("expires_in", seconds);
    }
    for other in [json!(true), json!([600]), json!({}), json!(u64::MAX)] {
        refuse("expires_in", other);
    }
    for metadata in [json!("x"), json!([]), json!(5), json!(false)] {
        refuse("metadata", metadata);
    }
    refuse("metadata", json!({"x": "y".repeat(4096)}));
    refuse("metadata", json!({"a": {"b": {"c": {"d": {"e": {}}}}}}));
    refuse("metadata", json!({"a": "NUL \u{0}"}));
    for url in [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://shop.example/",
        "//shop.example",
        "/done",
        "https://",
        "https:///done",
        "https://user@shop.example/",
        "https://shop.example/\"x",
        "https://shop.example/a b",
        "shop.example",
        "https://shop.example/\u{e9}",
    ] {
        refuse("return_url", json!(url));
    }
    refuse("return_url", json!(format!("https://shop.example/{}", "x".repeat(2048))));
    for key in ["  ", "a\u{0}b", "a\nb"] {
        refuse("idempotency_key", json!(key));
    }
    refuse("idempotency_key", json!("k".repeat(121)));
    for unknown in ["amout", "userId", "product_id", "wallet_id", "Amount", ""] {
        refuse(unknown, json!("1"));
    }
    bad
}

#[test]
fn every_broken_field_is_refused_by_name_and_nothing_is_written() {
    let (tenant, body) = shop("Strict Shop");
    let mut bad = broken_fields(&body);
    bad.extend(broken_bodies(&body));
    bad.push(Bad::fields("missing", without(&body, "user_id"), &["user_id"]));
    bad.push(Bad::fields("nothing at all", "{}", &["user_id", "amount"]));
    let all = json!({
        "user_id": 1, "amount": 0, "currency": "ZZZ", "card_processing_id": "x", "expires_in": 1,
        "metadata": [], "return_url": "x", "idempotency_key": "", "amout": 1, "extra": null,
    });
    let names = [
        "user_id",
        "currency",
        "card_processing_id",
        "expires_in",
        "metadata",
        "return_url",
        "idempotency_key",
        "amout",
        "extra",
    ];
    // With an unknown currency nothing can be said about an amount that is a number.
    bad.push(Bad::fields("all at once", &all, &names));
    let with_amount = with(&with(&all, "currency", "USD"), "amount", "0");
    let names = [
        "user_id",
        "amount",
        "card_processing_id",
        "expires_in",
        "metadata",
        "return_url",
        "idempotency_key",
        "amout",
        "extra",
    ];
    bad.push(Bad::fields("all but the currency", with_amount, &names));
    for bad in &mut bad {
        // The order of a JSON object is nobody's promise.
        bad.fields.sort();
    }
    let stack = Stack::get();
    let before = stack.quiet_items_about(&tenant.id);
    for bad in &bad {
        let answer = tenant.call("POST", PATH).text("application/json", &bad.body).send();
        let mut named = answer.refused(bad.status, bad.code);
        named.sort();
        assert_eq!(named, bad.fields, "{}: {}", bad.what, answer.body);
    }
    refuses_other_media(&|| tenant.call("POST", PATH), &body);
    assert_eq!(stack.quiet_items_about(&tenant.id), before, "a refusal wrote something");
}

#[test]
fn the_edges_of_every_field_are_accepted() {
    let (tenant, body) = shop("Edge Shop");
    let ok = |field: &str, value: Value| {
        let link = tenant.link(&with(&body, field, value));
        tenant.payment(&link)
    };
    ok("user_id", json!(body["user_id"].as_str().unwrap().to_uppercase()));
    for field in ["currency", "card_processing_id", "expires_in", "return_url", "idempotency_key"] {
        let payment = ok(field, Value::Null);
        assert_eq!(payment["currency"], "USD");
    }
    assert_eq!(ok("metadata", Value::Null)["metadata"], Value::Null);
    assert_eq!(ok("metadata", json!({}))["metadata"], json!({}));
    let deep = json!({"a": {"b": {"c": {"d": {}}}}});
    assert_eq!(ok("metadata", deep.clone())["metadata"], deep);
    let large = json!({"x": "y".repeat(4096 - r#"{"x":""}"#.len())});
    assert_eq!(ok("metadata", large.clone())["metadata"], large);
    for seconds in [60, 86_400] {
        let payment = ok("expires_in", json!(seconds));
        let ends = Time::parse(payment["expires_at"].as_str().unwrap()).unwrap();
        let made = Time::parse(payment["created_at"].as_str().unwrap()).unwrap();
        assert_eq!(ends.ms_since(made), seconds * 1000);
    }
    let long = format!("https://shop.example/{}", "x".repeat(2048 - 21));
    ok("return_url", json!(long));
    ok("return_url", json!("http://localhost:3000/done?order=17#top"));
    ok("idempotency_key", json!("ключ ".repeat(24).trim()));
    // Numbers in metadata keep every digit.
    let text = spelled(&body, "metadata", r#"{"n":12345678901234567890.123456789012345678901}"#);
    let made = tenant.call("POST", PATH).text("application/json", &text).send().ok();
    let id = made["payment_intent_id"].as_str().unwrap();
    let read = tenant.get(&format!("/v1/platform/payments/{id}")).body;
    assert!(read.contains("12345678901234567890.123456789012345678901"), "{read}");
}

#[test]
fn users_and_accounts_that_cannot_be_charged_are_refused_each_with_its_own_code() {
    let stack = Stack::get();
    let (tenant, body) = shop("Account Shop");
    let stranger = stack.stranger().payer();
    let user = body["user_id"].as_str().unwrap();
    let pending = tenant.account(user, "pending");
    let rejected = tenant.account(user, "rejected");
    let another = tenant.payer();
    let nobody = tenant.user();
    let hopeful = tenant.user();
    tenant.account(&hopeful, "pending");
    let pin = |id: &str| with(&body, "card_processing_id", id);
    let pay = |id: &str| with(&body, "user_id", id);
    let unknown = "merchant_account_not_found";
    let not_yet = "merchant_account_not_approved";
    let bad = [
        Bad::of("unknown user", pay(NOBODY), 404, "user_not_found"),
        Bad::of("user of another tenant", pay(&stranger.user), 404, "user_not_found"),
        Bad::of("the tenant itself", pay(&tenant.id), 404, "user_not_found"),
        Bad::of("unknown account", pin(NOBODY), 404, unknown),
        Bad::of("account of another user", pin(&another.account), 404, unknown),
        Bad::of("account of another tenant", pin(&stranger.account), 404, unknown),
        Bad::of("pending", pin(&pending), 422, not_yet),
        Bad::of("rejected", pin(&rejected), 422, not_yet),
        Bad::of("no account at all", pay(&nobody), 422, "no_merchant_account"),
        Bad::of("no approved account", pay(&hopeful), 422, "no_merchant_account"),
        Bad::fields("above the limit", with(&body, "amount", "10000.01"), &["amount"]),
    ];
    refuses(stack, &tenant, PATH, &bad);
}

#[test]
fn the_default_account_is_the_oldest_approved_one_and_a_pinned_one_wins() {
    let tenant = Stack::get().merchant();
    let user = tenant.user();
    tenant.account(&user, "pending");
    let (oldest, newer) = (tenant.account(&user, "approved"), tenant.account(&user, "approved"));
    let body = json!({"user_id": user, "amount": 1});
    assert_eq!(tenant.payment(&tenant.link(&body))["card_processing_id"], oldest);
    let pinned = tenant.link(&with(&body, "card_processing_id", newer.as_str()));
    assert_eq!(tenant.payment(&pinned)["card_processing_id"], newer);
}

#[test]
fn a_link_stores_neither_its_address_nor_anything_that_would_open_it() {
    let stack = Stack::get();
    let (tenant, body) = shop("Silent Shop");
    let link = tenant.link(&with(&body, "idempotency_key", "once"));
    for ((pk, _), item) in stack.quiet_items_about(&tenant.id) {
        let text = Value::Object(item).to_string();
        assert!(!text.contains(link.token()), "{pk} holds the link's token");
        assert!(!text.contains("/pay/"), "{pk} holds an address");
    }
    let intent = stack.item(&tenant.intent_key(&link)).unwrap();
    assert_eq!(text_of(&intent, "st"), "pending");
}
