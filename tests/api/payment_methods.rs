//! `POST /v1/platform/payment-methods/bank`, `GET /v1/platform/payment-methods`, and `DELETE`.

use super::{
    Bad, broken_bodies, not_texts, refuses, refuses_other_media, users::walk, with, without,
};
use crate::stack::{NOBODY, Stack, Tenant, eventually};
use serde_json::{Value, json};

const PATH: &str = "/v1/platform/payment-methods/bank";
const LIST: &str = "/v1/platform/payment-methods";

fn body(user: &str) -> Value {
    json!({
        "user_id": user, "routing_number": "110000000", "account_number": "000123456789",
        "account_type": "checking", "account_holder_name": "Ada Example",
    })
}

fn listed(tenant: &Tenant, user: &str) -> Vec<Value> {
    walk(tenant, &format!("{LIST}?user_id={user}"), 100)
}

fn delete(tenant: &Tenant, user: &str, id: &str) -> crate::stack::Answer {
    tenant.call("DELETE", &format!("{LIST}/{id}?user_id={user}")).send()
}

#[test]
fn a_bank_account_is_saved_masked_and_listed() {
    let stack = Stack::get();
    let tenant = stack.tenant("Bank Shop");
    let user = tenant.user();
    let made = tenant.post(PATH, &with(&body(&user), "currency", "usd"));
    assert!(!made.body.contains("000123456789") && !made.body.contains("simulator"));
    let made = made.ok();
    assert_eq!((&made["type"], &made["card"]), (&json!("bank"), &Value::Null));
    let expected = json!({
        "routing_number": "110000000", "last4": "6789", "account_type": "checking",
        "account_holder_name": "Ada Example",
    });
    assert_eq!(made["bank"], expected);
    assert_eq!(made["user_id"], user.as_str());
    assert_eq!(made.as_object().unwrap().len(), 6, "{made}");
    eventually("the account is listed", 10, || {
        (listed(&tenant, &user) == [made.clone()]).then_some(())
    });
}

#[test]
fn the_same_account_saved_twice_is_one_and_belongs_to_its_user_alone() {
    let stack = Stack::get();
    let tenant = stack.tenant("Same Account Shop");
    let (user, other) = (tenant.user(), tenant.user());
    let first = tenant.post(PATH, &body(&user)).ok();
    let again = tenant.post(PATH, &with(&body(&user), "account_holder_name", "A. Example"));
    assert_eq!(again.ok(), first, "the first record stays as it is");
    assert_eq!(again.header("idempotent-replayed"), None);
    let keyed = with(&body(&user), "idempotency_key", "k");
    assert_eq!(tenant.post(PATH, &keyed).ok(), first);
    let elsewhere = tenant.post(PATH, &with(&body(&user), "routing_number", "021000021")).ok();
    let theirs = tenant.post(PATH, &body(&other)).ok();
    assert_ne!(theirs["payment_method_id"], first["payment_method_id"]);
    assert_ne!(elsewhere["payment_method_id"], first["payment_method_id"]);
    eventually("both are listed", 10, || (listed(&tenant, &user).len() == 2).then_some(()));
    assert_eq!(listed(&tenant, &user), [elsewhere, first], "newest first");
    assert_eq!(listed(&tenant, &other).len(), 1);
}

