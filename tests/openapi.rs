//! The committed description of the API is what its types say, and names every route.
//!
//! `PAYLINK_UPDATE=1 cargo test -p tests openapi` writes it anew.

use serde_json::{Map, Value, json};
use shared::http::field::Field;
use shared::http::openapi::DOCUMENT;
use shared::http::platform::{access_token, problems};
use shared::http::reply::SuccessStatus;
use shared::http::route::{BodyDoc, Envelope, Method, RouteDoc};
use shared::http::{dashboard, hosted, platform};
use shared::model::id::CustomerId;
use shared::operations::ProblemKind;
use std::{fs, path::Path};

const JSON: &str = "application/json";
const HTML: &str = "text/html";
const FORM: &str = "application/x-www-form-urlencoded";
const CLIENT: &str = "Client id and secret, each form-encoded (RFC 6749, 2.3.1).";

mod docs;
mod links;
mod parts;
mod payments;

/// Every route with the folder of its functions.
fn routes() -> Vec<(&'static str, RouteDoc)> {
    let mut routes = described_here();
    routes.extend(payments::routes());
    routes.extend(links::routes());
    routes.extend(dashboard::routes::all().into_iter().map(|route| ("dashboard", route)));
    routes
}

/// Routes that the platform surface's document describes: its own, and the hosted page's. What only a
/// processor calls is no caller's matter: the processor's own guide says it.
fn described_here() -> Vec<(&'static str, RouteDoc)> {
    let platform = platform::routes::all().into_iter().map(|route| ("platform", route));
    let hosted = hosted::routes::all().into_iter();
    let hosted = hosted.filter(|route| !route.path.starts_with(OF_PROCESSORS));
    platform.chain(hosted.map(|route| ("hosted", route))).collect()
}

/// Where processors tell what has happened there.
const OF_PROCESSORS: &str = "/processors/";

/// Routes that no document describes, with their functions: what HTTP has besides.
const UNDESCRIBED: [(&str, &str, &str); 11] = [
    ("post", "/processors/stripe/{tenant}/{mode}", "hosted-receive-stripe-event"),
    ("head", "/dashboard", "dashboard-show-dashboard"),
    ("head", "/docs", "dashboard-show-docs"),
    ("head", "/invoice-files/{token}", "hosted-download-document"),
    ("head", "/l/{uuid}", "hosted-show-link-page"),
    ("options", "/l/{uuid}", "hosted-show-link-page"),
    ("head", "/pay/{token}", "hosted-show-payment-page"),
    ("options", "/pay/{token}", "hosted-show-payment-page"),
    ("head", "/api/payment-links/public/{uuid}", "links-preview-payment-link"),
    ("options", "/api/payment-links/public/{uuid}", "links-preview-payment-link"),
    ("options", "/api/payment-links/public/{uuid}/start", "links-preview-payment-link"),
];

/// Every method of every path, in lower case, and the function that serves it.
pub fn served() -> Vec<(String, &'static str, String)> {
    let described = routes().into_iter().flat_map(|(surface, route)| {
        let function = format!("{surface}-{}", route.operation.replace('_', "-"));
        let methods = [Some(route.method), route.also].into_iter().flatten();
        methods.map(move |method| (method.as_str().to_lowercase(), route.path, function.clone()))
    });
    let others = UNDESCRIBED
        .into_iter()
        .map(|(method, path, function)| (method.to_owned(), path, function.to_owned()));
    described.chain(others).collect()
}

/// The statuses of success of every route, by its methods and path.
pub fn successes() -> Vec<(&'static str, &'static str, SuccessStatus)> {
    let each = routes().into_iter().flat_map(|(_, route)| {
        let methods = [Some(route.method), route.also].into_iter().flatten();
        methods.map(move |method| (method.as_str(), route.path, route.success))
    });
    each.collect()
}

/// Where a refusal of a route is described, and how it is sent.
fn error_content(surface: &str, envelope: Envelope) -> Value {
    let schema = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    match (surface, envelope) {
        (_, Envelope::Page) => json!({HTML: {"schema": {"type": "string"}}}),
        ("hosted", _) => json!({JSON: {"schema": schema("PageError")}}),
        _ => json!({JSON: {"schema": schema("Error")}}),
    }
}

