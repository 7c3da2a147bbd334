//! `POST /v1/platform/auth/token` and the key set that verifies what it issues.

use super::{Bad, OTHER_MEDIA, broken_bodies, not_texts, with, without};
use crate::stack::{Stack, Tenant, eventually};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};
use shared::{app::clock, store::key};

const PATH: &str = "/v1/platform/auth/token";

/// Claims of a token, once its signature has been checked against the published keys.
fn verified(stack: &'static Stack, token: &str) -> Value {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
    let header: Value = serde_json::from_slice(&decode(parts[0])).unwrap();
    assert_eq!(header["alg"], "ES256");
    let set = stack.anonymous("GET", "/.well-known/jwks.json").send();
    assert_eq!(set.status, 200, "{}", set.body);
    let set = set.json();
    let keys = set["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == header["kid"]).unwrap();
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"], &key["use"]),
        (&json!("EC"), &json!("P-256"), &json!("ES256"), &json!("sig"))
    );
    assert!(key.get("d").is_none(), "a private key is published");
    let half = |name: &str| decode(key[name].as_str().unwrap());
    let point = [vec![4], half("x"), half("y")].concat();
    let signed = format!("{}.{}", parts[0], parts[1]);
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(signed.as_bytes(), &decode(parts[2]))
        .unwrap();
    serde_json::from_slice(&decode(parts[1])).unwrap()
}

fn credentials(tenant: &Tenant) -> Value {
    json!({"client_id": tenant.client_id, "client_secret": tenant.client_secret})
}

#[test]
fn a_token_is_issued_for_json_form_and_basic_credentials_and_verifies_with_the_key_set() {
    let stack = Stack::get();
    let tenant = stack.merchant();
    let (id, secret) = (&tenant.client_id, &tenant.client_secret);
    let form = "application/x-www-form-urlencoded";
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let post = || stack.anonymous("POST", PATH);
    let grant = "grant_type=client_credentials";
    let answers = [
        post().json(&credentials(tenant)).send(),
        post().json(&with(&credentials(tenant), "grant_type", "client_credentials")).send(),
        post().text(form, &format!("{grant}&client_id={id}&client_secret={secret}")).send(),
        post().text(form, grant).header("authorization", &basic).send(),
        post().header("authorization", &basic).send(),
    ];
    for answer in answers {
        let data = answer.ok();
        assert_eq!(data["token_type"], "Bearer");
        assert_eq!(data["expires_in"], 3600);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let claims = verified(stack, data["access_token"].as_str().unwrap());
        assert_eq!(claims["tenant"], tenant.id.as_str());
        assert_eq!(claims["mode"], "test");
        assert_eq!(claims["sub"], id.as_str());
        assert_eq!(claims["aud"], "paylink");
        assert_eq!(claims["scope"], data["scope"]);
        let (issued, ends) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        assert_eq!(ends - issued, 3600);
        assert!((clock::now().seconds() - issued).abs() < 120);
    }
}

#[test]
fn a_token_allows_what_was_asked_for_and_nothing_the_client_does_not_have() {
    let stack = Stack::get();
    let tenant = stack.merchant();
    let ask = |scope: Value| {
        stack.anonymous("POST", PATH).json(&with(&credentials(tenant), "scope", scope)).send()
    };
    let all = ask(Value::Null).ok()["scope"].clone();
    for scope in ["links:write", "payments:read", "users:read", "users:write", "webhooks:write"] {
        assert!(all.as_str().unwrap().split(' ').any(|granted| granted == scope), "{all}");
        let data = ask(scope.into()).ok();
        assert_eq!(data["scope"], scope);
        assert_eq!(verified(stack, data["access_token"].as_str().unwrap())["scope"], scope);
    }
    for scope in ["admin", "users:read everything", "users:*", "*", "", " "] {
        assert_eq!(ask(scope.into()).refused(422, "validation_error"), ["scope"], "{scope}");
    }
}

