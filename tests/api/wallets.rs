//! `POST /v1/platform/wallets`, `GET` of all and of one, `PATCH`, and the journal.

use super::{
    Bad, broken_bodies, not_texts, refuses, refuses_other_media, users::walk, with, without,
};
use crate::stack::{NOBODY, Stack, Tenant, unique};
use serde_json::{Value, json};

const PATH: &str = "/v1/platform/wallets";

fn body(user: &str, name: &str) -> Value {
    json!({"user_id": user, "name": name})
}

fn made(tenant: &Tenant, body: &Value) -> Value {
    tenant.post(PATH, body).ok()
}

fn one(wallet: &Value) -> String {
    format!("{PATH}/{}", wallet["wallet_id"].as_str().unwrap())
}

fn patch(tenant: &Tenant, wallet: &Value, body: &Value) -> crate::stack::Answer {
    tenant.call("PATCH", &one(wallet)).json(body).send()
}

#[test]
fn a_wallet_is_made_read_and_listed_with_its_balances() {
    let stack = Stack::get();
    let tenant = stack.tenant("First Wallet Shop");
    let user = tenant.user();
    let wallet = made(&tenant, &body(&user, "Täglich"));
    let nothing = json!({
        "posted": "0.00", "pending_in": "0.00", "pending_out": "0.00", "available": "0.00",
    });
    assert_eq!(wallet["balances"], nothing);
    assert_eq!((&wallet["name"], &wallet["currency"]), (&json!("Täglich"), &json!("USD")));
    assert_eq!((&wallet["user_id"], &wallet["primary"]), (&json!(user), &json!(true)));
    assert_eq!(wallet.as_object().unwrap().len(), 7, "{wallet}");
    assert_eq!(tenant.get(&one(&wallet)).ok(), wallet);
    let yen = made(&tenant, &with(&body(&user, "Yen"), "currency", "jpy"));
    assert_eq!((&yen["currency"], &yen["balances"]["posted"]), (&json!("JPY"), &json!("0")));
    assert_eq!(yen["primary"], true, "the first in its currency");
    let third = made(&tenant, &body(&user, "Savings"));
    assert_eq!(third["primary"], false);
    for limit in [1, 2, 3, 100] {
        let listed = walk(&tenant, &format!("{PATH}?user_id={user}"), limit);
        assert_eq!(listed, [third.clone(), yen.clone(), wallet.clone()], "{limit} a page");
    }
    let entries = tenant.get(&format!("{}/entries", one(&wallet)));
    assert_eq!(entries.ok(), json!([]));
    let page = entries.json()["pagination"].clone();
    assert_eq!(page, json!({"limit": 25, "next_cursor": null, "has_more": false}));
    let kept = stack.quiet_items_about(&tenant.id);
    let of = |class: &str| kept.keys().filter(|(pk, _)| pk.starts_with(class)).count();
    assert_eq!((of("account#"), of("ledger#"), of("wallets#")), (3, 3, 1));
}

#[test]
fn a_name_belongs_to_one_wallet_of_a_user_in_any_case() {
    let stack = Stack::get();
    let tenant = stack.tenant("Named Wallet Shop");
    let (user, other) = (tenant.user(), tenant.user());
    let wallet = made(&tenant, &body(&user, "Daily"));
    made(&tenant, &body(&other, "Daily"));
    let second = made(&tenant, &body(&user, "Büro"));
    let bad: Vec<Bad> = ["Daily", "DAILY", "BÜRO", " büro "]
        .map(|name| Bad::of("taken", body(&user, name), 409, "wallet_name_taken"))
        .into();
    refuses(stack, &tenant, PATH, &bad);
    let before = stack.quiet_items_about(&tenant.id);
    patch(&tenant, &second, &json!({"name": "daily"})).refused(409, "wallet_name_taken");
    assert_eq!(stack.quiet_items_about(&tenant.id), before);
    let shouted = patch(&tenant, &wallet, &json!({"name": "DAILY"})).ok();
    assert_eq!(shouted, with(&wallet, "name", "DAILY"));
    assert_eq!(tenant.get(&one(&wallet)).ok(), shouted);
}

