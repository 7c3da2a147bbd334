//! The committed description of the API is what its types say, and names every route.
//!
//! `PAYLINK_UPDATE=1 cargo test -p tests openapi` writes it anew.

use serde_json::{Map, Value, json};
use shared::http::body::Body;
use shared::http::hosted::call;
use shared::http::openapi::DOCUMENT;
use shared::http::platform::{
    access_token, card_payment_link, delivery, destination, jwks, merchant_account, new_payment,
    payment, payment_method, payment_step, product, replay, user, wallet, webhook_endpoint,
};
use shared::http::view::Described;
use shared::http::{Code, field::Field};
use std::{fs, path::Path};

/// What stands around an answer.
#[derive(Clone, Copy, PartialEq)]
enum Envelope {
    Object,
    List,
    None,
    Page,
}

struct Route {
    method: &'static str,
    path: &'static str,
    operation: &'static str,
    scope: Option<&'static str>,
    body: Option<Value>,
    query: Option<Value>,
    answer: Value,
    envelope: Envelope,
    errors: &'static [Code],
}

fn route(method: &'static str, path: &'static str, operation: &'static str) -> Route {
    Route {
        method,
        path,
        operation,
        scope: None,
        body: None,
        query: None,
        answer: json!({"type": "object"}),
        envelope: Envelope::Object,
        errors: &[],
    }
}

impl Route {
    fn scope(self, scope: &'static str) -> Self {
        Self { scope: Some(scope), ..self }
    }

    fn body<B: Body>(self) -> Self {
        Self { body: Some(B::schema()), ..self }
    }

    fn query<B: Body>(self) -> Self {
        Self { query: Some(B::schema()), ..self }
    }

    fn answers<V: Described>(self) -> Self {
        Self { answer: V::schema(), ..self }
    }

    fn lists<V: Described>(self) -> Self {
        Self { answer: Vec::<V>::schema(), envelope: Envelope::List, ..self }
    }

    fn plain(self) -> Self {
        Self { envelope: Envelope::None, ..self }
    }

    fn page(self) -> Self {
        Self { envelope: Envelope::Page, ..self }
    }

    fn errors(self, errors: &'static [Code]) -> Self {
        Self { errors, ..self }
    }
}

fn routes() -> Vec<Route> {
    use Code::*;
    let mut routes = platform_routes();
    routes.extend(payment_routes());
    routes.extend(wallet_routes());
    routes.extend(webhook_routes());
    routes.extend([
        route("get", "/pay/{token}", "show_payment_page").page().errors(&[LinkNotFound]),
        route("get", "/pay/{token}/status", "get_payment_status")
            .answers::<call::PaymentStatusView>()
            .plain()
            .errors(&[LinkNotFound]),
        route("post", "/pay/{token}/card", "tokenize_card")
            .body::<call::TokenizeCard>()
            .answers::<call::CardTokenView>()
            .plain()
            .errors(&[LinkNotFound, ValidationError]),
        route("post", "/pay/{token}/submit", "submit_payment")
            .body::<call::SubmitPayment>()
            .answers::<call::PaymentStatusView>()
            .plain()
            .errors(&[
                LinkNotFound,
                ValidationError,
                CardNotAccepted,
                LinkCanceled,
                LinkUsed,
                LinkExpired,
            ]),
        route("get", "/pay/{token}/challenge", "show_challenge")
            .page()
            .errors(&[LinkNotFound, ChallengeOver]),
        route("post", "/pay/{token}/challenge", "complete_challenge")
            .body::<call::CompleteChallenge>()
            .answers::<call::PaymentStatusView>()
            .plain()
            .errors(&[LinkNotFound, ValidationError, ChallengeOver]),
        route("get", "/.well-known/jwks.json", "get_jwks").answers::<jwks::JwksView>().plain(),
        route("get", "/openapi.json", "get_openapi").plain(),
    ]);
    routes
}

