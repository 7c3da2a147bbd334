//! Statistics and the dashboard over HTTP: what happens is counted within a minute, off everybody's
//! path.

use crate::stack::{Shop, Stack, eventually};
use serde_json::{Value, json};

/// A statistic, once it says what is expected.
fn counted(shop: &Shop, path: &str, says: impl Fn(&Value) -> bool) -> Value {
    eventually(&format!("statistics at {path}"), 90, || {
        let seen = shop.get(path).shown(200);
        says(&seen).then_some(seen)
    })
}

#[test]
fn what_happens_on_a_link_is_counted_within_a_minute() {
    let shop = Stack::get().shop("Counting Shop");
    let uuid = shop.link(Some(3));
    shop.start(&uuid, &Shop::buyer()).shown(201);
    let checkout = shop.start(&uuid, &Shop::buyer()).shown(201);
    let page = shop.page(&checkout);
    page.pay("4000000000009995");
    page.pay("4242424242424242");
    let path = format!("/api/payment-links/{uuid}/statistics/");
    // What happened is counted by several messages, in any order.
    let declines = json!([{"reason": "insufficient_funds", "count": 1}]);
    let seen = counted(&shop, &path, |seen| {
        let totals = (&seen["totals"]["starts"], &seen["totals"]["paid"]);
        totals == (&json!(2), &json!(1)) && seen["declines"] == declines
    });
    assert_eq!(seen["timezone"], "UTC");
    assert_eq!(seen["totals"]["attempted"], 1, "{seen}");
    assert_eq!(seen["totals"]["conversion"], "0.5000");
    assert_eq!(seen["totals"]["revenue"], json!({"USD": "120.00"}));
    let days = seen["days"].as_array().unwrap();
    assert_eq!(days.len(), 30, "days without anything are there");
    assert_eq!(days[29]["date"], seen["to"]);
    assert_eq!(days[0]["gross"], json!({}));
    assert!(seen["as_of"].is_string());

    let link = counted(&shop, &format!("/api/payment-links/{uuid}/"), |link| {
        link["statistics"]["declines"] == json!({"insufficient_funds": 1})
    });
    assert_eq!(link["statistics"]["paid_count"], 1, "{link}");
    counted(&shop, "/api/payment-links/?ordering=-paid_count", |listed| {
        let statistics = &listed["results"][0]["statistics"];
        statistics["paid_count"] == 1 && statistics["conversion"] == "0.5000"
    });

    let all = counted(&shop, "/api/organization/statistics/?currency=USD", |all| {
        all["totals"]["paid"] == 1
    });
    assert_eq!(all["totals"]["gross"], json!({"USD": "120.00"}));
    let none = shop.get("/api/organization/statistics/?currency=EUR").shown(200);
    assert_eq!(none["totals"]["gross"], json!({}));

    let home = counted(&shop, "/api/organization/dashboard/", |home| {
        home["last_30_days"]["revenue"] == json!({"USD": "120.00"})
            && home["top_links"][0]["uuid"] == json!(uuid)
    });
    // Midnight may have passed meanwhile.
    let paid =
        shop.get(&format!("/api/transactions/{}/", checkout["transaction_id"].as_str().unwrap()));
    let day = paid.shown(200)["paid_at"].as_str().unwrap()[..10].to_owned();
    assert_eq!(home["today"]["paid"], i32::from(home["days"][29]["date"] == day), "{home}");
    assert_eq!(home["organization"]["payments_enabled"], true);
    assert_eq!(home["recent_transactions"][0]["id"], checkout["transaction_id"]);
    assert_eq!(home["days"].as_array().unwrap().len(), 30);
}

#[test]
fn ranges_of_days_are_checked() {
    let shop = Stack::get().shop("Calendar Shop");
    let uuid = shop.link(None);
    let path = format!("/api/payment-links/{uuid}/statistics/");
    let seen = shop.get(&format!("{path}?from=2026-01-01&to=2026-12-31")).shown(200);
    assert_eq!(seen["days"].as_array().unwrap().len(), 365);
    assert_eq!((&seen["as_of"], &seen["totals"]["conversion"]), (&Value::Null, &Value::Null));
    for (query, field) in [
        ("?from=2026-02-30", "from"),
        ("?from=2026-01-01T00:00:00Z", "from"),
        ("?from=2026-02-01&to=2026-01-31", "to"),
        ("?from=2024-01-01&to=2026-01-01", "to"),
        ("?days=3", "days"),
    ] {
        let told = shop.get(&format!("{path}{query}")).told_off(400, "validation_error");
        assert!(told[field].is_array(), "{query}: {told}");
    }
    let nobodys = "/api/payment-links/6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21/statistics/";
    shop.get(nobodys).told_off(404, "link_not_found");
    Stack::get().shop("Other Shop").get(&path).told_off(404, "link_not_found");
}

#[test]
fn an_operator_counts_again_and_finds_nothing() {
    let shop = Stack::get().shop("Recounted Shop");
    let uuid = shop.link(None);
    shop.start(&uuid, &Shop::buyer()).shown(201);
    let path = format!("/api/payment-links/{uuid}/statistics/");
    let seen = counted(&shop, &path, |seen| seen["totals"]["starts"] == 1);
    let tenant = json!(shop.tenant);
    let day = seen["to"].clone();
    let wish = json!({"tenant_id": tenant, "mode": "test", "from": day, "to": day});
    let told = Stack::get().invoke("workers-recount-statistics", &wish);
    assert_eq!((&told["links"], &told["differences"]), (&json!(2), &json!(0)), "{told}");
    let old =
        json!({"tenant_id": tenant, "mode": "test", "from": "2025-01-01", "to": "2025-01-02"});
    let refused = Stack::get().try_invoke("workers-recount-statistics", &old).unwrap_err();
    assert!(refused.contains("or later"), "{refused}");
}
