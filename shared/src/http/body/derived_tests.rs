//! Bodies as they are derived.

use super::*;
use crate::{
    http::field::{Amount, Text, Whole, payable},
    model::Currency,
};
use derive::{Body, View};
use serde_json::json;

/// An order.
#[derive(Body)]
#[body(rename_all = "camelCase", check = payable(unit_price, currency))]
struct Order {
    /// What it is called.
    r#type: Text<1, 10>,
    /// What one costs.
    unit_price: Amount,
    /// How many; one when absent.
    #[body(default = Whole(1))]
    quantity: Option<Whole<1, 9>>,
    /// ISO 4217.
    #[body(default = Currency::USD)]
    currency: Option<Currency>,
    /// Where it goes.
    ship_to: Option<Address>,
    /// What is in it.
    order_lines: Vec<Line>,
    /// Words to
    /// find it by.
    tags: Option<Vec<Text<1, 5>>>,
    /// Makes repeating the request harmless.
    #[body(key)]
    idempotency_key: Option<Text<1, 20>>,
}

/// A place.
#[derive(Body)]
struct Address {
    /// Where.
    city: Text<1, 20>,
}

/// One line.
#[derive(Body)]
struct Line {
    /// Which.
    sku: Text<1, 20>,
}

fn read(json: &str) -> std::result::Result<Order, Vec<(String, String)>> {
    let problem = match Fields::from_json(json).unwrap().read() {
        Ok(order) => return Ok(order),
        Err(problem) => problem,
    };
    let Problem::Invalid(fields) = problem else { panic!("{problem:?}") };
    Err(fields.into_iter().map(|f| (f.field, f.message)).collect())
}

fn names(json: &str) -> Vec<String> {
    read(json).unwrap_err().into_iter().map(|(field, _)| field).collect()
}

const WHOLE: &str = r#"{"type":"a","unitPrice":"1.50","quantity":2,"currency":"eur",
    "shipTo":{"city":"Ulm"},"orderLines":[{"sku":"x"},{"sku":"y"}],"tags":["t"],
    "idempotencyKey":"K"}"#;

#[test]
fn every_kind_of_field_is_read() {
    let order = read(WHOLE).unwrap();
    assert_eq!((order.r#type.0.as_str(), order.unit_price.0.as_str()), ("a", "1.50"));
    assert_eq!(order.quantity.unwrap().0, 2);
    assert_eq!(order.currency.unwrap().code(), "EUR");
    assert_eq!(order.ship_to.as_ref().unwrap().city.0, "Ulm");
    assert_eq!(order.order_lines[1].sku.0, "y");
    assert_eq!(order.tags.as_ref().unwrap()[0].0, "t");
    assert_eq!(order.idempotency_key(), Some("K"));
    let least = read(r#"{"type":"a","unitPrice":1,"orderLines":[],"tags":null}"#).unwrap();
    assert!(least.quantity.is_none() && least.tags.is_none() && least.ship_to.is_none());
    assert_eq!(least.idempotency_key(), None);
    // Bodies can hold secrets.
    assert_eq!(format!("{order:?}"), "Order");
}

#[test]
fn all_broken_fields_are_named_at_once_in_their_order() {
    assert_eq!(names("{}"), ["type", "unitPrice", "orderLines"]);
    let broken = r#"{"quantity":0,"unitPrice":1.234,"currency":"EUR","type":"","unit_price":1,
        "shipTo":{"town":"Ulm"},"orderLines":[{"sku":"x"},{"sku":1},{}],"tags":["long tag"]}"#;
    let all = [
        "type",
        "unitPrice",
        "quantity",
        "shipTo.city",
        "shipTo.town",
        "orderLines[1].sku",
        "orderLines[2].sku",
        "tags",
        "unit_price",
    ];
    assert_eq!(names(broken), all);
    assert_eq!(names(r#"{"type":"a","unitPrice":1,"orderLines":{}}"#), ["orderLines"]);
    assert_eq!(names(r#"{"type":"a","unitPrice":1,"orderLines":[],"shipTo":[]}"#), ["shipTo"]);
}

#[test]
fn fields_are_judged_together_once_each_of_them_could_be_read() {
    let order = |rest: &str| read(&format!(r#"{{"type":"a","orderLines":[],{rest}}}"#));
    let error = |rest: &str| order(rest).unwrap_err();
    let has = |decimals: &str| format!("{decimals} decimals, this amount has more");
    let three = error(r#""unitPrice":0.001"#);
    assert_eq!(three, [("unitPrice".to_owned(), format!("USD has {}", has("2")))]);
    assert!(order(r#""unitPrice":0.001,"currency":"KWD""#).is_ok());
    // An amount cannot be judged without its currency.
    let unknown = error(r#""unitPrice":0.001,"currency":"dollars""#);
    assert_eq!(unknown.len(), 1);
    assert_eq!(unknown[0].0, "currency");
}

#[test]
fn an_absent_field_means_its_default() {
    let meaning = |json: &str| read(json).unwrap().meaning();
    let one = meaning(r#"{"type":"a","unitPrice":1,"orderLines":[{"sku":"x"}]}"#);
    let other = meaning(
        r#"{"orderLines": [ {"sku":"\u0078"} ], "idempotencyKey":"K", "quantity":1,
            "currency":"usd", "unitPrice":"1.00", "type":"a", "tags":null}"#,
    );
    assert!(one == other);
    for differs in [
        r#"{"type":"a","unitPrice":1,"orderLines":[{"sku":"x"}],"quantity":2}"#,
        r#"{"type":"a","unitPrice":1,"orderLines":[{"sku":"x"}],"tags":[]}"#,
        r#"{"type":"a","unitPrice":1,"orderLines":[{"sku":"x"},{"sku":"x"}]}"#,
        r#"{"type":"a","unitPrice":1,"orderLines":[{"sku":"x"}],"shipTo":{"city":"Ulm"}}"#,
    ] {
        assert!(one != meaning(differs), "{differs}");
    }
    let fields: Vec<_> = one.fields().map(|(name, _)| name).collect();
    assert_eq!(fields, ["currency", "orderLines", "quantity", "type", "unitPrice"]);
}

#[test]
fn a_body_describes_itself() {
    let schema = Order::schema();
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["required"], json!(["type", "unitPrice", "orderLines"]));
    let properties = &schema["properties"];
    assert_eq!(properties["unitPrice"]["description"], "What one costs.");
    assert_eq!(properties["tags"]["description"], "Words to find it by.");
    assert_eq!(properties["type"]["maxLength"], 10);
    let lines = &properties["orderLines"];
    assert_eq!((&lines["type"], &lines["items"]["required"]), (&json!("array"), &json!(["sku"])));
    assert_eq!(properties["shipTo"]["properties"]["city"]["description"], "Where.");
}

/// A part of an answer.
#[derive(View)]
#[view(rename_all = "camelCase")]
struct Part {
    /// What it is.
    r#type: &'static str,
    /// How much, if at all.
    unit_price: Option<u32>,
}

#[test]
fn a_view_writes_and_describes_itself() {
    let part = Part { r#type: "part", unit_price: None };
    let json = serde_json::to_string(&part).unwrap();
    assert_eq!(json, r#"{"type":"part","unitPrice":null}"#);
    assert_eq!(format!("{part:?}"), "Part");
    let schema = <Part as crate::http::view::Described>::schema();
    assert_eq!(schema["required"], json!(["type", "unitPrice"]));
    assert_eq!(schema["properties"]["unitPrice"]["type"], json!(["integer", "null"]));
    assert_eq!(schema["properties"]["type"]["description"], "What it is.");
}
