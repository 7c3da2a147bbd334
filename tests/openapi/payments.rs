//! The payments surface's own document.

use super::{JSON, lines, request_body};
use serde_json::{Map, Value, json};
use shared::http::payments::{self, problems};
use shared::http::route::{Envelope, Method, RouteDoc};
use shared::model::api_key::PAYMENTS_SCOPES;
use shared::operations::ProblemKind;
use std::{fs, path::Path};

pub use shared::http::payments::openapi::DOCUMENT;

pub fn routes() -> Vec<(&'static str, RouteDoc)> {
    payments::routes::all().into_iter().map(|route| ("payments", route)).collect()
}

/// The statuses a route may answer besides success, with the codes and meanings behind each.
fn refusals(route: &RouteDoc) -> Map<String, Value> {
    let mut kinds: Vec<ProblemKind> = route.problems.to_vec();
    if route.scope.is_some() {
        kinds.extend([ProblemKind::Unauthenticated, ProblemKind::Forbidden]);
    }
    if route.body.is_some() {
        kinds.extend([
            ProblemKind::InvalidJson,
            ProblemKind::BodyTooLarge,
            ProblemKind::UnsupportedMediaType,
        ]);
    }
    kinds.extend([ProblemKind::RateLimited, ProblemKind::Internal, ProblemKind::Unavailable]);
    let mut refusals = Map::new();
    for kind in kinds {
        let row = problems::row(kind);
        let text = format!("`{}`: {}", row.code, row.meaning);
        let known = refusals.entry(row.status.to_string()).or_insert_with(|| json!(text));
        if *known != json!(text) {
            *known = json!(format!("{} {text}", known.as_str().unwrap()));
        }
    }
    refusals
}

fn responses(route: &RouteDoc) -> Value {
    let schema = match route.envelope {
        Envelope::Plain | Envelope::Page => route.answer.clone(),
        Envelope::One => json!({
            "type": "object",
            "properties": {"success": {"type": "boolean"}, "data": route.answer},
            "required": ["success", "data"],
        }),
        Envelope::List => json!({
            "type": "object",
            "properties": {
                "success": {"type": "boolean"},
                "data": route.answer,
                "hasMore": {"type": "boolean"},
                "nextCursor": {"type": "string"},
            },
            "required": ["success", "data", "hasMore"],
        }),
    };
    let content = json!({JSON: {"schema": schema}});
    let done = if route.method == Method::Post { "201" } else { "200" };
    let mut responses = Map::new();
    responses.insert(done.into(), json!({"description": "Done.", "content": content}));
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
            json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})
        })
        .collect();
    let fields = route.query.as_ref().and_then(|schema| schema["properties"].as_object());
    for (name, schema) in fields.into_iter().flatten() {
        parameters.push(json!({"name": name, "in": "query", "schema": schema}));
    }
    if route.method == Method::Post {
        let schema = json!({"type": "string", "minLength": 1, "maxLength": 255});
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "schema": schema,
            "description": "Makes repeating the request harmless.",
        }));
    }
    parameters
}

fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for (_, route) in routes() {
        let security = match route.scope {
            Some(_) => json!([{"key": []}]),
            None => json!([]),
        };
        let mut operation = json!({
            "operationId": route.operation,
            "summary": route.summary,
            "parameters": parameters(&route),
            "responses": responses(&route),
            "security": security,
        });
        if let Some(scope) = route.scope {
            operation["description"] = json!(format!("Needs a key with the scope `{scope}`."));
        }
        if let Some(body) = &route.body {
            operation["requestBody"] = request_body(body);
        }
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = operation;
    }
    let scopes = PAYMENTS_SCOPES.join("`, `");
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Paylink payments",
            "version": payments::VERSION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {
                "type": "apiKey", "in": "header", "name": "x-api-key",
                "description": format!("Scopes: `{scopes}`."),
            }},
            "schemas": {"Error": error_schema()},
        },
    })
}

fn error_schema() -> Value {
    json!({"type": "object", "properties": {
        "success": {"type": "boolean"},
        "error": {"type": "object", "properties": {
            "type": {"type": "string"},
            "code": {"type": "string"},
            "message": {"type": "string"},
            "param": {"type": "string", "description": "The first input to blame."},
            "details": {"description": "Every broken field, or what the code says."},
            "doc_url": {"type": ["string", "null"]},
        }},
    }})
}

#[test]
fn the_committed_description_of_the_payments_surface_is_what_the_types_say() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/src/http/payments/openapi.json");
    let made = lines(&document());
    if std::env::var_os("PAYLINK_UPDATE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap();
    assert!(committed == made, "run PAYLINK_UPDATE=1 cargo test -p tests openapi and commit");
}
