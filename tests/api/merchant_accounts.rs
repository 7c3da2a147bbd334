//! `GET /v1/platform/card-processing/users/{user_id}`.

use crate::stack::{NOBODY, Stack};
use serde_json::{Value, json};

const PATH: &str = "/v1/platform/card-processing/users";

#[test]
fn a_users_accounts_are_listed_oldest_first_with_the_default_marked() {
    let tenant = Stack::get().merchant();
    let user = tenant.user();
    assert_eq!(tenant.get(&format!("{PATH}/{user}")).ok(), json!([]));
    let pending = tenant.account(&user, "pending");
    let first = tenant.account(&user, "approved");
    let second = tenant.account(&user, "approved");
    let rejected = tenant.account(&user, "rejected");
    let answer = tenant.get(&format!("{PATH}/{user}"));
    let listed = answer.ok();
    let seen: Vec<(&str, &str, bool)> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|account| {
            let text = |name: &str| account[name].as_str().unwrap();
            assert_eq!(text("descriptor"), "CORNER SHOP");
            assert!(text("created_at").ends_with('Z'));
            assert_eq!(account.as_object().unwrap().len(), 5, "{account}");
            (text("id"), text("status"), account["is_default"].as_bool().unwrap())
        })
        .collect();
    let expected = [
        (pending.as_str(), "pending", false),
        (first.as_str(), "approved", true),
        (second.as_str(), "approved", false),
        (rejected.as_str(), "rejected", false),
    ];
    assert_eq!(seen, expected);
    assert_eq!(answer.json()["pagination"]["has_more"], false);
    assert!(!answer.body.contains("simulator"), "a processor is named: {}", answer.body);
}

#[test]
fn accounts_of_unknown_users_are_not_found() {
    let stack = Stack::get();
    let foreign = stack.stranger().user();
    for id in [NOBODY, &foreign, "x", "%20"] {
        stack.merchant().get(&format!("{PATH}/{id}")).refused(404, "user_not_found");
    }
}

#[test]
fn an_operator_cannot_add_an_account_for_a_user_of_another_tenant() {
    let stack = Stack::get();
    let (merchant, foreign) = (stack.merchant(), stack.stranger().user());
    let input = |name: &str, value: Value| {
        let mut input = json!({
            "tenant_id": merchant.id, "mode": "test", "user_id": foreign, "status": "approved",
            "descriptor": "X", "processor": "simulator",
        });
        input[name] = value;
        stack.try_invoke("operators-put-merchant-account", &input)
    };
    let refused = input("status", json!("approved")).unwrap_err();
    assert!(refused.contains("user_not_found"), "{refused}");
    assert!(!refused.contains(".."), "a sentence ends once: {refused}");
    for (name, value) in [
        ("processor", json!("stripe")),
        ("status", json!("active")),
        ("mode", json!("prod")),
        ("descriptor", json!("")),
        ("descriptor", json!("x".repeat(23))),
        ("extra", json!(1)),
    ] {
        let refused = input(name, value).unwrap_err();
        assert!(refused.contains("validation_error"), "{name}: {refused}");
        assert!(refused.contains(name), "{name}: {refused}");
    }
}
