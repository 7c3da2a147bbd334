//! The API on the local stack: every route, every field, every refusal.
//!
//! One file per resource. Requests that must be refused stand in tables ([`Bad`]), and each table
//! is followed by a look into the DynamoDB table: a refusal writes nothing.

mod auth;
mod card_payment_link;
mod challenge;
mod dashboard;
pub mod debts;
mod deliveries;
mod destinations;
mod endpoint_health;
mod envelope;
mod idempotency;
mod invoices;
mod isolation;
mod leaks;
mod link_page;
mod links_activity;
mod links_api_keys;
mod links_cases;
mod links_catalog;
mod links_invoices;
mod links_management;
mod links_organization;
mod links_pictures;
mod links_refunds;
mod links_roles;
mod links_rules;
mod links_second_factor;
mod links_statistics;
mod links_surface;
mod links_team;
mod links_transactions;
mod links_webhooks;
mod merchant_accounts;
mod page;
mod paying;
mod payment_methods;
mod payments;
mod payments_api_keys;
mod payments_cases;
mod payments_customers;
mod payments_lists;
mod payments_refunds;
mod payments_surface;
mod payments_typed_client;
mod payments_webhooks;
mod people;
mod products;
mod signatures;
mod stripe;
mod stripe_events;
mod stripe_live;
mod stripe_polls;
mod submit;
mod tax;
mod token;
pub mod users;
mod vault;
mod wallets;
mod webhooks;

use crate::stack::{Answer, Call, Stack, Tenant};
use serde_json::{Value, json};

/// A body that must be refused: what is wrong with it, the body, and what is answered.
struct Bad {
    what: String,
    body: String,
    status: u16,
    code: &'static str,
    fields: Vec<String>,
}

impl Bad {
    /// JSON that breaks a rule: 422, naming these fields.
    fn fields(what: &str, body: impl ToString, fields: &[&str]) -> Self {
        Self {
            what: what.to_owned(),
            body: body.to_string(),
            status: 422,
            code: "validation_error",
            fields: fields.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    /// JSON that is refused for another reason, without naming fields.
    fn of(what: &str, body: impl ToString, status: u16, code: &'static str) -> Self {
        Self { status, code, ..Self::fields(what, body, &[]) }
    }

    /// Checks an answer of the platform's surface.
    fn check(&self, answer: &Answer) {
        assert_eq!(answer.status, self.status, "{}: {}", self.what, answer.body);
        let named = answer.refused(self.status, self.code);
        assert_eq!(named, self.fields, "{}: {}", self.what, answer.body);
    }

    /// Checks an answer to one of the page's own calls.
    fn check_plainly(&self, answer: &Answer) {
        assert_eq!(answer.status, self.status, "{}: {}", self.what, answer.body);
        let named = answer.refused_plainly(self.status, self.code);
        assert_eq!(named, self.fields, "{}: {}", self.what, answer.body);
    }
}

/// An object with one member set.
pub fn with(object: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut object = object.clone();
    object[name] = value.into();
    object
}

/// An object without one of its members.
fn without(object: &Value, name: &str) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove(name);
    object
}

/// An object as text, with one member's value written out by hand.
fn spelled(object: &Value, name: &str, value: &str) -> String {
    let rest = without(object, name).to_string();
    let rest = rest.strip_prefix('{').unwrap();
    let comma = if rest == "}" { "" } else { "," };
    format!(r#"{{"{name}":{value}{comma}{rest}"#)
}

/// What every route with a body refuses before it looks at a single field.
fn broken_bodies(valid: &Value) -> Vec<Bad> {
    let text = valid.to_string();
    let first = valid.as_object().unwrap().keys().next().unwrap();
    let bad = |what: &str, body: String| Bad::of(what, body, 400, "invalid_json");
    let deep = format!("{}{}", "[".repeat(64), "]".repeat(64));
    let abyss = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    let twice = text.replacen('{', &format!(r#"{{"{first}":1,"#), 1);
    let hidden = spelled(valid, "metadata", r#"{"a":[{"b":1,"\u0062":2}]}"#);
    let mut bad = vec![
        bad("cut off", text.get(..text.len() - 1).unwrap().to_owned()),
        bad("a comma too many", text.replace('}', ",}")),
        bad("two values", format!("{text} {text}")),
        bad("single quotes", text.replace('"', "'")),
        bad("a list", "[]".to_owned()),
        bad("a text", "\"{}\"".to_owned()),
        bad("null", "null".to_owned()),
        bad("NaN", spelled(valid, first, "NaN")),
        bad("Infinity", spelled(valid, first, "-Infinity")),
        bad("a number with a leading zero", spelled(valid, first, "012.50")),
        bad("a name twice", twice),
        bad("a name twice deep inside, once escaped", hidden),
        bad("nested too deep", spelled(valid, "metadata", &deep)),
        bad("nested far too deep", spelled(valid, "metadata", &abyss)),
    ];
    let long = format!("\"{}\"", "x".repeat(65 * 1024));
    bad.push(Bad::of("65 KiB", spelled(valid, first, &long), 413, "body_too_large"));
    bad
}

/// Sends each body and checks its refusal; then that nothing at all was written.
fn refuses(stack: &'static Stack, tenant: &Tenant, path: &str, bodies: &[Bad]) {
    let before = stack.quiet_items_about(&tenant.id);
    for bad in bodies {
        let call = tenant.call("POST", path).text("application/json", &bad.body);
        bad.check(&call.send());
    }
    assert_eq!(stack.quiet_items_about(&tenant.id), before, "a refusal of {path} wrote something");
}

/// Media types that are not JSON.
const OTHER_MEDIA: [&str; 5] =
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json", "text/json"];

/// Sends a good body under media types that are not JSON.
fn refuses_other_media(call: &dyn Fn() -> Call, body: &Value) {
    for media in OTHER_MEDIA {
        let answer = call().text(media, &body.to_string()).send();
        answer.refused(415, "unsupported_media_type");
    }
}

/// Values that are not a text.
fn not_texts() -> [Value; 5] {
    [json!(5), json!(true), json!([]), json!({}), json!(["text"])]
}