#[test]
fn one_wallet_per_currency_is_primary_and_it_moves_when_another_is_made_it() {
    let stack = Stack::get();
    let tenant = stack.tenant("Primary Shop");
    let user = tenant.user();
    let first = made(&tenant, &body(&user, "A"));
    let second = made(&tenant, &with(&body(&user, "B"), "primary", true));
    assert_eq!(
        (&second["primary"], &tenant.get(&one(&first)).ok()["primary"]),
        (&json!(true), &json!(false))
    );
    let euro = made(&tenant, &with(&body(&user, "C"), "currency", "EUR"));
    let moved = patch(&tenant, &first, &json!({"primary": true})).ok();
    assert_eq!(moved, first);
    assert_eq!(tenant.get(&one(&second)).ok()["primary"], false);
    assert_eq!(tenant.get(&one(&euro)).ok()["primary"], true, "another currency");
    let before = stack.quiet_items_about(&tenant.id);
    let left = patch(&tenant, &first, &json!({"primary": false}));
    assert_eq!(left.refused(422, "validation_error"), ["primary"]);
    assert_eq!(patch(&tenant, &second, &json!({"primary": false})).ok()["primary"], false);
    assert_eq!(patch(&tenant, &first, &json!({})).ok(), first);
    assert_eq!(stack.quiet_items_about(&tenant.id), before, "nothing was to change");
}

#[test]
fn broken_wallets_are_refused_field_by_field_and_nothing_is_written() {
    let stack = Stack::get();
    let tenant = stack.tenant("Strict Wallet Shop");
    let user = tenant.user();
    let good = body(&user, "Daily");
    let mut bad = broken_bodies(&good);
    for field in ["user_id", "name"] {
        bad.push(Bad::fields("missing", without(&good, field), &[field]));
        bad.push(Bad::fields("empty", with(&good, field, ""), &[field]));
        for value in not_texts() {
            bad.push(Bad::fields("no text", with(&good, field, value), &[field]));
        }
    }
    bad.push(Bad::fields("61 characters", with(&good, "name", "é".repeat(61)), &["name"]));
    bad.push(Bad::fields("blank", with(&good, "name", "  "), &["name"]));
    for currency in ["", "XXX", "US"] {
        bad.push(Bad::fields("currency", with(&good, "currency", currency), &["currency"]));
    }
    bad.push(Bad::fields("primary", with(&good, "primary", "yes"), &["primary"]));
    bad.push(Bad::fields("unknown", with(&good, "balance", "100.00"), &["balance"]));
    bad.push(Bad::of("stranger", with(&good, "user_id", NOBODY), 404, "user_not_found"));
    refuses(stack, &tenant, PATH, &bad);
    refuses_other_media(&|| tenant.call("POST", PATH), &good);
    let wallet = made(&tenant, &with(&good, "name", "é".repeat(60)));
    for (change, field) in [
        (json!({"name": ""}), "name"),
        (json!({"primary": 1}), "primary"),
        (json!({"currency": "EUR"}), "currency"),
    ] {
        assert_eq!(patch(&tenant, &wallet, &change).refused(422, "validation_error"), [field]);
    }
    refuses_other_media(&|| tenant.call("PATCH", &one(&wallet)), &json!({"name": "B"}));
    assert_eq!(tenant.get(PATH).refused(422, "validation_error"), ["user_id"]);
    for (query, field) in [("limit=0", "limit"), ("cursor=x", "cursor"), ("page=1", "page")] {
        let listed = tenant.get(&format!("{PATH}?user_id={user}&{query}"));
        assert_eq!(listed.refused(422, "validation_error"), [field]);
        let entries = tenant.get(&format!("{}/entries?{query}", one(&wallet)));
        assert_eq!(entries.refused(422, "validation_error"), [field]);
    }
    tenant.get(&format!("{PATH}?user_id={NOBODY}")).refused(404, "user_not_found");
    for id in [NOBODY, "x", "0", &"9".repeat(300)] {
        let path = format!("{PATH}/{id}");
        tenant.get(&path).refused(404, "wallet_not_found");
        tenant.get(&format!("{path}/entries")).refused(404, "wallet_not_found");
        let change = tenant.call("PATCH", &path).json(&json!({"name": "B"})).send();
        change.refused(404, "wallet_not_found");
    }
}

