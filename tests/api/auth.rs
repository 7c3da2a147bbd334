//! Access tokens on every protected route.

use crate::stack::{Call, NOBODY, Stack};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use serde_json::{Value, json};

/// Every protected route with the scope it needs.
const ROUTES: [(&str, &str, &str); 12] = [
    ("POST", "/v1/platform/users", "users:write"),
    ("GET", "/v1/platform/users", "users:read"),
    ("GET", "/v1/platform/users/{id}", "users:read"),
    ("GET", "/v1/platform/card-processing/users/{id}", "users:read"),
    ("POST", "/v1/platform/card/payment-link", "links:write"),
    ("GET", "/v1/platform/payments", "payments:read"),
    ("GET", "/v1/platform/payments/{id}", "payments:read"),
    ("POST", "/v1/platform/webhooks", "webhooks:write"),
    ("GET", "/v1/platform/webhooks", "webhooks:read"),
    ("DELETE", "/v1/platform/webhooks", "webhooks:write"),
    ("POST", "/v1/platform/webhooks/test", "webhooks:write"),
    ("GET", "/v1/platform/webhooks/deliveries", "webhooks:read"),
];

fn calls(stack: &'static Stack) -> impl Iterator<Item = (Call, &'static str)> {
    ROUTES.into_iter().map(|(method, path, scope)| {
        (stack.anonymous(method, &path.replace("{id}", NOBODY)), scope)
    })
}

fn encode(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn claims_of(token: &str) -> Value {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

/// Signs whatever it is given with a key for ES256.
fn signed(pkcs8: &[u8], header: &Value, claims: &Value) -> String {
    let random = SystemRandom::new();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &random).unwrap();
    let text = format!("{}.{}", encode(header), encode(claims));
    let signature = pair.sign(&random, text.as_bytes()).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

fn set(claims: &Value, name: &str, value: impl Into<Value>) -> Value {
    super::with(claims, name, value)
}

/// Tokens that must not open anything. All but the forged ones are signed with the deployment's
/// own key, so that it is their claims that are refused.
fn bad_tokens(stack: &'static Stack) -> Vec<(&'static str, String)> {
    let token = &stack.merchant().token;
    let claims = claims_of(token);
    let (kid, own) = stack.signing_key();
    let random = SystemRandom::new();
    let other = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let header = json!({"typ": "JWT", "alg": "ES256", "kid": kid});
    let with_claims = |claims: &Value| signed(&own, &header, claims);
    let (exp, iat) = (claims["exp"].as_i64().unwrap(), claims["iat"].as_i64().unwrap());
    let none = format!("{}.{}.", encode(&set(&header, "alg", "none")), encode(&claims));
    let parts: Vec<&str> = token.split('.').collect();
    let hs256 = {
        let set_of_keys = stack.anonymous("GET", "/.well-known/jwks.json").send().body;
        let text = format!("{}.{}", encode(&set(&header, "alg", "HS256")), encode(&claims));
        let key = hmac::Key::new(hmac::HMAC_SHA256, set_of_keys.as_bytes());
        let mac = hmac::sign(&key, text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.as_ref()))
    };
    let swapped = format!(
        "{}.{}.{}",
        parts[0],
        encode(&set(&claims, "tenant", stack.stranger().id.as_str())),
        parts[2]
    );
    vec![
        ("expired", with_claims(&set(&set(&claims, "iat", iat - 7200), "exp", exp - 7200))),
        ("expired a moment ago", with_claims(&set(&claims, "exp", iat - 1))),
        ("exp as a text", with_claims(&set(&claims, "exp", exp.to_string()))),
        ("no exp", with_claims(&super::without(&claims, "exp"))),
        ("exp null", with_claims(&set(&claims, "exp", Value::Null))),
        ("not yet valid", with_claims(&set(&claims, "nbf", exp))),
        ("another audience", with_claims(&set(&claims, "aud", "somebody-else"))),
        ("no audience", with_claims(&super::without(&claims, "aud"))),
        ("another issuer", with_claims(&set(&claims, "iss", "https://issuer.example"))),
        ("no issuer", with_claims(&super::without(&claims, "iss"))),
        ("no tenant", with_claims(&super::without(&claims, "tenant"))),
        ("no mode", with_claims(&super::without(&claims, "mode"))),
        ("a tenant that is no id", with_claims(&set(&claims, "tenant", "all"))),
        ("no scope", with_claims(&super::without(&claims, "scope"))),
        ("signed by another key", signed(other.as_ref(), &header, &claims)),
        ("an unknown key", signed(other.as_ref(), &set(&header, "kid", "k200"), &claims)),
        ("no key named", signed(&own, &super::without(&header, "kid"), &claims)),
        ("alg none", none),
        ("HMAC with the public keys", hs256),
        ("claims swapped", swapped),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("four parts", format!("{token}.{}", parts[2])),
        ("no token", "token".to_owned()),
        ("a very long token", "x".repeat(8 * 1024)),
        ("an empty token", String::new()),
    ]
}

#[test]
fn no_route_opens_without_a_valid_access_token() {
    let stack = Stack::get();
    let tokens = bad_tokens(stack);
    let token = &stack.merchant().token;
    for (call, _) in calls(stack) {
        let missing = call.clone().send();
        missing.refused(401, "unauthorized");
        assert_eq!(missing.header("www-authenticate"), Some("Bearer"));
        for (what, token) in &tokens {
            let answer = call.clone().bearer(token).send();
            assert_eq!(answer.status, 401, "{what}: {}", answer.body);
            answer.refused(401, "unauthorized");
        }
        for header in [token.clone(), format!("Basic {token}"), "Bearer".into(), "Token x".into()] {
            call.clone().header("authorization", &header).send().refused(401, "unauthorized");
        }
    }
}

#[test]
fn a_token_made_by_hand_with_the_deployments_key_is_accepted() {
    // Shows that the refusals above are about the claims, and not about how tests sign.
    let stack = Stack::get();
    let (kid, own) = stack.signing_key();
    let header = json!({"typ": "JWT", "alg": "ES256", "kid": kid});
    let token = signed(&own, &header, &claims_of(&stack.merchant().token));
    stack.anonymous("GET", "/v1/platform/users").bearer(&token).send().ok();
    let lower = format!("bearer {token}");
    stack.anonymous("GET", "/v1/platform/users").header("authorization", &lower).send().ok();
}

#[test]
fn every_route_needs_its_own_scope_and_no_other() {
    let stack = Stack::get();
    let tenant = stack.merchant();
    let all = "links:write payments:read payments:write users:read users:write webhooks:read \
               webhooks:write";
    for (call, scope) in calls(stack) {
        let others: Vec<&str> = all.split(' ').filter(|other| *other != scope).collect();
        let answer = call.bearer(&tenant.token_for(Some(&others.join(" ")))).send();
        answer.refused(403, "insufficient_scope");
        assert!(answer.body.contains(scope), "{} does not name {scope}", answer.body);
    }
    // With that scope alone, reading works.
    for (method, path, scope) in ROUTES.into_iter().filter(|(method, ..)| *method == "GET") {
        let token = tenant.token_for(Some(scope));
        let call = stack.anonymous(method, &path.replace("{id}", NOBODY)).bearer(&token);
        assert!(matches!(call.send().status, 200 | 404), "{method} {path}");
    }
}
