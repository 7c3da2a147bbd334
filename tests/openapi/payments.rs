//! The payments surface's own document.

use super::{JSON, lines, parts, refusals, request_body, responses};
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

fn responses_of(route: &RouteDoc) -> Value {
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
    let success = json!({"description": "Done.", "content": {JSON: {"schema": schema}}});
    let refusals =
        refusals(route, &[ProblemKind::Unauthenticated, ProblemKind::Forbidden], |kind| {
            let row = problems::row(kind);
            (row.status, row.code, row.meaning)
        });
    let refusal = json!({JSON: {"schema": {"$ref": "#/components/schemas/Error"}}});
    responses(route.success, &success, refusals, &refusal)
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
    if matches!(route.method, Method::Post | Method::Patch | Method::Put) {
        let schema = json!({"type": "string", "pattern": "^[ -~]{1,255}$"});
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
            "responses": responses_of(&route),
            "security": security,
        });
        if let Some(scope) = route.scope {
            operation["description"] = json!(format!("Needs a key with the scope `{scope}`."));
        }
        if let Some(body) = &route.body {
            operation["requestBody"] = request_body(body);
        }
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(also) = route.also {
            let mut twin = operation.clone();
            let method = also.as_str().to_lowercase();
            twin["operationId"] = json!(format!("{}_by_{method}", route.operation));
            path[method] = twin;
        }
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
    let made = lines(&parts::shared(document()));
    if std::env::var_os("PAYLINK_UPDATE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap();
    assert!(committed == made, "run PAYLINK_UPDATE=1 cargo test -p tests openapi and commit");
}
