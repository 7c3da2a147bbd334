//! The links surface's own document.

use super::{JSON, add_refusal, lines, parts, refusals, request_body, responses};
use serde_json::{Map, Value, json};
use shared::http::links::{self, problems};
use shared::http::route::{Method, RouteDoc};
use shared::operations::ProblemKind;
use std::{fs, path::Path};

pub use shared::http::links::openapi::DOCUMENT;

pub fn routes() -> Vec<(&'static str, RouteDoc)> {
    links::routes::all().into_iter().map(|route| ("links", route)).collect()
}

/// What a route refuses; where roles decide, with the refusal of a role.
fn refusals_of(route: &RouteDoc) -> Map<String, Value> {
    let mut refusals = refusals(route, &[ProblemKind::Unauthenticated], |kind| {
        let row = problems::row_of(kind);
        (row.status, row.code, row.meaning)
    });
    if route.scope.is_some_and(|scope| scope != "checkout:create") {
        add_refusal(&mut refusals, 403, "`permission_denied`: Your role may not do this.");
    }
    refusals
}

fn responses_of(route: &RouteDoc) -> Value {
    let mut success = json!({"description": "Done."});
    if route.success.done != 204 {
        let media: &[&str] = match route.operation {
            "get_payment_link_qr" => &["image/svg+xml", "image/png"],
            "export_payment_links" | "export_transactions" | "export_link_payments" => {
                &["text/csv"]
            }
            _ => &[JSON],
        };
        let all = media.iter().map(|media| ((*media).to_owned(), json!({"schema": route.answer})));
        success["content"] = Value::Object(all.collect());
    }
    let refusal = json!({JSON: {"schema": {"$ref": "#/components/schemas/Error"}}});
    responses(route.success, &success, refusals_of(route), &refusal)
}

fn parameters(route: &RouteDoc) -> Vec<Value> {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{'));
    let mut parameters: Vec<Value> = names
        .map(|part| {
            let name = part.trim_end_matches('}');
            let schema = match name {
                "uuid" => json!({"type": "string", "format": "uuid"}),
                _ => json!({"type": "string"}),
            };
            json!({"name": name, "in": "path", "required": true, "schema": schema})
        })
        .collect();
    let fields = route.query.as_ref().and_then(|schema| schema["properties"].as_object());
    for (name, schema) in fields.into_iter().flatten() {
        parameters.push(json!({"name": name, "in": "query", "schema": schema}));
    }
    if route.method == Method::Post && !route.path.starts_with("/api/auth/") {
        let schema = json!({"type": "string", "pattern": "^[ -~]{1,255}$"});
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "schema": schema,
            "description": "Makes repeating the request harmless for 30 days.",
        }));
    }
    parameters
}

/// Whether it is a scope of API keys, and not a permission of roles.
fn of_a_key(scope: &str) -> bool {
    scope.contains(':')
}

/// Which credentials a route takes: some take a key, some a key or a token.
fn security(route: &RouteDoc) -> Value {
    match route.scope {
        Some("checkout:create") => json!([{"key": []}]),
        Some(scope) if of_a_key(scope) => json!([{"token": []}, {"key": []}]),
        Some(_) | None => json!([{"token": []}]),
    }
}

fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for (_, route) in routes() {
        let signed_in = route.scope.is_some()
            || route.operation != "refresh_session"
                && route.problems.contains(&ProblemKind::Unauthenticated);
        let mut operation = json!({
            "operationId": route.operation,
            "summary": route.summary,
            "parameters": parameters(&route),
            "responses": responses_of(&route),
            "security": if signed_in { security(&route) } else { json!([]) },
        });
        if let Some(permission) = route.scope {
            let text = if of_a_key(permission) {
                format!("Needs an API key with `{permission}`, where a key calls.")
            } else {
                format!("Needs a role with the permission `{permission}`.")
            };
            operation["description"] = json!(text);
        }
        if let Some(body) = &route.body {
            operation["requestBody"] = request_body(body);
        }
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Paylink links",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {
                "type": "apiKey", "in": "header", "name": "Authorization",
                "description": "`Token pls_...`, which a sign-in answers.",
            }, "key": {
                "type": "apiKey", "in": "header", "name": "Api-Key",
                "description": "`plk_...`; `Authorization: Api-Key plk_...` means the same.",
            }},
            "schemas": {"Error": error_schema()},
        },
    })
}

fn error_schema() -> Value {
    let sentences = json!({"type": "array", "items": {"type": "string"}});
    json!({
        "type": "object",
        "properties": {
            "detail": {"type": "string"},
            "code": {"type": "string"},
            "retry_after": {"type": "integer"},
            "non_field_errors": sentences,
        },
        "required": ["detail", "code"],
        "description": "Broken fields have their lists beside these, nested like the request.",
    })
}

#[test]
fn the_committed_description_of_the_links_surface_is_what_the_types_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/src/http/links/openapi.json");
    let made = lines(&parts::shared(document()));
    if std::env::var_os("PAYLINK_UPDATE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap();
    assert!(committed == made, "run PAYLINK_UPDATE=1 cargo test -p tests openapi and commit");
}

/// Whoever forgets to say that a route asks for a sign-in describes it as open to everybody.
#[test]
fn all_but_a_few_routes_are_described_as_asking_who_calls() {
    let document = document();
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    let open = operations.filter(|one| one["responses"].get("401").is_none());
    let mut open: Vec<_> = open.filter_map(|one| one["operationId"].as_str()).collect();
    open.sort_unstable();
    let expected = [
        "accept_invitation",
        "get_image",
        "get_openapi",
        "preview_invitation",
        "preview_payment_link",
        "reset_password",
        "start_checkout",
    ];
    assert_eq!(open, expected);
}
