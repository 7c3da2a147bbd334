//! `GET /v1/platform/products`, and the routes behind them as operators set them.

use crate::stack::{Stack, Tenant};
use serde_json::{Value, json};

const PATH: &str = "/v1/platform/products";

fn route() -> Value {
    json!({
        "name": "Wire in",
        "pull": "ach",
        "processor": "simulator",
        "limits": {"USD": {"minimum": "1.00", "maximum": "500.00"}},
    })
}

fn update(tenant: &Tenant, changes: &Value) -> Result<Value, String> {
    let mut input = json!({"tenant_id": tenant.id, "mode": "test"});
    for (name, value) in changes.as_object().unwrap() {
        input[name] = value.clone();
    }
    Stack::get().try_invoke("operators-update-tenant", &input)
}

#[test]
fn a_new_tenant_in_test_mode_has_a_product_for_every_type_and_rail() {
    let tenant = Stack::get().tenant("Product Shop");
    let answer = tenant.get(PATH);
    let products = answer.ok();
    let products = products.as_array().unwrap();
    let named: Vec<(&str, &str)> = products
        .iter()
        .map(|product| {
            (product["rail"].as_str().unwrap(), product["intent_types"][0].as_str().unwrap())
        })
        .collect();
    let expected = [
        ("card", "funding"),
        ("ach", "funding"),
        ("ach", "payout"),
        ("email", "payout"),
        ("card_to_ach", "relay"),
        ("ach_to_ach", "relay"),
    ];
    assert_eq!(named, expected);
    let card = &products[0];
    assert_eq!(card["currencies"], json!(["EUR", "JPY", "USD"]));
    assert_eq!(card["limits"]["USD"], json!({"minimum": "0.50", "maximum": "10000.00"}));
    assert_eq!(card["limits"]["JPY"], json!({"minimum": "50", "maximum": "1000000"}));
    assert_eq!(
        (&card["spendable"], &products[1]["spendable"]),
        (&json!("succeeded"), &json!("settled"))
    );
    assert_eq!(products[2]["spendable"], Value::Null);
    assert_eq!(card.as_object().unwrap().len(), 7, "{card}");
    assert!(!answer.body.contains("simulator"), "{}", answer.body);
    let page = answer.json()["pagination"].clone();
    assert_eq!(page, json!({"limit": 20, "next_cursor": null, "has_more": false}));
}

#[test]
fn operators_replace_routes_as_a_whole_and_keep_the_ids_they_send_back() {
    let tenant = Stack::get().tenant("Rerouted Shop");
    let made = update(&tenant, &json!({"routes": [route()]})).unwrap();
    let shown = made["routes"].clone();
    assert_eq!(shown.as_array().unwrap().len(), 1);
    assert_eq!(shown[0]["spendable"], "settled");
    let products = tenant.get(PATH).ok();
    assert_eq!(products[0]["product_id"], shown[0]["id"]);
    assert_eq!(products.as_array().unwrap().len(), 1);
    let renamed = update(&tenant, &json!({"name": "Rerouted Shop and Sons"})).unwrap();
    assert_eq!(renamed["routes"], shown, "what is absent stays");
    let mut more = shown.clone();
    more.as_array_mut().unwrap().push(route());
    let more = update(&tenant, &json!({"routes": more, "review_thresholds": {"USD": "250.00"}}));
    let more = more.unwrap();
    assert_eq!(more["routes"][0], shown[0]);
    assert_ne!(more["routes"][1]["id"], shown[0]["id"]);
    assert_eq!(more["review_thresholds"], json!({"USD": "250.00"}));
    assert_eq!(update(&tenant, &json!({"routes": []})).unwrap()["routes"], json!([]));
    assert_eq!(tenant.get(PATH).ok(), json!([]));
}

#[test]
fn broken_routes_are_refused_with_every_field_and_change_nothing() {
    let stack = Stack::get();
    let tenant = stack.tenant("Strict Route Shop");
    let before = stack.quiet_items_about(&tenant.id);
    let broken = json!({"name": "", "pull": "cash", "processor": "acme", "limits": [], "x": 1});
    let refused = update(&tenant, &json!({"routes": [route(), broken]})).unwrap_err();
    for field in ["name", "pull", "processor", "limits", "x"] {
        assert!(refused.contains(&format!("routes[1].{field}")), "{field}: {refused}");
    }
    assert!(!refused.contains("routes[0]"), "{refused}");
    let inverted = json!({"USD": {"minimum": "2.00", "maximum": "1.00"}});
    let nowhere = json!({"name": "N", "processor": "simulator", "limits": inverted});
    let refused = update(&tenant, &json!({"routes": [nowhere]})).unwrap_err();
    for field in ["routes[0].pull", "routes[0].limits"] {
        assert!(refused.contains(field), "{field}: {refused}");
    }
    let many = update(&tenant, &json!({"routes": vec![route(); 21]})).unwrap_err();
    assert!(many.contains("at most 20"), "{many}");
    let thresholds = update(&tenant, &json!({"review_thresholds": {"USD": "-1"}})).unwrap_err();
    assert!(thresholds.contains("review_thresholds"), "{thresholds}");
    assert_eq!(stack.quiet_items_about(&tenant.id), before);
}

#[test]
fn live_mode_has_no_routes_until_somebody_serves_it() {
    let stack = Stack::get();
    let test = stack.tenant("Live Route Shop");
    let input = json!({"name": "Live Route Shop", "mode": "live", "tenant_id": test.id});
    let mut simulated = input.clone();
    simulated["routes"] = json!([route()]);
    let refused = stack.try_invoke("operators-provision-tenant", &simulated).unwrap_err();
    assert!(refused.contains("routes[0].processor"), "{refused}");
    let made = stack.invoke("operators-provision-tenant", &input);
    assert_eq!(made["tenant"]["routes"], json!([]));
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let live = Tenant::signed_in(stack, test.id.clone(), text("client_id"), text("client_secret"));
    assert_eq!(live.get(PATH).ok(), json!([]));
    let account = json!({
        "user_id": live.user(), "routing_number": "110000000", "account_number": "000123456789",
        "account_type": "checking", "account_holder_name": "Ada Example",
    });
    let refused = live.post("/v1/platform/payment-methods/bank", &account);
    assert_eq!(refused.refused(422, "validation_error"), ["account_number"]);
}
