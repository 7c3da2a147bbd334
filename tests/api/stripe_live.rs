//! Live mode on the whole stack: an account at Stripe, a key, a page, a charge, a refund, what is told of
//! them, and that test mode sees nothing of it. Stripe is a stand-in.

use super::links_second_factor::{enrol, sign_in};
use crate::{
    processor::{Books, CardKind},
    stack::{Answer, Link, Seller, Shop, Stack, StripeBooks, Tenant, eventually},
};
use serde_json::{Value, json};
use shared::{
    app::clock,
    model::id::PaymentIntentId,
    processor::stripe::signature::{StripeWebhookSecret, sign},
};

const SECRET: &str = "whsec_0123456789";

/// What a worker may take on a slow machine, in seconds.
const TIMEOUT_S: i64 = 600;

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Provisions live mode of a tenant that has test mode; answers its credentials.
fn go_live(tenant: &str) -> Value {
    let input = json!({
        "name": "Live Shop", "mode": "live", "tenant_id": tenant,
        "currency_limits": {"USD": "10000.00"},
    });
    let made = Stack::get().invoke("operators-provision-tenant", &input);
    assert_eq!(made["tenant_id"], tenant);
    made
}

/// The account that charges in live mode: a customer's, or the tenant's own.
fn account(tenant: &str, user: Option<&str>, processor: &str) -> Value {
    let mut input = json!({
        "tenant_id": tenant, "mode": "live", "status": "approved", "descriptor": "LIVE SHOP",
        "processor": processor,
    });
    if let Some(user) = user {
        input["user_id"] = json!(user);
    }
    input
}

/// Puts a live account at Stripe, and the account that charges with it. On the way there what must not
/// charge in live mode is refused.
fn charge_with_stripe(tenant: &str, user: Option<&str>) -> StripeBooks {
    let stack = Stack::get();
    let put = |processor: &str| {
        stack.try_invoke("operators-put-merchant-account", &account(tenant, user, processor))
    };
    let refused = put("simulator").unwrap_err();
    assert!(refused.contains("the simulator serves test mode only"), "{refused}");
    let early = put("stripe").unwrap_err();
    assert!(early.contains("operators-put-processor"), "{early}");
    let (stripe, play) = (stack.stripe("live"), stack.stripe("test"));
    let input = |key: &str, publishable: &str| {
        let input = json!({
            "tenant_id": tenant, "mode": "live", "provider": "stripe", "secret_key": key,
            "publishable_key": publishable, "webhook_secret": SECRET,
        });
        stack.try_invoke("operators-put-processor", &input)
    };
    let refused = input(&play.key, &play.publishable).unwrap_err();
    assert!(refused.contains("must be a key of live mode"), "{refused}");
    assert!(!refused.contains(&play.key), "{refused}");
    let known = input(&stripe.key, &stripe.publishable).unwrap();
    assert_eq!((&known["mode"], &known["account_id"]), (&json!("live"), &json!("acct_own")));
    put("stripe").unwrap();
    stripe
}

/// A card that Stripe's fields have made a token of.
fn typed(stripe: &StripeBooks) -> String {
    stripe.stand_in.typed(CardKind::Pays, clock::now().seconds())
}

/// The simulator makes no token for a live page, and a token that it made elsewhere pays nothing there.
fn refuses_play_money(page: &Link, play: &Link, submit: impl Fn(&str) -> Answer) {
    let card = page.call("POST", "/card").json(&Link::card("4242424242424242")).send();
    card.refused_plainly(422, "card_not_accepted");
    let token = play.card_token("4242424242424242");
    submit(&token).refused_plainly(422, "card_not_accepted");
}

fn submit_as_ada(page: &Link, token: &str) -> Answer {
    let buyer = json!({"card_token": token, "email": "ada@example.com"});
    page.call("POST", "/submit").json(&buyer).send()
}

/// A delivery of this event to an endpoint, with all that is sent.
fn delivery(seller: &Seller, hook: &Value, event: &str) -> Value {
    let list = format!("/webhooks/{}/deliveries", text(&hook["id"]));
    let found = eventually(&format!("a delivery of {event}"), TIMEOUT_S, || {
        let listed = seller.get(&format!("{list}?event={event}")).told();
        listed.as_array()?.first().cloned()
    });
    seller.get(&format!("{list}/{}", text(&found["id"]))).told()
}