#[test]
fn a_key_makes_one_wallet_and_twins_make_as_many_as_were_asked_for() {
    let stack = Stack::get();
    let tenant = stack.tenant("Once Wallet Shop");
    let user = tenant.user();
    let keyed = with(&body(&user, "Daily"), "idempotency_key", "k");
    let first = tenant.post(PATH, &keyed);
    let again = tenant.call("POST", PATH).json(&body(&user, "Daily"));
    let again = again.header("idempotency-key", "k").send();
    assert_eq!(again.ok(), first.ok());
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let other = tenant.post(PATH, &with(&keyed, "name", "Other"));
    assert_eq!(other.refused(409, "idempotency_key_reused"), ["name"]);
    let names: Vec<String> = (0..3).map(|n| format!("W{n}")).collect();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let (tenant, user) = (&tenant, &user);
        let post = |name: &str| {
            let body = body(user, name);
            scope.spawn(move || tenant.post(PATH, &body).status)
        };
        let duplicates: Vec<_> = names.iter().map(|name| post(name)).collect();
        duplicates.into_iter().map(|duplicate| duplicate.join().unwrap()).collect()
    });
    assert_eq!(statuses, [200, 200, 200], "those who come at once wait for each other");
    let listed = walk(&tenant, &format!("{PATH}?user_id={user}"), 100);
    assert_eq!(listed.len(), 4);
    assert_eq!(listed.iter().filter(|wallet| wallet["primary"] == true).count(), 1);
}

#[test]
fn a_user_has_at_most_fifty_wallets() {
    let stack = Stack::get();
    let tenant = stack.tenant("Fifty Wallet Shop");
    let user = tenant.user();
    (0..50).for_each(|n| drop(made(&tenant, &body(&user, &format!("W{n}")))));
    let more = Bad::fields("one more", body(&user, "W50"), &["user_id"]);
    refuses(stack, &tenant, PATH, &[more]);
    assert_eq!(walk(&tenant, &format!("{PATH}?user_id={user}"), 100).len(), 50);
}

/// The id of the tenant's product on this rail for this type of payment.
fn product(tenant: &Tenant, rail: &str, kind: &str) -> Value {
    let products = tenant.get("/v1/platform/products").ok();
    let fits =
        |product: &&Value| product["rail"] == rail && product["intent_types"] == json!([kind]);
    products.as_array().unwrap().iter().find(fits).unwrap()["product_id"].clone()
}

/// A card of a user, saved by paying a link.
fn saved_card(tenant: &Tenant, user: &str, number: &str) -> Value {
    let link = tenant.link(&json!({"user_id": user, "amount": "12.50"}));
    assert_eq!(link.submit(&link.card_token(number), true).json()["status"], "succeeded");
    tenant.payment(&link)["payment_method_id"].clone()
}

fn pay(tenant: &Tenant, body: &Value) -> Value {
    tenant.post("/v1/platform/payments", &with(body, "idempotency_key", unique())).ok()
}

#[test]
fn a_wallets_journal_explains_its_balances_page_by_page() {
    let stack = Stack::get();
    let tenant = stack.tenant("Journal Shop");
    let user = tenant.payer().user;
    let mine = made(&tenant, &body(&user, "Mine"));
    let theirs = made(&tenant, &body(&tenant.user(), "Theirs"));
    let (from, to) = (&mine["wallet_id"], &theirs["wallet_id"]);
    let fund = json!({
        "user_id": user, "wallet_id": from, "amount": "100.00", "intent_type": "funding",
        "product_id": product(&tenant, "card", "funding"),
    });
    let good = with(&fund, "payment_method_id", saved_card(&tenant, &user, "4242424242424242"));
    let funded = pay(&tenant, &good);
    assert_eq!(funded["status"], "succeeded", "{funded}");
    let later = with(&fund, "payment_method_id", saved_card(&tenant, &user, "4000000000000341"));
    let declined = pay(&tenant, &later);
    assert_eq!(declined["status"], "failed", "{declined}");
    assert_eq!(declined["failure_reason"], "card_declined");
    let transfer = json!({
        "user_id": user, "wallet_id": from, "amount": "30.00", "intent_type": "transfer",
        "destination_wallet_id": to,
    });
    let moved = pay(&tenant, &transfer);
    assert_eq!(moved["status"], "succeeded", "{moved}");
    let held = pay(&tenant, &with(&with(&transfer, "hold", true), "amount", "5.00"));
    assert_eq!(held["status"], "held", "{held}");
    let expected = json!({
        "posted": "70.00", "pending_in": "0.00", "pending_out": "5.00", "available": "65.00",
    });
    assert_eq!(tenant.get(&one(&mine)).ok()["balances"], expected);
    let listed = walk(&tenant, &format!("{PATH}?user_id={user}"), 100);
    assert_eq!(listed[0]["balances"], expected);
    assert_eq!(tenant.get(&one(&theirs)).ok()["balances"]["available"], "30.00");
    let path = format!("{}/entries", one(&mine));
    let entries = walk(&tenant, &path, 100);
    for limit in 1..=3 {
        assert_eq!(walk(&tenant, &path, limit), entries, "{limit} a page");
    }
    let sequences: Vec<i64> =
        entries.iter().map(|entry| entry["sequence"].as_i64().unwrap()).collect();
    let numbers = (1..=i64::try_from(entries.len()).unwrap()).rev();
    assert_eq!(sequences, numbers.collect::<Vec<_>>());
    assert_eq!(entries[0]["balances"], expected);
    let newest: Vec<(&Value, &Value)> =
        entries.iter().map(|entry| (&entry["type"], &entry["payment_intent_id"])).collect();
    assert_eq!(newest[0], (&json!("held"), &held["payment_intent_id"]));
    assert_eq!(newest[1], (&json!("transferred"), &moved["payment_intent_id"]));
    assert_eq!(entries[1]["changes"]["posted"], "-30.00");
    assert!(entries.iter().any(|entry| entry["payment_intent_id"] == funded["payment_intent_id"]));
    assert_eq!(entries[0].as_object().unwrap().len(), 6, "{}", entries[0]);
}