/// Status, code and meaning of a refusal, as a surface's table has them.
type Row = (u16, &'static str, &'static str);

/// The statuses a route may answer besides success, with the codes and meanings behind each. What
/// has a scope may also refuse `guarded`.
fn refusals(
    route: &RouteDoc,
    guarded: &[ProblemKind],
    row: impl Fn(ProblemKind) -> Row,
) -> Map<String, Value> {
    let mut kinds: Vec<ProblemKind> = route.problems.to_vec();
    if route.scope.is_some() {
        kinds.extend(guarded);
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
    for (status, code, meaning) in kinds.into_iter().map(row) {
        add_refusal(&mut refusals, status, &format!("`{code}`: {meaning}"));
    }
    refusals
}

/// Adds a text to those of a status, unless it stands there.
fn add_refusal(refusals: &mut Map<String, Value>, status: u16, text: &str) {
    let known = refusals.entry(status.to_string()).or_insert_with(|| json!(text));
    if !known.as_str().unwrap().contains(text) {
        *known = json!(format!("{} {text}", known.as_str().unwrap()));
    }
}

/// What a route answers: the same at each status of success, and one form of refusal.
fn responses(
    statuses: SuccessStatus,
    success: &Value,
    refusals: Map<String, Value>,
    refusal: &Value,
) -> Value {
    let mut responses = Map::new();
    for status in [Some(statuses.done), statuses.otherwise].into_iter().flatten() {
        responses.insert(status.to_string(), success.clone());
    }
    for (status, description) in refusals {
        let answer = json!({"description": description, "content": refusal});
        responses.insert(status, answer);
    }
    Value::Object(responses)
}

fn platform_responses(surface: &str, route: &RouteDoc) -> Value {
    let schema = match route.envelope {
        Envelope::Plain | Envelope::Page => route.answer.clone(),
        Envelope::One | Envelope::List => {
            let mut properties = json!({
                "status_code": {"type": "integer"},
                "data": route.answer,
                "query_generated_time": {"type": "integer", "description": "UTC milliseconds."},
            });
            if route.envelope == Envelope::List {
                properties["pagination"] = json!({"$ref": "#/components/schemas/Pagination"});
            }
            json!({
                "type": "object",
                "properties": properties,
                "required": ["status_code", "data", "query_generated_time"],
            })
        }
    };
    let media = if route.envelope == Envelope::Page { HTML } else { JSON };
    let content = json!({media: {"schema": schema}});
    let success = json!({"description": "Done.", "content": content});
    let refusals =
        refusals(route, &[ProblemKind::Unauthenticated, ProblemKind::Forbidden], |kind| {
            let row = problems::row(kind);
            (row.status, row.code, row.meaning)
        });
    responses(route.success, &success, refusals, &error_content(surface, route.envelope))
}

fn parameters(route: &RouteDoc) -> Vec<Value> {
    let mut parameters = Vec::new();
    for part in route.path.split('/').filter_map(|part| part.strip_prefix('{')) {
        let name = part.trim_end_matches('}');
        // A delivery is named by its event and its endpoint.
        let schema = if name == "token" || name == "delivery_id" {
            json!({"type": "string"})
        } else {
            <CustomerId as Field>::schema()
        };
        parameters.push(json!({"name": name, "in": "path", "required": true, "schema": schema}));
    }
    let fields = route.query.as_ref().and_then(|schema| schema["properties"].as_object());
    for (name, schema) in fields.into_iter().flatten() {
        let mut parameter = json!({"name": name, "in": "query", "schema": schema});
        let required = route.query.as_ref().and_then(|schema| schema["required"].as_array());
        if required.is_some_and(|names| names.contains(&json!(name))) {
            parameter["required"] = true.into();
        }
        parameters.push(parameter);
    }
    if route.method == Method::Post && route.path.starts_with("/v1/") {
        let schema = json!({"type": "string", "pattern": "^[ -~]{1,255}$"});
        let header = json!({
            "name": "Idempotency-Key", "in": "header", "schema": schema,
            "description": "Makes repeating the request harmless for 30 days.",
        });
        parameters.push(header);
    }
    parameters
}

fn request_body(body: &BodyDoc) -> Value {
    let mut content = json!({JSON: {"schema": body.schema}});
    if let Some(form) = &body.form {
        content[FORM] = json!({"schema": form});
    }
    json!({"required": body.required, "content": content})
}

/// What a caller proves itself with: one of the list.
fn security(route: &RouteDoc) -> Value {
    match (route.scope, &route.body) {
        (Some(scope), _) => json!([{"oauth": [scope]}]),
        (None, Some(body)) if body.form.is_some() => json!([{}, {"client": []}]),
        (None, _) => json!([]),
    }
}

fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for (surface, route) in described_here() {
        let mut operation = json!({
            "operationId": route.operation,
            "summary": route.summary,
            "parameters": parameters(&route),
            "responses": platform_responses(surface, &route),
            "security": security(&route),
        });
        if let Some(body) = &route.body {
            operation["requestBody"] = request_body(body);
        }
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = operation;
    }
    let scopes: Map<String, Value> = access_token::SCOPES
        .iter()
        .map(|scope| ((*scope).to_owned(), Value::String(String::new())))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Paylink",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "oauth": {"type": "oauth2", "flows": {"clientCredentials": {
                    "tokenUrl": "/v1/platform/auth/token", "scopes": scopes,
                }}},
                "client": {"type": "http", "scheme": "basic", "description": CLIENT},
            },
            "schemas": {
                "Error": error_schema(),
                "PageError": refusal_schema(),
                "Pagination": pagination_schema(),
            },
        },
    })
}

