//! API keys of the links surface: made, listed, replaced and ended by members.

use super::with;
use crate::stack::{Answer, Shop, Stack};
use serde_json::{Value, json};

const KEYS: &str = "/api/organization/api-keys/";

fn made(shop: &Shop, body: &Value) -> Value {
    shop.post(KEYS, body).shown(201)
}

fn call_with(key: &Value, path: &str) -> Answer {
    let header = format!("Api-Key {}", key.as_str().unwrap());
    Stack::get().anonymous("GET", path).header("authorization", &header).send()
}

fn listed(shop: &Shop) -> Vec<Value> {
    shop.get(KEYS).shown(200)["results"].as_array().unwrap().clone()
}

#[test]
fn a_keys_text_is_shown_once_and_its_list_shows_everything_else() {
    let shop = Stack::get().shop("Key Shop");
    let call = || {
        let body = json!({"name": " Server ", "scopes": []});
        shop.call("POST", KEYS).header("idempotency-key", "k-1").json(&body).send()
    };
    let first = call();
    let key = first.shown(201);
    let raw = key["raw_key"].as_str().unwrap();
    assert!(raw.starts_with("plk_test_") && raw.starts_with(key["prefix"].as_str().unwrap()));
    assert!(key["id"].as_str().unwrap().starts_with("key_"));
    assert!(key["created_by"].as_str().unwrap().starts_with("mem_"));
    assert_eq!((&key["name"], &key["status"]), (&json!("Server"), &json!("active")));
    assert_eq!(key["scopes"].as_array().unwrap().len(), 5, "empty means all, answered in full");
    let again = call();
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.shown(201), with(&key, "raw_key", Value::Null));
    let seen = listed(&shop);
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["id"], key["id"]);
    assert!(seen[0].get("raw_key").is_none() && !shop.get(KEYS).body.contains(raw));
}

#[test]
fn a_new_key_is_checked_whole() {
    let shop = Stack::get().shop("Checked Key Shop");
    let bad = json!({"scopes": ["links:write"], "expires_at": "2020-01-01T00:00:00Z", "color": 1});
    let told = shop.post(KEYS, &bad).told_off(400, "validation_error");
    for field in ["name", "scopes", "color"] {
        assert!(told[field][0].is_string(), "{field}: {told}");
    }
    let past = json!({"name": "Old", "expires_at": "2020-01-01T00:00:00Z"});
    let told = shop.post(KEYS, &past).told_off(400, "validation_error");
    assert!(told["expires_at"][0].is_string());
    let ends = json!({"name": "Short", "expires_at": "2099-01-01T00:00:00+02:00"});
    let key = made(&shop, &ends);
    assert_eq!(
        (&key["status"], &key["expires_at"]),
        (&json!("expiring"), &json!("2098-12-31T22:00:00Z"))
    );
}

#[test]
fn ten_keys_are_good_at_once_and_no_more_however_many_ask_at_the_same_moment() {
    let shop = Stack::get().shop("Full Key Shop");
    let answers: Vec<u16> = std::thread::scope(|threads| {
        let shop = &shop;
        let asked: Vec<_> = (0..14)
            .map(|n| {
                threads.spawn(move || {
                    let body = json!({"name": format!("Key {n}")});
                    crate::stack::eventually("no contention", 30, || {
                        let status = shop.post(KEYS, &body).status;
                        (status != 429).then_some(status)
                    })
                })
            })
            .collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 10, "{answers:?}");
    assert_eq!(listed(&shop).len(), 10);
    shop.post(KEYS, &json!({"name": "One more"})).told_off(409, "limit_reached");
    // A key that is replaced ends, so that this is no further one.
    let id = listed(&shop)[0]["id"].clone();
    let body = json!({"id": id, "overlap_seconds": 0});
    shop.post(&format!("{KEYS}rotate/"), &body).shown(201);
    shop.post(&format!("{KEYS}rotate/"), &json!({})).told_off(400, "validation_error");
    shop.post(&format!("{KEYS}rotate/"), &body).told_off(404, "api_key_not_found");
}

#[test]
fn a_key_that_is_replaced_is_good_for_its_overlap_and_one_that_is_revoked_is_not() {
    let shop = Stack::get().shop("Rotating Key Shop");
    let old = made(&shop, &json!({"name": "Server", "scopes": ["payments:read"]}));
    let path = "/api/transactions/";
    call_with(&old["raw_key"], path).shown(200);
    let new = shop.post(&format!("{KEYS}rotate/"), &json!({})).shown(201);
    assert_eq!((&new["name"], &new["scopes"]), (&old["name"], &old["scopes"]));
    assert_ne!(new["raw_key"], old["raw_key"]);
    for key in [&old, &new] {
        call_with(&key["raw_key"], path).shown(200);
    }
    let states: Vec<Value> = listed(&shop).iter().map(|key| key["status"].clone()).collect();
    assert_eq!(states, [json!("active"), json!("expiring")]);
    for _ in 0..2 {
        let over = shop.post(&format!("{KEYS}{}/revoke/", old["id"].as_str().unwrap()), &json!({}));
        assert_eq!(over.shown(200)["status"], "revoked");
    }
    call_with(&old["raw_key"], path).told_off(401, "api_key_invalid");
    call_with(&new["raw_key"], path).shown(200);
    shop.post(&format!("{KEYS}key_0/revoke/"), &json!({})).told_off(404, "api_key_not_found");
    let stranger = Stack::get().shop("Other Key Shop");
    let theirs =
        stranger.post(&format!("{KEYS}{}/revoke/", new["id"].as_str().unwrap()), &json!({}));
    theirs.told_off(404, "api_key_not_found");
}

#[test]
fn hard_case_30_each_route_says_which_credential_it_takes() {
    let stack = Stack::get();
    let shop = stack.shop("Strict Key Shop");
    let narrow = made(&shop, &json!({"name": "Narrow", "scopes": ["refunds:read"]}));
    let told = call_with(&narrow["raw_key"], "/api/payment-links/").told_off(401, "token_required");
    assert!(told["detail"].as_str().unwrap().contains("Authorization: Token"), "{told}");
    let told = shop.post("/api/checkout/create/", &json!({})).told_off(401, "api_key_required");
    assert!(told["detail"].as_str().unwrap().contains("Api-Key"), "{told}");
    let told = call_with(&narrow["raw_key"], "/api/transactions/").told_off(403, "scope_missing");
    assert!(told["detail"].as_str().unwrap().contains("payments:read"), "{told}");
    let both = stack
        .anonymous("GET", "/api/transactions/")
        .header(
            "authorization",
            &format!("Token {}", shop.session["access_token"].as_str().unwrap()),
        )
        .header("api-key", narrow["raw_key"].as_str().unwrap());
    both.send().told_off(401, "ambiguous_credentials");
    // A key of the payments surface says what it is.
    let other = stack.anonymous("GET", "/api/transactions/").header("api-key", "ck_test_x");
    other.send().told_off(401, "api_key_invalid");
}
