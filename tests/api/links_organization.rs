//! What an organisation of the links surface sets for itself, and what an operator sets for it.

use super::{
    links_management::{LINKS, ORGANIZATION, patch},
    with,
};
use crate::stack::Stack;
use serde_json::{Value, json};

#[test]
fn an_organisation_changes_its_settings() {
    let shop = Stack::get().shop("Settings Shop");
    let answer = shop.get(ORGANIZATION);
    let before = answer.shown(200);
    for (field, value) in [
        ("id", json!(shop.tenant)),
        ("name", json!("Settings Shop")),
        ("mode", json!("test")),
        ("status", json!("active")),
        ("payments_enabled", json!(true)),
        ("price_mode", json!("HT")),
        ("pricing_mode", json!("TAX_EXCLUSIVE")),
        ("min_payment", json!("0.50")),
        ("max_payment", json!("10000.00")),
        ("timezone", json!("UTC")),
        ("require_totp", json!(false)),
        ("staff_refund_limit", json!(null)),
        ("country", json!(null)),
    ] {
        assert_eq!(before[field], value, "{field}: {before}");
    }
    let tag = answer.header("etag").unwrap().to_owned();
    let known = shop.call("GET", ORGANIZATION).header("if-none-match", &tag).send();
    assert_eq!((known.status, &*known.body), (304, ""));
    let wish = json!({
        "name": "Settings & Co", "website": "https://shop.example", "price_mode": "ttc",
        "timezone": "europe/berlin", "locale": "de", "default_currency": "eur",
        "support": {"email": "Help@shop.example", "phone": "+49 30 1234"},
        "branding": {"panel_color": "#0D3D33", "button_color": "#2f6fde"},
        "messages": {"expired": "Over.\nSee you."},
        "redirect_origins": ["https://app.example"], "staff_refund_limit": {"usd": 100},
    });
    let stale = shop.call("PATCH", ORGANIZATION).header("if-match", "\"99-x\"").json(&wish).send();
    stale.told_off(412, "changed_meanwhile");
    let changed = shop.call("PATCH", ORGANIZATION).header("if-match", &tag).json(&wish).send();
    let after = changed.shown(200);
    for (field, value) in [
        ("name", json!("Settings & Co")),
        ("pricing_mode", json!("TAX_INCLUSIVE")),
        ("timezone", json!("Europe/Berlin")),
        ("default_currency", json!("EUR")),
        ("staff_refund_limit", json!({"USD": "100.00"})),
        ("redirect_origins", json!(["https://app.example"])),
    ] {
        assert_eq!(after[field], value, "{field}: {after}");
    }
    assert_eq!(after["branding"]["panel_color"], "#0d3d33");
    assert_eq!(shop.get(ORGANIZATION).shown(200), after);
    let cleared = json!({"website": null, "support": {"phone": null}, "staff_refund_limit": null});
    let cleared = patch(&shop, ORGANIZATION, &cleared).shown(200);
    assert_eq!((&cleared["website"], &cleared["support"]["phone"]), (&json!(null), &json!(null)));
    assert_eq!(cleared["support"]["email"], after["support"]["email"]);
    assert_eq!(shop.get("/api/auth/me/").shown(200)["organization"]["name"], "Settings & Co");
}

#[test]
fn colours_that_do_not_stand_out_are_refused_with_a_suggestion() {
    let shop = Stack::get().shop("Colour Shop");
    let branding = |branding: Value| patch(&shop, ORGANIZATION, &json!({"branding": branding}));
    let refused = branding(json!({"panel_color": "#f3c969"})).told_off(400, "validation_error");
    let why = "White text on it has 1.6:1, 4.5:1 is needed.";
    assert_eq!(refused["branding"]["panel_color"], json!([why]), "{refused}");
    let better = refused["suggested"]["branding"]["panel_color"].clone();
    branding(json!({"panel_color": better})).shown(200);
    let refused = branding(json!({"button_color": "#ffff00"})).told_off(400, "validation_error");
    assert!(refused["suggested"]["branding"]["button_color"].is_string(), "{refused}");
    for broken in [
        json!({"name": null}),
        json!({"name": ""}),
        json!({"timezone": "Mars/Olympus"}),
        json!({"locale": "xx"}),
        json!({"default_currency": "GBP"}),
        json!({"price_mode": "HT", "pricing_mode": "TAX_INCLUSIVE"}),
        json!({"website": "javascript:alert(1)"}),
        json!({"redirect_origins": ["https://shop.example/path"]}),
        json!({"messages": {"expired": "x".repeat(301)}}),
        json!({"limits": {}}),
        json!({"branding": {"logo_url": "https://shop.example/a.png"}}),
        json!({"branding": {"panel_color": "green"}}),
    ] {
        patch(&shop, ORGANIZATION, &broken).told_off(400, "validation_error");
    }
}

#[test]
fn an_operator_sets_the_limits_of_links() {
    let stack = Stack::get();
    let shop = stack.shop("Limited Shop");
    let product = shop.product();
    let update = |more: Value| {
        let body = with(&json!({"tenant_id": shop.tenant, "mode": "test"}), "max_links", 1);
        let body = more.as_object().unwrap().iter().fold(body, |b, (k, v)| with(&b, k, v.clone()));
        stack.try_invoke("operators-update-tenant", &body)
    };
    let limits = json!({"USD": {"min": "5.00", "max": "150.00"}});
    let set = update(json!({"payment_limits": limits})).unwrap();
    assert_eq!((&set["payment_limits"], &set["max_links"]), (&limits, &json!(1)));
    let seen = shop.get(ORGANIZATION).shown(200);
    assert_eq!((&seen["limits"]["USD"], &seen["max_payment"]), (&limits["USD"], &json!("150.00")));
    assert_eq!(seen["limits"]["EUR"], json!({"min": "0.50", "max": "10000.00"}));
    let sell = |quantity: u32| {
        let line = json!({"product_id": product, "quantity": quantity});
        shop.post(LINKS, &json!({"name": "x", "products": [line]}))
    };
    let above = sell(2).told_off(400, "validation_error");
    let why = "The total 240.00 USD is above the maximum of 150.00 USD.";
    assert_eq!(above["non_field_errors"], json!([why]));
    sell(1).shown(201);
    sell(1).told_off(409, "limit_reached");
    for broken in [
        json!({"payment_limits": {"USD": {"min": "9.00", "max": "1.00"}}}),
        json!({"payment_limits": {"USD": {"min": "0.00", "max": "1.00"}}}),
        json!({"payment_limits": {"USD": "1.00"}}),
        json!({"max_links": 20_001}),
    ] {
        assert!(update(broken).is_err());
    }
}