/// What a refusal says.
fn refusal_schema() -> Value {
    let codes: Vec<&str> = problems::ALL.iter().map(|kind| problems::row(*kind).code).collect();
    let field = json!({"type": "object", "properties": {
        "field": {"type": "string"}, "message": {"type": "string"},
    }});
    json!({"type": "object", "properties": {
        "code": {"type": "string", "enum": codes},
        "message": {"type": "string"},
        "errors": {"type": "array", "items": field},
        "request_id": {"type": "string"},
    }})
}

/// A refusal in the platform surface's envelope.
fn error_schema() -> Value {
    json!({"type": "object", "properties": {
        "status_code": {"type": "integer"},
        "query_generated_time": {"type": "integer"},
        "data": refusal_schema(),
    }})
}

fn pagination_schema() -> Value {
    json!({"type": "object", "properties": {
        "limit": {"type": "integer"},
        "next_cursor": {"type": ["string", "null"]},
        "has_more": {"type": "boolean"},
    }})
}

/// The document with a line per path, schema and so on: half the bytes of the usual form, which
/// every answer carries, and still a readable difference when something changes.
fn lines(document: &Value) -> String {
    broken(document, 3) + "\n"
}

/// JSON with a line per entry of the outermost `depth` objects.
fn broken(value: &Value, depth: usize) -> String {
    match value.as_object() {
        Some(map) if depth > 0 && !map.is_empty() => {
            let entry = |(name, value)| format!("{}:{}", json!(name), broken(value, depth - 1));
            let entries: Vec<String> = map.iter().map(entry).collect();
            format!("{{\n{}\n}}", entries.join(",\n"))
        }
        Some(_) | None => value.to_string(),
    }
}

#[test]
fn the_committed_description_is_what_the_types_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/src/http/openapi.json");
    let made = lines(&parts::shared(document()));
    if std::env::var_os("PAYLINK_UPDATE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap();
    assert!(committed == made, "run PAYLINK_UPDATE=1 cargo test -p tests openapi and commit");
}

