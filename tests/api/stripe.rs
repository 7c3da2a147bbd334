//! Stripe on the whole stack: a tenant's account, a link, a charge, a refund. Stripe is a stand-in.

use crate::{
    processor::{Books, CardKind},
    stack::{Answer, Link, Stack, StripeBooks, Tenant},
};
use serde_json::{Value, json};
use shared::{app::clock, model::card::FailureReason};

const PUT: &str = "operators-put-processor";

fn input(tenant: &Tenant, stripe: &StripeBooks) -> Value {
    json!({
        "tenant_id": tenant.id, "mode": "test", "provider": "stripe", "secret_key": stripe.key,
        "publishable_key": stripe.publishable, "webhook_secret": "whsec_0123456789",
    })
}

/// A tenant that charges with Stripe, and a customer of it.
fn shop() -> (Tenant, StripeBooks, String) {
    let stack = Stack::get();
    let (tenant, stripe) = (stack.tenant("Stripe Shop"), stack.stripe("test"));
    stack.invoke(PUT, &input(&tenant, &stripe));
    let user = tenant.user();
    stack.invoke("operators-put-merchant-account", &account(&tenant, &user));
    (tenant, stripe, user)
}

fn account(tenant: &Tenant, user: &str) -> Value {
    json!({
        "tenant_id": tenant.id, "mode": "test", "user_id": user, "status": "approved",
        "descriptor": "STRIPE SHOP", "processor": "stripe",
    })
}

fn submit(link: &Link, stripe: &StripeBooks, card: CardKind) -> Answer {
    let token = stripe.stand_in.typed(card, clock::now().seconds());
    link.submit(&token, false)
}

#[test]
fn a_link_is_paid_with_stripe_and_its_money_goes_back() {
    let (tenant, stripe, user) = shop();
    let link = tenant.link(&json!({"user_id": user, "amount": "12.50"}));
    let paid = submit(&link, &stripe, CardKind::Pays);
    assert_eq!((paid.status, paid.json()["status"].as_str()), (200, Some("succeeded")));
    assert_eq!(stripe.stand_in.books(&link.id), Books::PAID);
    let back = format!("/v1/platform/payments/{}/refund", link.id);
    let part = tenant.post(&back, &json!({"amount": "5.00"}));
    assert!(part.status < 300, "{}", part.body);
    assert_eq!(stripe.stand_in.books(&link.id), Books { given_back: 5_00, ..Books::PAID });
}

#[test]
fn a_declined_card_says_so_and_a_lost_answer_is_found_at_stripe() {
    let (tenant, stripe, user) = shop();
    let link = tenant.link(&json!({"user_id": user, "amount": "12.50"}));
    let declined = submit(&link, &stripe, CardKind::Declined(FailureReason::InsufficientFunds));
    assert_eq!(declined.json()["status"], "failed", "{}", declined.body);
    assert_eq!(stripe.stand_in.books(&link.id), Books::NONE);
    let link = tenant.link(&json!({"user_id": user, "amount": "12.50"}));
    // Made at Stripe, and the answer is lost each time.
    let lost = submit(&link, &stripe, CardKind::AnswerLost);
    assert_eq!(lost.json()["status"], "processing", "{}", lost.body);
    crate::stack::eventually("the sweep asks Stripe", 180, || {
        (link.status() == "succeeded").then_some(())
    });
    assert_eq!(stripe.stand_in.books(&link.id), Books::PAID, "once");
}

/// Nobody but the buyer has met it yet: what rings the alarm is there all the same, in the tenant's name.
#[test]
fn a_sick_account_that_a_submit_meets_is_told_under_its_tenants_name_with_the_cause() {
    let stack = Stack::get();
    let (tenant, stripe, user) = shop();
    let link = tenant.link(&json!({"user_id": user, "amount": "12.50"}));
    let token = stripe.stand_in.typed(CardKind::Pays, clock::now().seconds());
    let began = clock::now().plus_seconds(-60);
    stripe.stand_in.revokes_key();
    let refused = link.submit(&token, false);
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(!refused.body.contains("Stripe"), "no buyer reads of it: {}", refused.body);
    let line = crate::stack::eventually("the account's line", 180, || {
        let lines = stack.lines_since("hosted", began);
        lines
            .into_iter()
            .find(|line| line["account_failures"].is_u64() && line["tenant"] == tenant.id.as_str())
    });
    for (name, value) in [
        ("function", json!("paylink-hosted-submit-payment")),
        ("stack", json!("paylink")),
        ("mode", json!("test")),
        ("fault", json!("key_refused")),
        ("account_failures", json!(3)),
    ] {
        assert_eq!(line[name], value, "{name}: {line}");
    }
    assert!(line["cause"].as_str().unwrap().contains("api_key_expired"), "{line}");
    let dimensions = &line["_aws"]["CloudWatchMetrics"][0]["Dimensions"];
    assert_eq!(*dimensions, json!([["stack", "tenant", "mode", "fault"]]));
    assert!(!line.to_string().contains(&stripe.key), "{line}");
    assert_eq!(stripe.stand_in.books(&link.id), Books::NONE);
    assert_eq!(link.status(), "pending", "nothing was begun");
}

#[test]
fn an_account_at_stripe_is_put_once_its_key_is_known_there() {
    let stack = Stack::get();
    let (tenant, stripe) = (stack.tenant("Stripe Shop"), stack.stripe("test"));
    let good = input(&tenant, &stripe);
    let with = |name: &str, value: &str| {
        let mut changed = good.clone();
        changed[name] = json!(value);
        stack.try_invoke(PUT, &changed)
    };
    let user = tenant.user();
    let early = stack.try_invoke("operators-put-merchant-account", &account(&tenant, &user));
    assert!(early.unwrap_err().contains("operators-put-processor"));
    for (name, value, says) in [
        ("secret_key", "sk_test_unknown0", "not known to Stripe"),
        ("secret_key", "sk_live_0123456789", "must be a key of test mode"),
        ("publishable_key", "pk_live_0123456789", "must be a key of test mode"),
        ("webhook_secret", "0123456789", "must be a signing secret"),
        ("provider", "acme", "must be stripe"),
        ("account_id", "acct_another", "is not the account of this key"),
        ("tenant_id", crate::stack::NOBODY, "names no tenant"),
    ] {
        let refused = with(name, value).unwrap_err();
        assert!(refused.contains(name) && refused.contains(says), "{name}: {refused}");
        assert!(!refused.contains(&stripe.key), "{refused}");
    }
    let first = stack.invoke(PUT, &good);
    assert_eq!(first["account_id"], "acct_own");
    assert_eq!(first["webhook_secrets"], 1);
    let again = stack.invoke(PUT, &good);
    assert_eq!(again["webhook_secrets"], 1, "the same one overlaps with nothing");
    let rolled = with("webhook_secret", "whsec_9876543210").unwrap();
    assert_eq!(rolled["webhook_secrets"], 2);
    for answer in [&first, &rolled] {
        let told = answer.to_string();
        assert!(!told.contains(&stripe.key) && !told.contains("whsec_"), "{told}");
    }
    let stranger = json!({"connected_account": "acct_stranger"});
    let mut wanted = account(&tenant, &user);
    wanted["connected_account"] = stranger["connected_account"].clone();
    let refused = stack.try_invoke("operators-put-merchant-account", &wanted).unwrap_err();
    assert!(refused.contains("connected_account"), "{refused}");
    wanted["connected_account"] = json!("acct_connected");
    let made = stack.invoke("operators-put-merchant-account", &wanted);
    assert_eq!(made["connected_account"], "acct_connected");
}
