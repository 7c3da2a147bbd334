//! API keys of the payments surface: who they let in, what they grant, and how they end.

use super::{with, without};
use crate::stack::{Answer, NOBODY, Seller, Stack};
use serde_json::{Value, json};

/// A key that a seller's first key makes.
fn made_by(seller: &Seller, body: &Value) -> (Value, Seller) {
    let made = seller.post("/api-keys", body).made();
    let key = made["apiKey"].as_str().unwrap().to_owned();
    let with_key = seller.with_key(&key);
    (made, with_key)
}

fn unauthorized(answer: &Answer) {
    answer.denied(401, "authentication_error", "unauthorized");
}

#[test]
fn a_key_is_made_listed_used_and_ended_and_its_text_is_shown_once() {
    let seller = Stack::get().seller_without_account("Key Seller");
    let asked = json!({"name": "Shop's server", "expiresInDays": 3.65e2,
        "scopes": ["payments:read", "api_keys:read"]});
    let first = seller.post_once("/api-keys", "key-1", &asked);
    let made = first.made();
    let text = made["apiKey"].as_str().unwrap();
    assert!(text.starts_with(made["prefix"].as_str().unwrap()) && text.starts_with("ck_test_"));
    assert_eq!(made["prefix"].as_str().unwrap().len(), "ck_test_".len() + 26 + 12);
    for (field, value) in [
        ("name", json!("Shop's server")),
        ("lastUsedAt", Value::Null),
        ("scopes", asked["scopes"].clone()),
        ("object", json!("api_key")),
        ("livemode", json!(false)),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    assert!(made["expiresAt"].is_string());
    let again = seller.post_once("/api-keys", "key-1", &asked);
    assert_eq!(again.made(), with(&made, "apiKey", ""));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let other = seller.post_once("/api-keys", "key-1", &with(&asked, "name", "Other"));
    assert_eq!(other.denied(409, "conflict_error", "idempotency_key_mismatch"), ["name"]);
    let with_key = seller.with_key(text);
    let listed = with_key.get("/api-keys").told();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert_eq!(with(&listed[0], "lastUsedAt", Value::Null), without(&made, "apiKey"));
    // The use that listed it is noted, right to the hour.
    assert!(with_key.get("/api-keys").told()[0]["lastUsedAt"].is_string());
    let path = format!("/api-keys/{}", made["id"].as_str().unwrap());
    let gone = seller.call("DELETE", &path).send().told();
    assert_eq!(
        gone,
        json!({"id": made["id"], "deleted": true, "object": "api_key", "livemode": false})
    );
    unauthorized(&with_key.get("/api-keys"));
    let again = seller.call("DELETE", &path).send();
    again.denied(404, "not_found_error", "api_key_not_found");
    assert_eq!(seller.get("/api-keys").told().as_array().unwrap().len(), 1);
}

/// Hard case 17.
#[test]
fn hard_case_17_a_key_without_the_scope_is_403_for_any_id_and_grants_no_more() {
    let seller = Stack::get().seller("Scoped Seller");
    let payment = seller.payment();
    let (_, narrow) =
        made_by(&seller, &json!({"name": "Keys", "scopes": ["api_keys:write", "customers:read"]}));
    let known = narrow.get(&format!("/payments/{}", payment["id"].as_str().unwrap()));
    let unknown = narrow.get("/payments/pay_1");
    for answer in [&known, &unknown] {
        answer.denied(403, "authentication_error", "forbidden");
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains("payments:read"), "{message}");
    }
    assert_eq!(known.body, unknown.body);
    // Its body is not looked at before its scope is.
    let broken = narrow.call("POST", "/payments").text("text/plain", "{").send();
    broken.denied(403, "authentication_error", "forbidden");
    let granting =
        |scopes: Value| narrow.post("/api-keys", &json!({"name": "x", "scopes": scopes}));
    granting(json!(["payments:read"])).denied(403, "authentication_error", "forbidden");
    let (made, heir) = made_by(&narrow, &json!({"name": "Like its maker"}));
    assert_eq!(made["scopes"], json!(["customers:read", "api_keys:write"]), "in their order");
    heir.get("/api-keys").told();
    // Writing contains reading; itself too.
    let path = format!("/api-keys/{}", made["id"].as_str().unwrap());
    heir.call("DELETE", &path).send().told();
    unauthorized(&heir.get("/api-keys"));
}