fn platform_routes() -> Vec<Route> {
    use Code::*;
    vec![
        route("post", "/v1/platform/auth/token", "create_access_token")
            .body::<access_token::AccessTokenRequest>()
            .answers::<access_token::AccessTokenView>()
            .errors(&[InvalidClient, ValidationError, RateLimited]),
        route("post", "/v1/platform/users", "create_user")
            .scope("users:write")
            .body::<user::CreateUser>()
            .answers::<user::UserView>()
            .errors(&[ValidationError, IdempotencyKeyReused, EmailTaken]),
        route("get", "/v1/platform/users", "list_users")
            .scope("users:read")
            .query::<user::ListUsers>()
            .lists::<user::UserView>()
            .errors(&[ValidationError]),
        route("get", "/v1/platform/users/{user_id}", "get_user")
            .scope("users:read")
            .answers::<user::UserView>()
            .errors(&[UserNotFound]),
        route("get", "/v1/platform/card-processing/users/{user_id}", "list_merchant_accounts")
            .scope("users:read")
            .lists::<merchant_account::MerchantAccountView>()
            .errors(&[UserNotFound]),
        route("post", "/v1/platform/card/payment-link", "create_card_payment_link")
            .scope("links:write")
            .body::<card_payment_link::CreateCardPaymentLink>()
            .answers::<card_payment_link::CardPaymentLinkView>()
            .errors(&[
                ValidationError,
                IdempotencyKeyReused,
                UserNotFound,
                MerchantAccountNotFound,
                MerchantAccountNotApproved,
                NoMerchantAccount,
            ]),
        route("get", "/v1/platform/payments", "list_payments")
            .scope("payments:read")
            .query::<payment::ListPayments>()
            .lists::<payment::PaymentView>()
            .errors(&[ValidationError]),
        route("get", "/v1/platform/payments/{payment_intent_id}", "get_payment")
            .scope("payments:read")
            .answers::<payment::PaymentView>()
            .errors(&[PaymentNotFound]),
    ]
}

fn webhook_routes() -> Vec<Route> {
    use Code::*;
    vec![
        route("post", "/v1/platform/webhooks", "put_webhook_endpoint")
            .scope("webhooks:write")
            .body::<webhook_endpoint::PutWebhookEndpoint>()
            .answers::<webhook_endpoint::WebhookEndpointView>()
            .errors(&[ValidationError, IdempotencyKeyReused, Conflict]),
        route("get", "/v1/platform/webhooks", "get_webhook_endpoint")
            .scope("webhooks:read")
            .answers::<webhook_endpoint::WebhookEndpointView>()
            .errors(&[WebhookNotFound]),
        route("delete", "/v1/platform/webhooks", "delete_webhook_endpoint")
            .scope("webhooks:write")
            .answers::<webhook_endpoint::DeletedView>()
            .errors(&[WebhookNotFound, Conflict]),
        route("post", "/v1/platform/webhooks/test", "send_test_event")
            .scope("webhooks:write")
            .body::<webhook_endpoint::SendTestEvent>()
            .answers::<webhook_endpoint::TestEventView>()
            .errors(&[ValidationError, WebhookNotFound, WebhookDisabled, Conflict]),
        route("post", "/v1/platform/webhooks/rotate-secret", "rotate_webhook_secret")
            .scope("webhooks:write")
            .body::<webhook_endpoint::RotateWebhookSecret>()
            .answers::<webhook_endpoint::WebhookEndpointView>()
            .errors(&[ValidationError, IdempotencyKeyReused, WebhookNotFound, Conflict]),
        route("get", "/v1/platform/webhooks/deliveries", "list_deliveries")
            .scope("webhooks:read")
            .query::<delivery::ListDeliveries>()
            .lists::<delivery::DeliveryView>()
            .errors(&[ValidationError]),
        route("get", "/v1/platform/webhooks/deliveries/{delivery_id}", "get_delivery")
            .scope("webhooks:read")
            .answers::<delivery::DeliveryView>()
            .errors(&[DeliveryNotFound]),
        route("post", "/v1/platform/webhooks/deliveries/{delivery_id}/retry", "retry_delivery")
            .scope("webhooks:write")
            .body::<delivery::RetryDelivery>()
            .answers::<delivery::DeliveryView>()
            .errors(&[
                ValidationError,
                IdempotencyKeyReused,
                DeliveryNotFound,
                WebhookNotFound,
                WebhookDisabled,
                Conflict,
            ]),
        route("post", "/v1/platform/webhooks/replay", "replay_events")
            .scope("webhooks:write")
            .body::<replay::ReplayEvents>()
            .answers::<replay::ReplayView>()
            .errors(&[
                ValidationError,
                IdempotencyKeyReused,
                WebhookNotFound,
                WebhookDisabled,
                Conflict,
            ]),
    ]
}

