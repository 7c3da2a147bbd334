//! What holds for every answer: unknown routes, unknown methods, headers, the API's description.

use crate::stack::{NOBODY, Stack};
use serde_json::json;

#[test]
fn unknown_routes_answer_404_in_the_envelope_of_their_surface() {
    let stack = Stack::get();
    let token = &stack.merchant().token;
    let ask = |method, path| {
        let answer = stack.anonymous(method, path).bearer(token).send();
        assert!(!answer.body.contains(path) || path == "/", "{}", answer.body);
        answer
    };
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
    ] {
        assert_eq!(ask(method, path).refused(404, "not_found"), Vec::<String>::new());
    }
    for path in ["/pay", "/pay/a/b/c"] {
        ask("GET", path).refused_plainly(404, "not_found");
    }
    let answer = ask("GET", "/customers/cus_1/nothing");
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (404, &json!("not_found")));
    let answer = ask("GET", "/api/nothing/");
    assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("not_found")));
}

#[test]
fn known_routes_with_other_methods_answer_405_and_name_theirs() {
    let stack = Stack::get();
    let token = &stack.merchant().token;
    for (method, path, allow) in [
        ("DELETE", "/v1/platform/users", "GET, POST"),
        ("PATCH", "/v1/platform/users", "GET, POST"),
        ("PUT", "/v1/platform/payments", "GET, POST"),
        ("DELETE", "/v1/platform/payments", "GET, POST"),
        ("GET", "/v1/platform/auth/token", "POST"),
        ("GET", "/v1/platform/card/payment-link", "POST"),
        ("GET", "/v1/platform/webhooks/test", "POST"),
        ("POST", "/v1/platform/openapi.json", "GET"),
    ] {
        let answer = stack.anonymous(method, path).bearer(token).send();
        answer.refused(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
    }
    for (method, path, allow) in [
        ("DELETE", "/pay/x", "GET, HEAD, OPTIONS"),
        ("GET", "/pay/x/submit", "POST"),
        ("GET", "/pay/x/card", "POST"),
    ] {
        let answer = stack.anonymous(method, path).send();
        answer.refused_plainly(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
    }
}

#[test]
fn c10_what_everybody_reads_is_kept_by_callers_until_it_changes() {
    let stack = Stack::get();
    let descriptions = ["/v1/platform/openapi.json", "/openapi.json", "/api/openapi.json"];
    for path in descriptions.into_iter().chain(["/.well-known/jwks.json"]) {
        let first = stack.anonymous("GET", path).send();
        assert_eq!(first.status, 200);
        let kept = first.header("cache-control").unwrap();
        assert!(kept.starts_with("public, max-age="), "{path}: {kept}");
        let tag = first.header("etag").unwrap();
        let again = stack.anonymous("GET", path).header("if-none-match", tag).send();
        assert_eq!((again.status, &*again.body), (304, ""), "{path}");
        let other = stack.anonymous("GET", path).header("if-none-match", "\"x\"").send();
        assert_eq!(other.status, 200, "{path}");
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