#[test]
fn cards_saved_on_the_page_stand_beside_bank_accounts_page_by_page() {
    let stack = Stack::get();
    let tenant = stack.tenant("Wallet Shop");
    let payer = tenant.payer();
    let mut ids = Vec::new();
    for number in ["4242424242424242", "5555555555554444"] {
        let link = tenant.link(&json!({"user_id": payer.user, "amount": "12.50"}));
        let paid = link.submit(&link.card_token(number), true).json();
        assert_eq!(paid["status"], "succeeded");
        ids.push(tenant.payment(&link)["payment_method_id"].clone());
        let account = format!("000{}", if ids.len() == 1 { "123456789" } else { "987654321" });
        let made = tenant.post(PATH, &with(&body(&payer.user), "account_number", account)).ok();
        ids.push(made["payment_method_id"].clone());
    }
    ids.reverse();
    eventually("all four are listed", 10, || {
        (listed(&tenant, &payer.user).len() == 4).then_some(())
    });
    for limit in [1, 2, 3, 100] {
        let found = walk(&tenant, &format!("{LIST}?user_id={}", payer.user), limit);
        let found: Vec<Value> =
            found.iter().map(|method| method["payment_method_id"].clone()).collect();
        assert_eq!(found, ids, "{limit} a page");
    }
    let card = &listed(&tenant, &payer.user)[3];
    let expected = json!({"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030});
    assert_eq!(
        (&card["type"], &card["card"], &card["bank"]),
        (&json!("card"), &expected, &Value::Null)
    );
}

#[test]
fn a_payment_method_is_deleted_once_with_everything_that_was_kept_and_can_be_saved_again() {
    let stack = Stack::get();
    let tenant = stack.tenant("Forgetful Shop");
    let user = tenant.user();
    let before = stack.quiet_items_about(&tenant.id);
    let made = tenant.post(PATH, &body(&user)).ok();
    let id = made["payment_method_id"].as_str().unwrap();
    assert_eq!(stack.quiet_items_about(&tenant.id).len(), before.len() + 2, "it, and a pointer");
    delete(&tenant, &tenant.user(), id).refused(404, "payment_method_not_found");
    let nobody = delete(&tenant, NOBODY, id);
    nobody.refused(404, "payment_method_not_found");
    let unsaid = tenant.call("DELETE", &format!("{LIST}/{id}")).send();
    assert_eq!(unsaid.refused(422, "validation_error"), ["user_id"]);
    let gone = delete(&tenant, &user, id).ok();
    assert_eq!(gone, json!({"payment_method_id": id, "deleted": true}));
    let left = stack.quiet_items_about(&tenant.id);
    assert!(left.keys().all(|(pk, _)| !pk.contains("method#")), "{:?}", left.keys());
    assert_eq!(delete(&tenant, &user, id).ok(), gone, "deleting it again is as good");
    for odd in [NOBODY, "x", "..", &"9".repeat(300)] {
        delete(&tenant, &user, odd).refused(404, "payment_method_not_found");
    }
    eventually("it is listed no more", 10, || listed(&tenant, &user).is_empty().then_some(()));
    assert_eq!(tenant.post(PATH, &body(&user)).ok()["payment_method_id"], id);
}

#[test]
fn broken_bank_accounts_are_refused_field_by_field_and_nothing_is_written() {
    let stack = Stack::get();
    let tenant = stack.tenant("Strict Bank Shop");
    let good = body(&tenant.user());
    let mut bad = broken_bodies(&good);
    let fields =
        ["user_id", "routing_number", "account_number", "account_type", "account_holder_name"];
    for field in fields {
        bad.push(Bad::fields("missing", without(&good, field), &[field]));
        bad.push(Bad::fields("null", with(&good, field, Value::Null), &[field]));
        bad.push(Bad::fields("empty", with(&good, field, ""), &[field]));
        for value in not_texts() {
            bad.push(Bad::fields("no text", with(&good, field, value), &[field]));
        }
    }
    for number in ["123", "123456789012345678", "00012345678x", "000 123 456", "-00123456789"] {
        let body = with(&good, "account_number", number);
        bad.push(Bad::fields("no account number", body, &["account_number"]));
    }
    // Well formed, and perhaps somebody's.
    for number in ["1234", "12345678901234567", "000123456788"] {
        let body = with(&good, "account_number", number);
        bad.push(Bad::fields("no test account", body, &["account_number"]));
    }
    for number in ["11000000", "1100000000", "110000001", "11000000x", "000000000"] {
        let body = with(&good, "routing_number", number);
        bad.push(Bad::fields("no routing number", body, &["routing_number"]));
    }
    bad.push(Bad::fields("type", with(&good, "account_type", "giro"), &["account_type"]));
    let long = with(&good, "account_holder_name", "é".repeat(101));
    bad.push(Bad::fields("101 characters", long, &["account_holder_name"]));
    for currency in ["EUR", "XXX", ""] {
        bad.push(Bad::fields("currency", with(&good, "currency", currency), &["currency"]));
    }
    bad.push(Bad::fields("unknown", with(&good, "iban", "DE00"), &["iban"]));
    bad.push(Bad::of("stranger", with(&good, "user_id", NOBODY), 404, "user_not_found"));
    refuses(stack, &tenant, PATH, &bad);
    refuses_other_media(&|| tenant.call("POST", PATH), &good);
}

#[test]
fn a_key_saves_one_account_and_names_what_differs() {
    let stack = Stack::get();
    let tenant = stack.tenant("Once Bank Shop");
    let user = tenant.user();
    let keyed = with(&body(&user), "idempotency_key", "k");
    let first = tenant.post(PATH, &keyed);
    let again = tenant.call("POST", PATH).json(&body(&user)).header("idempotency-key", "k").send();
    assert_eq!(again.ok(), first.ok());
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let other = tenant.post(PATH, &with(&keyed, "account_number", "000987654321"));
    assert_eq!(other.refused(409, "idempotency_key_reused"), ["account_number"]);
    // The answer of the first time, though the account is gone by now.
    let id = first.ok()["payment_method_id"].as_str().unwrap().to_owned();
    delete(&tenant, &user, &id).ok();
    assert_eq!(tenant.post(PATH, &keyed).ok(), first.ok());
}

#[test]
fn lists_need_a_user_and_refuse_what_is_not_theirs() {
    let tenant = Stack::get().tenant("List Bank Shop");
    let user = tenant.user();
    assert_eq!(tenant.get(LIST).refused(422, "validation_error"), ["user_id"]);
    for (query, field) in [("limit=0", "limit"), ("cursor=x", "cursor"), ("page=1", "page")] {
        let answer = tenant.get(&format!("{LIST}?user_id={user}&{query}"));
        assert_eq!(answer.refused(422, "validation_error"), [field]);
    }
    tenant.get(&format!("{LIST}?user_id={NOBODY}")).refused(404, "user_not_found");
    assert_eq!(listed(&tenant, &user), Vec::<Value>::new());
}