#[test]
fn broken_keys_are_refused_field_by_field() {
    let seller = Stack::get().seller_without_account("Strict Key Seller");
    let fields = |body: Value| {
        seller.post("/api-keys", &body).denied(400, "validation_error", "validation_error")
    };
    assert_eq!(fields(json!({})), ["name"]);
    assert_eq!(fields(json!({"name": " "})), ["name"]);
    assert_eq!(fields(json!({"name": "x".repeat(101)})), ["name"]);
    for days in [json!(0), json!(3651), json!(1.5), json!("1")] {
        assert_eq!(fields(json!({"name": "x", "expiresInDays": days})), ["expiresInDays"]);
    }
    for scopes in [json!([]), json!(["links:write"]), json!("tax:read")] {
        assert_eq!(fields(json!({"name": "x", "scopes": scopes})), ["scopes"]);
    }
    assert_eq!(
        fields(json!({"scopes": 1, "expiresInDays": 0, "name": 5})),
        ["name", "expiresInDays", "scopes"]
    );
    for limit in ["0", "101", "x"] {
        let answer = seller.get(&format!("/api-keys?limit={limit}"));
        assert_eq!(answer.denied(400, "validation_error", "validation_error"), ["limit"]);
    }
    for id in ["key_1".to_owned(), NOBODY.to_owned(), format!("key_{}", NOBODY.replace('-', ""))] {
        let answer = seller.call("DELETE", &format!("/api-keys/{id}")).send();
        answer.denied(404, "not_found_error", "api_key_not_found");
    }
    let other = Stack::get().seller_without_account("Other Key Seller");
    let theirs = other.get("/api-keys").told()[0]["id"].as_str().unwrap().to_owned();
    let answer = seller.call("DELETE", &format!("/api-keys/{theirs}")).send();
    answer.denied(404, "not_found_error", "api_key_not_found");
}

#[test]
fn there_are_at_most_fifty_keys_and_pages_of_them() {
    let seller = Stack::get().seller_without_account("Busy Key Seller");
    let middle = seller.post("/api-keys", &json!({"name": "middle"})).made();
    for n in 0..48 {
        seller.post("/api-keys", &json!({"name": format!("Key {n}")})).made();
    }
    let refused = seller.post("/api-keys", &json!({"name": "51st"}));
    refused.denied(409, "conflict_error", "duplicate");
    let first = seller.get("/api-keys?limit=30").json();
    assert_eq!(first["hasMore"], true);
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = seller.get(&format!("/api-keys?limit=30&cursor={cursor}")).json();
    assert_eq!((&second["hasMore"], second.get("nextCursor")), (&json!(false), None));
    assert_eq!(second["data"].as_array().unwrap().len(), 20);
    let before = middle["createdAt"].as_str().unwrap();
    let older = seller.get(&format!("/api-keys?cursor={before}")).told();
    assert_eq!(older.as_array().unwrap().len(), 1, "a time is a cursor");
    for cursor in [&cursor[1..], "x", "2026-01-01"] {
        let answer = seller.get(&format!("/api-keys?cursor={cursor}"));
        assert_eq!(answer.denied(400, "validation_error", "validation_error"), ["cursor"]);
    }
    let other = Stack::get().seller_without_account("Other Busy Seller");
    let answer = other.get(&format!("/api-keys?cursor={cursor}"));
    assert_eq!(answer.denied(400, "validation_error", "validation_error"), ["cursor"]);
}

/// Hard case 18.
#[test]
fn hard_case_18_two_headers_with_one_key_are_one_and_with_two_are_refused() {
    let stack = Stack::get();
    let seller = stack.seller_without_account("Twofold Seller");
    let twice = |second: &str| {
        let call = stack.anonymous("GET", "/api-keys").header("x-api-key", &seller.key);
        call.header("x-api-key", second).send()
    };
    twice(&seller.key).told();
    unauthorized(&twice("ck_test_other"));
    let bearer = stack.anonymous("GET", "/api-keys").bearer(&seller.key).send();
    unauthorized(&bearer);
    // Whatever else proves something elsewhere is passed over here.
    let both = seller.call("GET", "/api-keys").bearer("nonsense").send();
    both.told();
}

#[test]
fn an_operator_makes_a_key_for_who_is_locked_out() {
    let stack = Stack::get();
    let seller = stack.seller_without_account("Locked Out Seller");
    let id = seller.get("/api-keys").told()[0]["id"].as_str().unwrap().to_owned();
    seller.call("DELETE", &format!("/api-keys/{id}")).send().told();
    unauthorized(&seller.get("/api-keys"));
    let wish = json!({"tenant_id": seller.tenant, "mode": "test", "name": "Replacement"});
    let made = stack.invoke("operators-create-api-key", &wish);
    let seller = seller.with_key(made["api_key"].as_str().unwrap());
    let keys = seller.get("/api-keys").told();
    assert_eq!((&keys[0]["id"], &keys[0]["name"]), (&made["api_key_id"], &json!("Replacement")));
    assert_eq!(keys[0]["scopes"].as_array().unwrap().len(), 14);
}
