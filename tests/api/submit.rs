//! `POST /pay/{token}/card` and `POST /pay/{token}/submit`: what a browser may send.

use super::{Bad, OTHER_MEDIA, broken_bodies, not_texts, with, without};
use crate::stack::{Link, Stack};
use serde_json::{Value, json};

/// Sends bodies to a call of the page; none of them may write anything.
fn refuses(link: &Link, tenant_id: &str, below: &str, bodies: &[Bad]) {
    let stack = Stack::get();
    let before = stack.quiet_items_about(tenant_id);
    for bad in bodies {
        let answer = link.call("POST", below).text("application/json", &bad.body).send();
        bad.check_plainly(&answer);
        for number in ["4242424242424241", "4111111111111111", "\"739\""] {
            assert!(!answer.body.contains(number), "the card comes back: {}", answer.body);
        }
    }
    for media in OTHER_MEDIA {
        let answer = link.call("POST", below).text(media, "{}").send();
        answer.refused_plainly(415, "unsupported_media_type");
    }
    assert_eq!(stack.quiet_items_about(tenant_id), before, "a refusal wrote something");
    assert_eq!(stack.charges(&link.id), Vec::new());
    assert_eq!(link.status(), "pending");
}

#[test]
fn broken_cards_are_refused_field_by_field_and_use_nothing_up() {
    let tenant = Stack::get().tenant("Typing Shop");
    let link = tenant.new_link();
    let good = Link::card("4242424242424242");
    let mut bad = broken_bodies(&good);
    for field in ["number", "exp_month", "exp_year", "cvc"] {
        bad.push(Bad::fields("missing", without(&good, field), &[field]));
        bad.push(Bad::fields("null", with(&good, field, Value::Null), &[field]));
        bad.push(Bad::fields("a list", with(&good, field, json!([])), &[field]));
        bad.push(Bad::fields("true", with(&good, field, true), &[field]));
        bad.push(Bad::fields("empty", with(&good, field, ""), &[field]));
    }
    for number in [
        "4242424242424241",
        "4242",
        "424242424242424242424",
        "4242x42424242424",
        "０４２４２",
        "4242 4242 4242 4242 4242 4242 4242 4242 4242",
        "4242+4242+4242+4242",
    ] {
        bad.push(Bad::fields(number, with(&good, "number", number), &["number"]));
    }
    // Could be somebody's real card.
    for number in ["4111111111111111", "5105105105105100", "4532015112830366", "3530111333300000"] {
        bad.push(Bad::fields(number, with(&good, "number", number), &["number"]));
    }
    bad.push(Bad::fields(
        "a number",
        with(&good, "number", 4_242_424_242_424_242_i64),
        &["number"],
    ));
    for month in [json!(0), json!(13), json!(-1), json!("1x"), json!(1.5)] {
        bad.push(Bad::fields("month", with(&good, "exp_month", month), &["exp_month"]));
    }
    for year in [json!(1999), json!(2100), json!("2O30"), json!(99_999)] {
        bad.push(Bad::fields("year", with(&good, "exp_year", year), &["exp_year"]));
    }
    // The right form, but over, or absurdly far ahead.
    for year in [2020, 2099] {
        bad.push(Bad::fields("year", with(&good, "exp_year", year), &["exp_month"]));
    }
    for cvc in ["73", "7391", "73x", "７３", "12345678901"] {
        bad.push(Bad::fields("cvc", with(&good, "cvc", cvc), &["cvc"]));
    }
    let amex = Link::card("378282246310005");
    bad.push(Bad::fields("amex", with(&amex, "cvc", "739"), &["cvc"]));
    for value in not_texts() {
        bad.push(Bad::fields("no text", with(&good, "name", value), &["name"]));
    }
    bad.push(Bad::fields("long", with(&good, "name", "x".repeat(201)), &["name"]));
    bad.push(Bad::fields("long", with(&good, "postal_code", "1".repeat(21)), &["postal_code"]));
    bad.push(Bad::fields("unknown", with(&good, "pin", "1234"), &["pin"]));
    let all = json!({"number": "4242424242424241", "exp_month": 1, "exp_year": 2020, "cvc": "1"});
    bad.push(Bad::fields("all at once", all, &["number", "exp_month", "cvc"]));
    refuses(&link, &tenant.id, "/card", &bad);
}