/// Payments between people, and what callers do with them.
fn payment_routes() -> Vec<Route> {
    use Code::*;
    vec![
        route("post", "/v1/platform/payments", "create_payment")
            .scope("payments:write")
            .body::<new_payment::CreatePayment>()
            .answers::<payment::PaymentView>()
            .errors(&[
                ValidationError,
                IdempotencyKeyReused,
                RequestInProgress,
                UserNotFound,
                WalletNotFound,
                ProductNotFound,
                PaymentMethodNotFound,
                DestinationNotFound,
                InsufficientFunds,
            ]),
        route("post", "/v1/platform/payments/{payment_intent_id}/release", "release_payment")
            .scope("payments:write")
            .body::<payment_step::ReleasePayment>()
            .answers::<payment::PaymentView>()
            .errors(&[
                ValidationError,
                IdempotencyKeyReused,
                PaymentNotFound,
                PaymentNotHeld,
                HoldExpired,
            ]),
        route("post", "/v1/platform/payments/{payment_intent_id}/cancel", "cancel_payment")
            .scope("payments:write")
            .body::<payment_step::CancelPayment>()
            .answers::<payment::PaymentView>()
            .errors(&[
                ValidationError,
                IdempotencyKeyReused,
                PaymentNotFound,
                PaymentNotCancelable,
                HoldExpired,
                LinkExpired,
                LinkCanceled,
                LinkUsed,
            ]),
        route("post", "/v1/platform/payments/{payment_intent_id}/review", "review_payment")
            .scope("payments:review")
            .body::<payment_step::ReviewPayment>()
            .answers::<payment::PaymentView>()
            .errors(&[
                ValidationError,
                IdempotencyKeyReused,
                PaymentNotFound,
                PaymentNotInReview,
                InsufficientFunds,
            ]),
    ]
}

