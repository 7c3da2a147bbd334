//! The links surface's own document.

use super::{JSON, lines, request_body};
use serde_json::{Map, Value, json};
use shared::http::links::{self, problems};
use shared::http::route::{Method, RouteDoc};
use shared::operations::ProblemKind;
use std::{fs, path::Path};

pub use shared::http::links::openapi::DOCUMENT;

/// Routes that answer something which is there already, though they are posted to.
const READS: [&str; 3] = ["login", "refresh_session", "preview_invitation"];

pub fn routes() -> Vec<(&'static str, RouteDoc)> {
    links::routes::all().into_iter().map(|route| ("links", route)).collect()
}

/// The status of success.
fn done(route: &RouteDoc) -> &'static str {
    match (route.method, route.operation) {
        (_, "logout") => "204",
        (Method::Post, operation) if !READS.contains(&operation) => "201",
        _ => "200",
    }
}

/// The statuses a route may answer besides success, with the codes and meanings behind each.
fn refusals(route: &RouteDoc) -> Map<String, Value> {
    let mut kinds: Vec<ProblemKind> = route.problems.to_vec();
    if route.scope.is_some() {
        kinds.push(ProblemKind::Unauthenticated);
    }
    if route.body.is_some() {
        kinds.extend([
            ProblemKind::InvalidJson,
            ProblemKind::BodyTooLarge,
            ProblemKind::UnsupportedMediaType,
        ]);
    }
    kinds.extend([ProblemKind::RateLimited, ProblemKind::Internal, ProblemKind::Unavailable]);
    let mut refusals: Map<String, Value> = Map::new();
    let mut add = |status: u16, text: String| {
        let known = refusals.entry(status.to_string()).or_insert_with(|| json!(text));
        if !known.as_str().unwrap().contains(&text) {
            *known = json!(format!("{} {text}", known.as_str().unwrap()));
        }
    };
    for kind in kinds {
        let row = problems::row_of(kind);
        add(row.status, format!("`{}`: {}", row.code, row.meaning));
    }
    if route.scope.is_some() {
        add(403, "`permission_denied`: Your role may not do this.".to_owned());
    }
    refusals
}

fn responses(route: &RouteDoc) -> Value {
    let mut responses = Map::new();
    let mut success = json!({"description": "Done."});
    if done(route) != "204" {
        success["content"] = json!({JSON: {"schema": route.answer}});
    }
    responses.insert(done(route).into(), success);
    for (status, description) in refusals(route) {
        let content = json!({JSON: {"schema": {"$ref": "#/components/schemas/Error"}}});
        responses.insert(status, json!({"description": description, "content": content}));
    }
    Value::Object(responses)
}

fn parameters(route: &RouteDoc) -> Vec<Value> {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{'));
    let mut parameters: Vec<Value> = names
        .map(|part| {
            let name = part.trim_end_matches('}');
            let schema = json!({"type": "string", "format": "uuid"});
            json!({"name": name, "in": "path", "required": true, "schema": schema})
        })
        .collect();
    let fields = route.query.as_ref().and_then(|schema| schema["properties"].as_object());
    for (name, schema) in fields.into_iter().flatten() {
        parameters.push(json!({"name": name, "in": "query", "schema": schema}));
    }
    if route.method == Method::Post && !route.path.starts_with("/api/auth/") {
        let schema = json!({"type": "string", "minLength": 1, "maxLength": 255});
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "schema": schema,
            "description": "Makes repeating the request harmless for 30 days.",
        }));
    }
    parameters
}

fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for (_, route) in routes() {
        let signed_in = route.scope.is_some() || matches!(route.operation, "get_me" | "logout");
        let mut operation = json!({
            "operationId": route.operation,
            "summary": route.summary,
            "parameters": parameters(&route),
            "responses": responses(&route),
            "security": if signed_in { json!([{"token": []}]) } else { json!([]) },
        });
        if let Some(permission) = route.scope {
            let text = format!("Needs a role with the permission `{permission}`.");
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
    let made = lines(&document());
    if std::env::var_os("PAYLINK_UPDATE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap();
    assert!(committed == made, "run PAYLINK_UPDATE=1 cargo test -p tests openapi and commit");
}