#[test]
fn tokenising_a_card_writes_nothing_and_answers_only_what_may_be_known() {
    let stack = Stack::get();
    let tenant = stack.tenant("Tokenising Shop");
    let link = tenant.new_link();
    let before = stack.quiet_items_about(&tenant.id);
    for (number, brand, last4) in [
        ("4242 4242 4242 4242", "visa", "4242"),
        ("5555-5555-5555-4444", "mastercard", "4444"),
        ("378282246310005", "amex", "0005"),
        ("6011111111111117", "discover", "1117"),
        ("38000000000006", "diners", "0006"),
        ("6200000000000005", "unionpay", "0005"),
    ] {
        let answer = link.call("POST", "/card").json(&Link::card(number)).send();
        let made = answer.json();
        assert_eq!(
            (answer.status, &made["brand"], &made["last4"]),
            (200, &json!(brand), &json!(last4))
        );
        assert_eq!(made.as_object().unwrap().len(), 3, "{made}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        assert!(!answer.body.contains(&digits), "the number comes back");
    }
    assert_eq!(stack.quiet_items_about(&tenant.id), before);
    // Digits of any script, and the forms in which programs write a date.
    for (number, month, year, cvc) in [
        ("٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢", json!("١٢"), json!("٢٠٣٠"), "٧٣٩"),
        ("۴۲۴۲۴۲۴۲۴۲۴۲۴۲۴۲", json!("۱۲"), json!("۳۰"), "۷۳۹"),
        ("४२४२ ४२४२ ४२४२ ४२४२", json!(12), json!(30), "७३९"),
        ("４２４２－４２４２－４２４２－４２４２", json!("１２"), json!("2030"), "７３９"),
    ] {
        let body = json!({"number": number, "exp_month": month, "exp_year": year, "cvc": cvc});
        let answer = link.call("POST", "/card").json(&body).send();
        assert_eq!((answer.status, &answer.json()["last4"]), (200, &json!("4242")), "{number}");
    }
    // A card without name and postal code is fine.
    let bare =
        json!({"number": "4242424242424242", "exp_month": 1, "exp_year": 2031, "cvc": "739"});
    assert_eq!(link.call("POST", "/card").json(&bare).send().status, 200);
}

#[test]
fn broken_submits_are_refused_and_use_nothing_up() {
    let tenant = Stack::get().tenant("Submitting Shop");
    let (link, other) = (tenant.new_link(), tenant.new_link());
    let token = link.card_token("4242424242424242");
    let foreign = other.card_token("4242424242424242");
    let good = json!({"card_token": token});
    let mut bad = broken_bodies(&good);
    bad.push(Bad::fields("missing", "{}", &["card_token"]));
    bad.push(Bad::fields("null", with(&good, "card_token", Value::Null), &["card_token"]));
    bad.push(Bad::fields("empty", with(&good, "card_token", ""), &["card_token"]));
    bad.push(Bad::fields("long", with(&good, "card_token", "t".repeat(256)), &["card_token"]));
    for value in not_texts() {
        bad.push(Bad::fields("no text", with(&good, "card_token", value), &["card_token"]));
    }
    for save in [json!("true"), json!(1), json!([]), json!("")] {
        bad.push(Bad::fields("save_card", with(&good, "save_card", save), &["save_card"]));
    }
    // The amount is nobody's to change.
    for field in ["amount", "currency", "user_id", "card_processing_id", "number", "cvc"] {
        bad.push(Bad::fields(field, with(&good, field, "0.01"), &[field]));
    }
    let changed = {
        let mut text = token.clone();
        let other = if text[30..].starts_with('A') { "B" } else { "A" };
        text.replace_range(30..31, other);
        text
    };
    for token in ["tok_x", "4242424242424242", &token[4..], &foreign, &changed, "pm_1"] {
        let body = with(&good, "card_token", token);
        bad.push(Bad::of("not a token of this link", body, 422, "card_not_accepted"));
    }
    refuses(&link, &tenant.id, "/submit", &bad);
    assert_eq!(link.submit(&token, false).json()["status"], "succeeded");
}