/// What stands around payments between people.
fn wallet_routes() -> Vec<Route> {
    use Code::*;
    vec![
        route("get", "/v1/platform/products", "list_products")
            .scope("payments:read")
            .lists::<product::ProductView>(),
        route("post", "/v1/platform/payment-methods/bank", "create_bank_payment_method")
            .scope("wallets:write")
            .body::<payment_method::CreateBankPaymentMethod>()
            .answers::<payment_method::PaymentMethodView>()
            .errors(&[ValidationError, IdempotencyKeyReused, UserNotFound, Conflict]),
        route("get", "/v1/platform/payment-methods", "list_payment_methods")
            .scope("wallets:read")
            .query::<payment_method::ListPaymentMethods>()
            .lists::<payment_method::PaymentMethodView>()
            .errors(&[ValidationError, UserNotFound]),
        route(
            "delete",
            "/v1/platform/payment-methods/{payment_method_id}",
            "delete_payment_method",
        )
        .scope("wallets:write")
        .query::<payment_method::DeletePaymentMethod>()
        .answers::<payment_method::DeletedPaymentMethodView>()
        .errors(&[ValidationError, PaymentMethodNotFound, Conflict]),
        route("post", "/v1/platform/payees/{payee_id}/destinations", "create_destination")
            .scope("wallets:write")
            .query::<destination::PayeeOf>()
            .body::<destination::CreateDestination>()
            .answers::<destination::DestinationView>()
            .errors(&[ValidationError, IdempotencyKeyReused, UserNotFound, Conflict]),
        route("post", "/v1/platform/wallets", "create_wallet")
            .scope("wallets:write")
            .body::<wallet::CreateWallet>()
            .answers::<wallet::WalletView>()
            .errors(&[
                ValidationError,
                IdempotencyKeyReused,
                UserNotFound,
                WalletNameTaken,
                Conflict,
            ]),
        route("get", "/v1/platform/wallets", "list_wallets")
            .scope("wallets:read")
            .query::<wallet::ListWallets>()
            .lists::<wallet::WalletView>()
            .errors(&[ValidationError, UserNotFound]),
        route("get", "/v1/platform/wallets/{wallet_id}", "get_wallet")
            .scope("wallets:read")
            .answers::<wallet::WalletView>()
            .errors(&[WalletNotFound]),
        route("patch", "/v1/platform/wallets/{wallet_id}", "update_wallet")
            .scope("wallets:write")
            .body::<wallet::UpdateWallet>()
            .answers::<wallet::WalletView>()
            .errors(&[ValidationError, WalletNotFound, WalletNameTaken, Conflict]),
        route("get", "/v1/platform/wallets/{wallet_id}/entries", "list_wallet_entries")
            .scope("wallets:read")
            .query::<wallet::ListWalletEntries>()
            .lists::<wallet::WalletEntryView>()
            .errors(&[ValidationError, WalletNotFound]),
        route("get", "/v1/platform/payees/{payee_id}/destinations", "list_destinations")
            .scope("wallets:read")
            .query::<destination::ListDestinations>()
            .lists::<destination::DestinationView>()
            .errors(&[ValidationError, UserNotFound]),
    ]
}

/// Served too, and not worth a description.
const UNDESCRIBED: [(&str, &str, &str); 2] = [
    ("head", "/pay/{token}", "show_payment_page"),
    ("options", "/pay/{token}", "show_payment_page"),
];

/// Every method of every path, in lower case, and the function that serves it.
pub fn served() -> Vec<(&'static str, &'static str, String)> {
    let described = routes().into_iter().map(|route| (route.method, route.path, route.operation));
    let all = described.chain(UNDESCRIBED);
    let with_function = all.map(|(method, path, operation)| {
        let (surface, _) = source(operation);
        (method, path, format!("{surface}-{}", operation.replace('_', "-")))
    });
    with_function.collect()
}

/// The surface an operation belongs to, and the text of its function.
fn source(operation: &str) -> (&'static str, String) {
    let functions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions");
    let read = |surface| {
        let file = functions.join(surface).join(format!("{operation}.rs"));
        fs::read_to_string(file).ok().map(|text| (surface, text))
    };
    ["platform", "hosted"]
        .into_iter()
        .find_map(read)
        .unwrap_or_else(|| panic!("no function {operation}"))
}

/// The sentence after method and path in a function's first doc line.
fn summary(operation: &str) -> String {
    let (_, text) = source(operation);
    let line = text.lines().next().unwrap();
    line.split_once("`: ").unwrap().1.to_owned()
}

fn error_response(code: Code) -> (String, Value) {
    let envelope = json!({"$ref": "#/components/schemas/Error"});
    let answer = json!({
        "description": format!("`{}`: {}", code.as_str(), code.meaning()),
        "content": {"application/json": {"schema": envelope}},
    });
    (code.status().to_string(), answer)
}