#[test]
fn broken_token_requests_are_refused_field_by_field() {
    let stack = Stack::get();
    let good = credentials(stack.merchant());
    let mut bad = broken_bodies(&good);
    for (field, longest) in [("client_id", 120), ("client_secret", 255)] {
        bad.push(Bad::fields("missing", without(&good, field), &[field]));
        bad.push(Bad::fields("null", with(&good, field, Value::Null), &[field]));
        bad.push(Bad::fields("too short", with(&good, field, "1234"), &[field]));
        bad.push(Bad::fields("too long", with(&good, field, "x".repeat(longest + 1)), &[field]));
        for value in not_texts() {
            bad.push(Bad::fields("no text", with(&good, field, value), &[field]));
        }
    }
    for grant in ["password", "refresh_token", "", "CLIENT_CREDENTIALS"] {
        bad.push(Bad::fields("another grant", with(&good, "grant_type", grant), &["grant_type"]));
    }
    bad.push(Bad::fields("no text", with(&good, "scope", 5), &["scope"]));
    bad.push(Bad::fields("all at once", "{}", &["client_id", "client_secret"]));
    for bad in &bad {
        let call = stack.anonymous("POST", PATH).text("application/json", &bad.body);
        bad.check(&call.send());
    }
    for media in OTHER_MEDIA.iter().filter(|media| !media.contains("urlencoded")) {
        let answer = stack.anonymous("POST", PATH).text(media, &good.to_string()).send();
        answer.refused(415, "unsupported_media_type");
    }
    let form = "application/x-www-form-urlencoded";
    for (body, status, code) in [
        ("client_id=client-1&client_id=client-2", 400, "invalid_json"),
        ("client_id=%zz&client_secret=1234567890", 400, "invalid_json"),
        ("client_id=%ff%fe&client_secret=1234567890", 400, "invalid_json"),
        ("", 422, "validation_error"),
        ("client_id=client-1", 422, "validation_error"),
    ] {
        stack.anonymous("POST", PATH).text(form, body).send().refused(status, code);
    }
}

#[test]
fn a_wrong_secret_an_unknown_client_and_a_malformed_header_get_the_same_401() {
    let stack = Stack::get();
    let tenant = stack.tenant("Forgetful Shop");
    let wrong = with(&credentials(&tenant), "client_secret", "secret_test_wrong");
    let unknown = with(&credentials(&tenant), "client_id", "client_test_nobody");
    let messages = [&wrong, &unknown].map(|body| {
        let answer = stack.anonymous("POST", PATH).json(body).send();
        answer.refused(401, "invalid_client");
        assert!(answer.header("www-authenticate").is_some());
        answer.json()["data"]["message"].clone()
    });
    assert_eq!(messages[0], messages[1]);
    for header in ["Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Bearer x", "Digest x"] {
        let call = stack.anonymous("POST", PATH).header("authorization", header);
        call.send().refused(401, "invalid_client");
    }
    // The right secret still works, and wipes the slate.
    stack.anonymous("POST", PATH).json(&credentials(&tenant)).send().ok();
    let client = stack.item(&key::client(&tenant.client_id)).unwrap();
    assert_eq!(client["fail"]["N"], "0");
}

#[test]
fn guessing_secrets_is_slowed_down_with_retry_after_and_the_right_secret_never_is() {
    let stack = Stack::get();
    let (tenant, other) = (stack.tenant("Guessed Shop"), stack.merchant());
    let ask = |body: &Value| stack.anonymous("POST", PATH).json(body).send();
    let wrong = with(&credentials(&tenant), "client_secret", "secret_test_wrong");
    for _ in 0..5 {
        ask(&wrong).refused(401, "invalid_client");
    }
    // Then a guess costs two seconds, the next one four: sooner or later somebody is too fast.
    let slow = eventually("a guess is too early", 60, || {
        let answer = ask(&wrong);
        (answer.status != 401).then_some(answer)
    });
    slow.refused(429, "rate_limited");
    let wait: i64 = slow.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=300).contains(&wait), "{wait}");
    // Whoever has the right secret is let in meanwhile: no stranger can lock an owner out.
    ask(&credentials(&tenant)).ok();
    ask(&credentials(other)).ok();
}

#[test]
fn stock_oauth_clients_find_what_they_look_for_at_the_top_level() {
    let stack = Stack::get();
    let tenant = stack.merchant();
    let (id, secret) = (&tenant.client_id, &tenant.client_secret);
    let form = "application/x-www-form-urlencoded";
    let ask = |body: &str| stack.anonymous("POST", PATH).text(form, body).send();
    let whole = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let answer = ask(&format!("{whole}&audience=x&resource=y"));
    let data = answer.ok();
    for name in ["access_token", "token_type", "expires_in", "scope"] {
        assert_eq!(answer.json()[name], data[name], "{name}");
    }
    let json = stack.anonymous("POST", PATH).json(&credentials(tenant)).send();
    assert!(json.json().get("access_token").is_none());
    for (body, status, error) in [
        (format!("client_id={id}&client_secret=secret_test_wrong"), 401, "invalid_client"),
        (format!("{whole}&scope="), 422, "invalid_scope"),
        (whole.replace("client_credentials", "password"), 422, "unsupported_grant_type"),
    ] {
        let answer = ask(&body);
        assert_eq!((answer.status, &answer.json()["error"]), (status, &json!(error)));
    }
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let other =
        stack.anonymous("POST", PATH).text(form, &format!("client_id={id}&client_secret=another"));
    assert_eq!(
        other.header("authorization", &basic).send().refused(422, "validation_error"),
        ["client_secret"]
    );
}