#[test]
fn saved_accounts_and_destinations_are_where_payments_come_from_and_go() {
    let stack = Stack::get();
    let tenant = stack.tenant("Bank Rails Shop");
    let (user, friend) = (tenant.payer().user, tenant.user());
    let wallet = made(&tenant, &body(&user, "Daily"))["wallet_id"].clone();
    let account = |number: &str| {
        json!({
            "routing_number": "110000000", "account_number": number,
            "account_type": "checking", "account_holder_name": "Ada Example",
        })
    };
    let save = |user: &str, number: &str| {
        let body = with(&account(number), "user_id", user);
        tenant.post("/v1/platform/payment-methods/bank", &body).ok()["payment_method_id"].clone()
    };
    let fund =
        json!({"user_id": user, "wallet_id": wallet, "amount": "80.00", "intent_type": "funding"});
    let card = with(&fund, "product_id", product(&tenant, "card", "funding"));
    let card = with(&card, "payment_method_id", saved_card(&tenant, &user, "4242424242424242"));
    assert_eq!(pay(&tenant, &card)["status"], "succeeded");
    let pulled = with(&fund, "product_id", product(&tenant, "ach", "funding"));
    let pulled = pay(&tenant, &with(&pulled, "payment_method_id", save(&user, "000123456789")));
    assert!(["processing", "succeeded"].contains(&pulled["status"].as_str().unwrap()), "{pulled}");
    let closed = with(&fund, "product_id", product(&tenant, "ach", "funding"));
    let closed = pay(&tenant, &with(&closed, "payment_method_id", save(&user, "000111111113")));
    assert_eq!(
        (&closed["status"], &closed["failure_reason"]),
        (&json!("failed"), &json!("account_closed"))
    );
    let out = json!({
        "user_id": user, "wallet_id": wallet, "amount": "10.00", "intent_type": "payout",
        "product_id": product(&tenant, "ach", "payout"),
    });
    let payees = format!("/v1/platform/payees/{friend}/destinations?user_id={user}");
    let added = |place: &Value| tenant.post(&payees, place).ok()["destination_id"].clone();
    let bank = added(&with(&account("000987654321"), "type", "bank"));
    let sent = pay(&tenant, &with(&out, "payee_destination_id", bank));
    assert!(["processing", "succeeded"].contains(&sent["status"].as_str().unwrap()), "{sent}");
    // A friend who saved an account of their own is paid there.
    let theirs = save(&friend, "000123456789");
    let sent = pay(&tenant, &with(&out, "payee_payment_method_id", theirs));
    assert!(["processing", "succeeded"].contains(&sent["status"].as_str().unwrap()), "{sent}");
    let mail = with(&out, "product_id", product(&tenant, "email", "payout"));
    let refused = added(&json!({"type": "email", "email": "refused@example.com"}));
    let refused = pay(&tenant, &with(&mail, "payee_destination_id", refused));
    assert_eq!(
        (&refused["status"], &refused["failure_reason"]),
        (&json!("failed"), &json!("no_account"))
    );
}