fn responses(route: &Route) -> Value {
    let mut responses = Map::new();
    let schema = match route.envelope {
        Envelope::None | Envelope::Page => route.answer.clone(),
        Envelope::Object | Envelope::List => {
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
    let media = if route.envelope == Envelope::Page { "text/html" } else { "application/json" };
    let schema = if route.envelope == Envelope::Page { json!({"type": "string"}) } else { schema };
    let content = json!({media: {"schema": schema}});
    responses.insert("200".into(), json!({"description": "Done.", "content": content}));
    let mut common: Vec<Code> = route.errors.to_vec();
    if route.scope.is_some() {
        common.extend([Code::Unauthorized, Code::InsufficientScope]);
    }
    if route.body.is_some() {
        common.extend([Code::InvalidJson, Code::BodyTooLarge, Code::UnsupportedMediaType]);
    }
    common.extend([Code::RateLimited, Code::InternalError, Code::TemporarilyUnavailable]);
    for code in common {
        let (status, answer) = error_response(code);
        let known = responses.entry(status).or_insert_with(|| answer.clone());
        let (old, new) = (known["description"].as_str().unwrap(), &answer["description"]);
        if old != new {
            known["description"] = format!("{old} {}", new.as_str().unwrap()).into();
        }
    }
    Value::Object(responses)
}

fn parameters(route: &Route) -> Vec<Value> {
    let mut parameters = Vec::new();
    for part in route.path.split('/').filter_map(|part| part.strip_prefix('{')) {
        let name = part.trim_end_matches('}');
        // A delivery is named by its event and its endpoint.
        let schema = if name == "token" || name == "delivery_id" {
            json!({"type": "string"})
        } else {
            <shared::model::id::CustomerId as Field>::schema()
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
    if route.method == "post" && route.path.starts_with("/v1/") {
        let schema = json!({"type": "string", "minLength": 1, "maxLength": 255});
        let header = json!({
            "name": "Idempotency-Key", "in": "header", "schema": schema,
            "description": "Makes repeating the request harmless for 30 days.",
        });
        parameters.push(header);
    }
    parameters
}

fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in routes() {
        let mut operation = json!({
            "operationId": route.operation,
            "summary": summary(route.operation),
            "parameters": parameters(&route),
            "responses": responses(&route),
        });
        if let Some(body) = &route.body {
            let content = json!({"application/json": {"schema": body}});
            let required = body["required"].as_array().is_some_and(|names| !names.is_empty());
            operation["requestBody"] = json!({"required": required, "content": content});
        }
        operation["security"] = match route.scope {
            Some(scope) => json!([{"oauth": [scope]}]),
            None => json!([]),
        };
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method] = operation;
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
            "securitySchemes": {"oauth": {"type": "oauth2", "flows": {"clientCredentials": {
                "tokenUrl": "/v1/platform/auth/token", "scopes": scopes,
            }}}},
            "schemas": {"Error": error_schema(), "Pagination": pagination_schema()},
        },
    })
}

fn error_schema() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let field = json!({"type": "object", "properties": {
        "field": {"type": "string"}, "message": {"type": "string"},
    }});
    json!({"type": "object", "properties": {
        "status_code": {"type": "integer"},
        "query_generated_time": {"type": "integer"},
        "data": {"type": "object", "properties": {
            "code": {"type": "string", "enum": codes},
            "message": {"type": "string"},
            "errors": {"type": "array", "items": field},
            "request_id": {"type": "string"},
        }},
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
    let made = lines(&document());
    if std::env::var_os("PAYLINK_UPDATE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap();
    assert!(committed == made, "run PAYLINK_UPDATE=1 cargo test -p tests openapi and commit");
}

#[test]
fn every_route_of_the_catalogue_is_described() {
    let served: Value = serde_json::from_str(DOCUMENT).unwrap();
    for (method, path) in crate::tidy::routes() {
        if path.contains("proxy+") || path == "/" || matches!(&*method, "HEAD" | "OPTIONS") {
            continue;
        }
        let operation = &served["paths"][&path][method.to_lowercase()];
        assert!(operation["operationId"].is_string(), "{method} {path} is not described");
    }
}
