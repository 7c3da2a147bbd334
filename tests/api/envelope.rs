//! What holds for every answer: unknown routes, unknown methods, headers, the API's description.

use crate::stack::{NOBODY, Stack};
use serde_json::json;

#[test]
fn unknown_routes_and_methods_answer_404_in_the_envelope() {
    let stack = Stack::get();
    let token = &stack.merchant().token;
    for (method, path) in [
        ("GET", "/"),
        ("POST", "/"),
        ("GET", "/v1"),
        ("GET", "/v1/platform"),
        ("GET", "/v1/platform/nothing"),
        ("POST", "/v1/platform/nothing"),
        ("GET", "/v2/platform/users"),
        ("GET", "/v1/platform/users/x/y"),
        ("GET", "/openapi.yaml"),
        ("GET", "/.env"),
        ("GET", "/pay"),
        ("GET", "/pay/a/b/c"),
        ("DELETE", "/v1/platform/users"),
        ("PATCH", "/v1/platform/users"),
        ("PUT", "/v1/platform/payments"),
        ("DELETE", "/v1/platform/payments"),
        ("GET", "/v1/platform/auth/token"),
        ("GET", "/v1/platform/card/payment-link"),
        ("GET", "/v1/platform/webhooks/test"),
        ("POST", "/v1/platform/openapi.json"),
        ("DELETE", "/pay/x"),
        ("GET", "/pay/x/submit"),
        ("GET", "/pay/x/card"),
    ] {
        let answer = stack.anonymous(method, path).bearer(token).send();
        assert_eq!(answer.status, 404, "{method} {path}: {}", answer.body);
        assert_eq!(answer.refused(404, "not_found"), Vec::<String>::new());
        assert!(!answer.body.contains(path) || path == "/", "{}", answer.body);
    }
}

#[test]
fn every_answer_is_json_that_nobody_keeps_with_a_request_id_of_its_own() {
    let stack = Stack::get();
    let tenant = stack.merchant();
    let answers = [
        tenant.get("/v1/platform/users"),
        tenant.get("/v1/platform/payments"),
        tenant.get(&format!("/v1/platform/users/{NOBODY}")),
        tenant.post("/v1/platform/users", &json!({})),
        tenant.post("/v1/platform/auth/token", &json!({})),
        stack.anonymous("GET", "/v1/platform/users").send(),
        stack.anonymous("GET", "/nothing").send(),
    ];
    let mut ids = Vec::new();
    for answer in &answers {
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        ids.push(answer.header("x-request-id").unwrap());
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), answers.len());
}

#[test]
fn the_description_of_the_api_is_served() {
    let answer = Stack::get().anonymous("GET", "/v1/platform/openapi.json").send();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap_or_default().starts_with("3.1"), "{document}");
    for path in ["/v1/platform/users", "/v1/platform/card/payment-link", "/v1/platform/auth/token"]
    {
        assert!(document["paths"].get(path).is_some(), "{path} is not described");
    }
}