#[test]
fn every_route_of_the_catalogue_is_described() {
    let documents = [DOCUMENT, payments::DOCUMENT, links::DOCUMENT];
    let documents = documents.map(|text| serde_json::from_str::<Value>(text).unwrap());
    for (method, path) in crate::tidy::routes() {
        if path.contains("proxy+") || path == "/" || matches!(&*method, "HEAD" | "OPTIONS") {
            continue;
        }
        // A page and its files are no API.
        if path.starts_with("/dashboard") || path.starts_with(OF_PROCESSORS) || path == "/docs" {
            continue;
        }
        let described = documents.iter().any(|document| {
            document["paths"][&path][method.to_lowercase()]["operationId"].is_string()
        });
        assert!(described, "{method} {path} is not described");
    }
}

/// The first paragraph of a file's documentation, in one line.
fn first_paragraph(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|_| panic!("no {}", path.display()));
    let lines = text.lines().map_while(|line| line.strip_prefix("//! "));
    lines.collect::<Vec<_>>().join(" ")
}

/// What the main function of a route's file says of its route: `CreateUser, create_user)`.
fn serving(operation: &str) -> String {
    let words = operation.split('_').map(|word| word[..1].to_uppercase() + &word[1..]);
    let route: String = words.collect();
    if operation == "create_access_token" {
        return format!("routes::{route}::SUCCESS,");
    }
    format!("{route}, {operation})")
}

#[test]
fn a_function_says_what_its_route_says() {
    let functions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions");
    for (surface, route) in routes() {
        let file = functions.join(surface).join(format!("{}.rs", route.operation));
        let (method, path) = (route.method.as_str(), route.path);
        let stated = format!("`{method} {path}`: {}", route.summary);
        assert_eq!(first_paragraph(&file), stated, "{}", file.display());
        // What runs it takes its surface and its statuses of success from the same statement.
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(&serving(route.operation)), "{} serves another", file.display());
    }
}

/// What stands where a reference points.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let Some(path) = value["$ref"].as_str() else { return value };
    document.pointer(path.trim_start_matches('#')).unwrap()
}

#[test]
fn generated_clients_can_rely_on_the_description() {
    let served: Value = serde_json::from_str(DOCUMENT).unwrap();
    let operation = |method: &str, path: &str| served["paths"][path][method].clone();
    for methods in served["paths"].as_object().unwrap().values() {
        for operation in methods.as_object().unwrap().values() {
            let summary = operation["summary"].as_str().unwrap();
            assert!(summary.ends_with('.'), "{summary}");
        }
    }
    let wallet = operation("patch", "/v1/platform/wallets/{wallet_id}");
    assert_eq!(wallet["requestBody"]["required"], true);
    let release = operation("post", "/v1/platform/payments/{payment_intent_id}/release");
    assert_eq!(release["requestBody"]["required"], false);
    // Null is as good as absent in bodies, and means nothing in a query.
    let fields =
        |body: &Value| body["requestBody"]["content"][JSON]["schema"]["properties"].clone();
    let payment = fields(&operation("post", "/v1/platform/payments"));
    assert_eq!(payment["currency"]["type"], json!(["string", "null"]));
    assert_eq!(payment["intent_type"]["enum"].as_array().unwrap().last(), Some(&Value::Null));
    assert_eq!(payment["user_id"]["type"], "string");
    assert_eq!(fields(&release)["amount"]["oneOf"][1], json!({"type": "null"}));
    let list = operation("get", "/v1/platform/payments");
    for parameter in list["parameters"].as_array().unwrap() {
        assert!(parameter["schema"]["type"].is_string(), "{parameter}");
    }
    let token = operation("post", "/v1/platform/auth/token");
    let form = &token["requestBody"]["content"][FORM]["schema"];
    assert_eq!(form["properties"]["client_id"]["minLength"], 5);
    assert_eq!(form["properties"]["scope"]["type"], "string");
    assert_eq!(form["required"], Value::Null, "they may come by HTTP Basic");
    assert_eq!(token["security"][1], json!({"client": []}));
    let page = operation("get", "/pay/{token}");
    for status in ["200", "404", "410"] {
        let answer = resolved(&served, &page["responses"][status]);
        let content = answer["content"].as_object().unwrap();
        assert_eq!(content.keys().collect::<Vec<_>>(), [HTML], "{status}");
    }
}
