//! `POST /v1/platform/payees/{payee_id}/destinations`, and `GET` of the same path.

use super::{Bad, broken_bodies, refuses_other_media, users::walk, with, without};
use crate::stack::{NOBODY, Stack};
use serde_json::{Value, json};
use shared::app::clock;

fn bank() -> Value {
    json!({
        "type": "bank", "routing_number": "110000000", "account_number": "000123456789",
        "account_type": "savings", "account_holder_name": "Bo Builder", "label": "Rent",
    })
}

fn email() -> Value {
    json!({"type": "email", "email": "Bo@Example.com"})
}

fn payee() -> String {
    clock::new_id::<()>().to_string()
}

fn path(payee: &str, user: &str) -> String {
    format!("/v1/platform/payees/{payee}/destinations?user_id={user}")
}

#[test]
fn a_payee_has_bank_accounts_and_addresses_newest_first() {
    let stack = Stack::get();
    let tenant = stack.tenant("Payee Shop");
    let (user, payee, other) = (tenant.user(), payee(), payee());
    let rent = tenant.post(&path(&payee, &user), &bank());
    assert!(!rent.body.contains("000123456789") && !rent.body.contains("simulator"));
    let rent = rent.ok();
    let account = json!({
        "routing_number": "110000000", "last4": "6789", "account_type": "savings",
        "account_holder_name": "Bo Builder",
    });
    assert_eq!(
        (&rent["type"], &rent["bank"], &rent["email"]),
        (&json!("bank"), &account, &Value::Null)
    );
    assert_eq!((&rent["label"], &rent["payee_id"]), (&json!("Rent"), &json!(payee)));
    assert_eq!(rent["user_id"], user.as_str());
    assert_eq!(rent.as_object().unwrap().len(), 8, "{rent}");
    tenant.post(&path(&other, &user), &email()).ok();
    let mail = tenant.post(&path(&payee.to_uppercase(), &user), &email()).ok();
    assert_eq!((&mail["type"], &mail["email"]), (&json!("email"), &json!("bo@example.com")));
    assert_eq!((&mail["label"], &mail["bank"]), (&Value::Null, &Value::Null));
    for limit in [1, 2, 100] {
        let found = walk(&tenant, &path(&payee, &user), limit);
        assert_eq!(found, [mail.clone(), rent.clone()], "{limit} a page");
    }
    assert_eq!(walk(&tenant, &path(&other, &user), 100).len(), 1);
    assert_eq!(walk(&tenant, &path(&payee, &tenant.user()), 100), Vec::<Value>::new());
}

#[test]
fn broken_destinations_are_refused_field_by_field_and_nothing_is_written() {
    let stack = Stack::get();
    let tenant = stack.tenant("Strict Payee Shop");
    let (user, payee) = (tenant.user(), payee());
    let path = path(&payee, &user);
    let mut bad = broken_bodies(&bank());
    for field in ["type", "routing_number", "account_number", "account_type", "account_holder_name"]
    {
        bad.push(Bad::fields("missing", without(&bank(), field), &[field]));
        bad.push(Bad::fields("no text", with(&bank(), field, 5), &[field]));
    }
    bad.push(Bad::fields("missing", without(&email(), "email"), &["email"]));
    bad.push(Bad::fields("no address", with(&email(), "email", "bo"), &["email"]));
    bad.push(Bad::fields("type", with(&email(), "type", "paper"), &["type"]));
    bad.push(Bad::fields("of the other type", with(&bank(), "email", "b@c.de"), &["email"]));
    let mixed = with(&email(), "account_number", "000123456789");
    bad.push(Bad::fields("of the other type", mixed, &["account_number"]));
    let real = with(&bank(), "account_number", "000123456788");
    bad.push(Bad::fields("no test account", real, &["account_number"]));
    bad.push(Bad::fields("label", with(&bank(), "label", "x".repeat(61)), &["label"]));
    bad.push(Bad::fields("unknown", with(&bank(), "user_id", user.as_str()), &["user_id"]));
    let nothing = json!({"type": "bank"});
    let all = ["routing_number", "account_number", "account_type", "account_holder_name"];
    bad.push(Bad::fields("all at once", nothing, &all));
    super::refuses(stack, &tenant, &path, &bad);
    refuses_other_media(&|| tenant.call("POST", &path), &bank());
    let below = |query: &str| format!("/v1/platform/payees/{payee}/destinations{query}");
    let unsaid = tenant.post(&below(""), &bank());
    assert_eq!(unsaid.refused(422, "validation_error"), ["user_id"]);
    assert_eq!(tenant.get(&below("")).refused(422, "validation_error"), ["user_id"]);
    for odd in ["x", "0", "9"] {
        let odd = super::destinations::path(odd, &user);
        assert_eq!(tenant.post(&odd, &bank()).refused(422, "validation_error"), ["payee_id"]);
        assert_eq!(tenant.get(&odd).refused(422, "validation_error"), ["payee_id"]);
    }
    let stranger = super::destinations::path(&payee, NOBODY);
    tenant.post(&stranger, &bank()).refused(404, "user_not_found");
    tenant.get(&stranger).refused(404, "user_not_found");
}

#[test]
fn a_key_adds_one_destination_and_covers_payee_and_user() {
    let tenant = Stack::get().tenant("Once Payee Shop");
    let (user, other, payee) = (tenant.user(), tenant.user(), payee());
    let keyed = with(&bank(), "idempotency_key", "k");
    let first = tenant.post(&path(&payee, &user), &keyed);
    let again = tenant.post(&path(&payee, &user), &keyed);
    assert_eq!(again.ok(), first.ok());
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let reused =
        |path: &str, body: &Value| tenant.post(path, body).refused(409, "idempotency_key_reused");
    assert_eq!(reused(&path(&payee, &other), &keyed), ["user_id"]);
    assert_eq!(reused(&path(&super::destinations::payee(), &user), &keyed), ["payee_id"]);
    let account = with(&keyed, "account_number", "000987654321");
    assert_eq!(reused(&path(&payee, &user), &account), ["account_number"]);
    assert_eq!(walk(&tenant, &path(&payee, &user), 100).len(), 1);
}