#[test]
fn in_live_mode_a_payment_is_paid_with_stripe_refunded_and_told_and_test_mode_sees_nothing() {
    let stack = Stack::get();
    let test = stack.seller("Live Seller");
    let made = go_live(&test.tenant);
    let live = test.with_key(text(&made["api_key"]));
    assert!(live.key.starts_with("ck_live_"), "a key names its mode");
    let body = json!({"amount": 25000, "currency": "eur", "description": "Annual report"});
    let early = live.post("/payments", &body);
    assert_eq!(early.status, 409, "nobody charges yet: {}", early.body);
    let stripe = charge_with_stripe(&test.tenant, None);
    // Plain http and loopback are for test mode.
    let refused = live.post("/webhooks", &json!({"url": "http://127.0.0.1:9/in", "events": []}));
    assert_eq!(refused.denied(400, "validation_error", "validation_error"), ["url"]);
    let hook = json!({"url": "https://shop.example/hooks", "events": []});
    let hook = live.post("/webhooks", &hook).made();
    assert_eq!(hook["livemode"], true);

    let payment = live.payment();
    assert_eq!(payment["livemode"], true, "{payment}");
    let page = live.page(&payment);
    let shown = page.open();
    assert!(shown.body.contains(&stripe.publishable), "the fields are Stripe's");
    assert!(!shown.body.contains(&stripe.key), "the page knows the secret key");
    let play = test.page(&test.payment());
    refuses_play_money(&page, &play, |token| submit_as_ada(&page, token));
    let paid = submit_as_ada(&page, &typed(&stripe));
    assert_eq!(paid.json()["status"], "succeeded", "{}", paid.body);
    let paid = live.read(&payment);
    let mark = PaymentIntentId::from_payments_form(text(&payment["id"])).unwrap().to_string();
    assert_eq!(stripe.stand_in.books(&mark).taken, 25_000);

    let transaction = format!("/transactions/{}", text(&paid["transactionId"]));
    let part = live.post(&format!("{transaction}/refund"), &json!({"amount": 10_000})).made();
    assert_eq!((&part["livemode"], &part["refund"]["livemode"]), (&json!(true), &json!(true)));
    assert_eq!(stripe.stand_in.books(&mark).given_back, 10_000);
    // And a refund that somebody makes in Stripe's dashboard: its events come to live mode alone.
    let refund = stripe.stand_in.refunds_elsewhere(&mark, 5_000);
    let event = stripe.stand_in.event("refund.created", "refund", &refund);
    assert!(event.contains(r#""livemode":true"#), "{event}");
    let hear = |mode: &str| {
        let path = format!("/processors/stripe/{}/{mode}", test.tenant);
        let secret = StripeWebhookSecret::new(SECRET.to_owned());
        let signature = sign(event.as_bytes(), &secret, clock::now());
        let call = stack.anonymous("POST", &path).header("stripe-signature", &signature);
        call.text("application/json; charset=utf-8", &event).send().status
    };
    assert_eq!((hear("test"), hear("live")), (404, 200));
    eventually("the refund at Stripe is booked", TIMEOUT_S, || {
        let now = live.get(&transaction).told();
        (now["amountRefunded"] == 15_000).then_some(())
    });

    for event in ["payment_link.created", "payment.received", "payment.refunded"] {
        let sent = delivery(&live, &hook, event);
        let payload = &sent["payload"];
        assert_eq!((&sent["livemode"], &payload["mode"]), (&json!(true), &json!("live")), "{sent}");
        assert_eq!(payload["data"]["paymentId"], payment["id"], "{sent}");
    }
    // The tenant's own test mode has the one payment that was made there.
    let seen = test.get("/payments").told();
    assert_eq!(seen.as_array().unwrap().len(), 1, "{seen}");
    assert_eq!(seen[0]["livemode"], false);
    for path in [format!("/payments/{}", text(&payment["id"])), transaction] {
        assert_eq!(test.get(&path).status, 404, "{path}");
    }
    for list in ["customers", "invoices", "refunds", "webhooks"] {
        assert_eq!(test.get(&format!("/{list}")).told(), json!([]), "{list}");
    }
}

#[test]
fn in_live_mode_a_link_of_the_platform_surface_is_paid_with_stripe_and_refunded() {
    let stack = Stack::get();
    let test = stack.tenant("Live Platform");
    let made = go_live(&test.id);
    let (id, secret) =
        (text(&made["client_id"]).to_owned(), text(&made["client_secret"]).to_owned());
    let live = Tenant::signed_in(stack, test.id.clone(), id, secret);
    let user = live.user();
    let stripe = charge_with_stripe(&test.id, Some(&user));
    let link = live.link(&json!({"user_id": user, "amount": "12.50"}));
    let play = test.new_link();
    refuses_play_money(&link, &play, |token| link.submit(token, false));
    let paid = link.submit(&typed(&stripe), false);
    assert_eq!(paid.json()["status"], "succeeded", "{}", paid.body);
    assert_eq!(stripe.stand_in.books(&link.id), Books::PAID);
    let back = format!("/v1/platform/payments/{}/refund", link.id);
    let part = live.post(&back, &json!({"amount": "5.00"}));
    assert!(part.status < 300, "{}", part.body);
    assert_eq!(stripe.stand_in.books(&link.id), Books { given_back: 5_00, ..Books::PAID });
    for path in [format!("/v1/platform/payments/{}", link.id), format!("/v1/platform/users/{user}")]
    {
        assert_eq!(test.get(&path).status, 404, "{path}");
        assert_eq!(live.get(&path).status, 200, "{path}");
    }
    assert_eq!(test.post(&back, &json!({})).status, 404);
}

#[test]
fn in_live_mode_a_link_of_the_links_surface_is_paid_with_stripe_and_refunded() {
    let stack = Stack::get();
    let test = stack.shop("Live Links");
    go_live(&test.tenant);
    let stripe = charge_with_stripe(&test.tenant, None);
    let session = sign_in(&test, &json!({"mode": "live"})).shown(200);
    enrol(&session);
    let live = test.in_session(session);
    // Whatever the organisation allows: a total that Stripe does not charge makes no link.
    let limits = json!({"USD": {"min": "0.01", "max": "5000000.00"}});
    let update = json!({"tenant_id": test.tenant, "mode": "live", "payment_limits": limits});
    stack.invoke("operators-update-tenant", &update);
    let cheap = json!({"name": "Sticker", "prices": {"USD": "0.30"}});
    let cheap = live.post("/api/products/", &cheap).shown(201);
    let sell = |quantity: u32| {
        let line = json!({"product_id": cheap["id"], "quantity": quantity});
        live.post("/api/payment-links/", &json!({"name": "Stickers", "products": [line]}))
    };
    let refused = sell(1).told_off(400, "validation_error");
    let why = "The total 0.30 USD must be at least 0.50 USD.";
    assert_eq!(refused["non_field_errors"], json!([why]));
    sell(2).shown(201);

    let uuid = live.link(None);
    let seen = live.preview(&uuid).shown(200);
    assert_eq!((&seen["test_mode"], &seen["available"]), (&json!(false), &json!(true)), "{seen}");
    let checkout = live.start(&uuid, &Shop::buyer()).shown(201);
    let page = live.page(&checkout);
    let play = test.start(&test.link(None), &Shop::buyer()).shown(201);
    refuses_play_money(&page, &test.page(&play), |token| page.submit(token, false));
    let paid = page.submit(&typed(&stripe), false);
    assert_eq!(paid.json()["status"], "succeeded", "{}", paid.body);
    let path = format!("/api/transactions/{}/", text(&checkout["transaction_id"]));
    let transaction = live.get(&path).shown(200);
    assert_eq!(
        (&transaction["status"], &transaction["amount"]),
        (&json!("paid"), &json!("120.00"))
    );
    let back = json!({"reason": "One seat less", "amount": "40.00"});
    let asked = live.post(&format!("{path}refund/"), &back).shown(200);
    eventually("the refund is completed", TIMEOUT_S, || {
        let refund = live.get(&format!("/api/refunds/{}/", text(&asked["refund_id"]))).shown(200);
        (refund["status"] == "completed").then_some(())
    });
    test.get(&path).told_off(404, "transaction_not_found");
    test.get(&format!("/api/payment-links/{uuid}/")).told_off(404, "link_not_found");
    let listed = test.get("/api/refunds/").shown(200);
    assert_eq!(listed["results"], json!([]));
}
