//! `POST /processors/stripe/{tenant}/{mode}`: what Stripe tells comes to where it belongs, and who has not
//! proved to be Stripe learns nothing.

use crate::{
    processor::{
        CardKind,
        stripe_stand_in::{CONNECTED, ELSEWHERE},
    },
    stack::{Answer, Seller, Stack, StripeBooks, eventually},
};
use serde_json::{Value, json};
use shared::{
    app::clock,
    model::{Mode, Scope, Time, id::PaymentIntentId},
    processor::stripe::signature::{StripeWebhookSecret, sign},
    store::key,
};

const EVENT: &str = r#"{"id": "evt_1", "object": "event", "type": "refund.created",
    "data": {"object": {"id": "re_1", "object": "refund"}}}"#;

const SECRET: &str = "whsec_0123456789";

fn signed_by(secret: &str, body: &str, at: Time) -> String {
    sign(body.as_bytes(), &StripeWebhookSecret::new(secret.to_owned()), at)
}

/// A signature by a secret that nobody has told us.
fn signed(body: &str, at: Time) -> String {
    signed_by("whsec_guessed", body, at)
}

fn told(stack: &'static Stack, path: &str, body: &str, signature: Option<&str>) -> Answer {
    let call = stack.anonymous("POST", path).text("application/json; charset=utf-8", body);
    match signature {
        Some(signature) => call.header("stripe-signature", signature).send(),
        None => call.send(),
    }
}

/// An answer without what differs between any two.
fn said(answer: &Answer) -> (u16, Value) {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("request_id");
    (answer.status, body)
}

/// A tenant that is not there, one without an account at Stripe, what is no tenant, and a signature
/// that proves nothing are answered alike, and nothing of them is kept.
#[test]
fn what_stripe_has_not_signed_is_answered_as_an_unknown_tenant_is() {
    let stack = Stack::get();
    let tenant = stack.tenant("Events of Nobody");
    let before = stack.quiet_items_about(&tenant.id);
    let good = signed(EVENT, clock::now());
    let unknown = format!("/processors/stripe/{}/test", clock::new_id::<()>());
    let expected = said(&told(stack, &unknown, EVENT, Some(&good)));
    assert_eq!((expected.0, &expected.1["code"]), (404, &json!("not_found")));
    let of = |mode: &str| format!("/processors/stripe/{}/{mode}", tenant.id);
    let stale = signed(EVENT, clock::now().plus_seconds(-3_600));
    for (path, signature) in [
        (of("test"), Some(good.as_str())),
        (of("live"), Some(good.as_str())),
        (of("test"), Some(stale.as_str())),
        (of("test"), Some("t=1,v1=00")),
        (of("test"), Some("nonsense")),
        (of("test"), None),
        (of("sandbox"), Some(good.as_str())),
        ("/processors/stripe/nobody/test".to_owned(), Some(good.as_str())),
    ] {
        let answer = told(stack, &path, EVENT, signature);
        assert_eq!(said(&answer), expected, "{path} {signature:?}");
    }
    assert_eq!(stack.quiet_items_about(&tenant.id), before);
}

#[test]
fn an_event_larger_than_any_is_refused_before_it_is_looked_at() {
    let stack = Stack::get();
    let large = "x".repeat(300 * 1024);
    let path = format!("/processors/stripe/{}/test", clock::new_id::<()>());
    let answer = told(stack, &path, &large, Some(&signed(&large, clock::now())));
    assert_eq!(answer.status, 413, "{}", answer.body);
    assert_eq!(stack.anonymous("GET", &path).send().status, 405);
}

/// The whole way: an account, a payment, and what a person and a bank do with it at Stripe.
#[test]
fn what_happens_at_stripe_is_told_here_by_its_events() {
    let stack = Stack::get();
    let (seller, stripe) = (stack.seller_without_account("Stripe Events"), stack.stripe("test"));
    let account = json!({
        "tenant_id": seller.tenant, "mode": "test", "provider": "stripe", "secret_key": stripe.key,
        "publishable_key": stripe.publishable, "webhook_secret": SECRET,
    });
    stack.invoke("operators-put-processor", &account);
    let charges = json!({
        "tenant_id": seller.tenant, "mode": "test", "status": "approved",
        "descriptor": "STRIPE EVENTS", "processor": "stripe",
    });
    stack.invoke("operators-put-merchant-account", &charges);
    let receiver = seller.listen(&["payment.disputed", "payment.dispute_resolved"]);
    let payment = seller.payment();
    let token = stripe.stand_in.typed(CardKind::Pays, clock::now().seconds());
    let buyer = json!({"card_token": token, "email": "ada@example.com"});
    let paid = seller.page(&payment).call("POST", "/submit").json(&buyer).send();
    assert_eq!(paid.json()["status"], "succeeded", "{}", paid.body);
    let paid = seller.read(&payment);
    let transaction = format!("/transactions/{}", paid["transactionId"].as_str().unwrap());
    let mark = PaymentIntentId::from_payments_form(payment["id"].as_str().unwrap()).unwrap();
    let path = format!("/processors/stripe/{}/test", seller.tenant);
    let hear = |kind: &str, thing: &str, object: &str| {
        let body = stripe.stand_in.event(kind, thing, object);
        let answer = told(stack, &path, &body, Some(&signed_by(SECRET, &body, clock::now())));
        assert_eq!((answer.status, answer.json()), (200, json!({"received": true})), "{kind}");
    };
    let becomes = |field: &str, value: Value| {
        eventually(&format!("{field} is {value}"), 180, || {
            let now = seller.get(&transaction).told();
            (now[field] == value).then_some(now)
        })
    };
    let refund = stripe.stand_in.refunds_elsewhere(&mark.to_string(), 5_000);
    for kind in ["refund.created", "refund.updated"] {
        hear(kind, "refund", &refund);
    }
    becomes("amountRefunded", json!(5_000));
    let dispute = stripe.stand_in.disputes(&mark.to_string(), 20_000, "needs_response");
    hear("charge.dispute.created", "dispute", &dispute);
    becomes("status", json!("disputed"));
    let refused = seller.post(&format!("{transaction}/refund"), &json!({}));
    refused.denied(409, "conflict_error", "transaction_disputed");
    let opened = receiver.hear("payment.disputed", &payment, 180);
    assert_eq!(opened["data"]["disputeAmount"], 20_000);
    stripe.stand_in.dispute_becomes(&dispute, "lost");
    hear("charge.dispute.closed", "dispute", &dispute);
    let lost = becomes("disputeLost", json!(20_000));
    assert_eq!(
        (&lost["status"], &lost["amountRefunded"], &lost["amountRefundable"]),
        (&json!("succeeded"), &json!(5_000), &json!(0))
    );
    let resolved = receiver.hear("payment.dispute_resolved", &payment, 180);
    assert_eq!(resolved["data"]["disputeStatus"], "lost");
    // What belongs to somebody else in the same account says nothing.
    hear("payment_intent.succeeded", "payment_intent", &stripe.stand_in.pays_others(900));
}

const CONNECT_SECRET: &str = "whsec_connect0123";

/// A tenant whose key is that of this account at Stripe, with a secret for the events of connected ones.
fn at_stripe(name: &str, stripe: &StripeBooks) -> Seller {
    let stack = Stack::get();
    let seller = stack.seller_without_account(name);
    let account = json!({
        "tenant_id": seller.tenant, "mode": "test", "provider": "stripe", "secret_key": stripe.key,
        "publishable_key": stripe.publishable, "webhook_secret": SECRET,
        "connect_webhook_secret": CONNECT_SECRET,
    });
    stack.invoke("operators-put-processor", &account);
    seller
}

/// A payment that is charged in the connected account; its mark in Stripe's books.
fn paid_at_connected(seller: &Seller, stripe: &StripeBooks) -> (Value, String) {
    let charges = json!({
        "tenant_id": seller.tenant, "mode": "test", "status": "approved",
        "descriptor": "CONNECTED", "processor": "stripe", "connected_account": CONNECTED,
    });
    Stack::get().invoke("operators-put-merchant-account", &charges);
    let payment = seller.payment();
    let now_s = clock::now().seconds();
    let typed = stripe.stand_in.typed_at(CardKind::Pays, now_s, Some(CONNECTED));
    let buyer = json!({"card_token": format!("{typed}@{CONNECTED}"), "email": "ada@example.com"});
    let paid = seller.page(&payment).call("POST", "/submit").json(&buyer).send();
    assert_eq!(paid.json()["status"], "succeeded", "{}", paid.body);
    let mark = PaymentIntentId::from_payments_form(payment["id"].as_str().unwrap()).unwrap();
    (seller.read(&payment), mark.to_string())
}

/// Sends an event as Connect does, and waits until it was worked off.
fn worked_off(seller: &Seller, body: &str) {
    let stack = Stack::get();
    let path = format!("/processors/stripe/{}/test", seller.tenant);
    let signature = signed_by(CONNECT_SECRET, body, clock::now());
    let answer = told(stack, &path, body, Some(&signature));
    assert_eq!((answer.status, answer.json()), (200, json!({"received": true})));
    let event: Value = serde_json::from_str(body).unwrap();
    let scope = Scope { tenant: seller.tenant.parse().unwrap(), mode: Mode::Test };
    let noted = key::stripe_event(scope, event["id"].as_str().unwrap());
    eventually("the event is worked off", 600, || stack.item(&noted));
}

/// What happens in a connected account is read there, and booked for the tenant whose payment it is: not
/// under another account's name, and not by another tenant, even of the same account at Stripe.
#[test]
fn what_happens_in_a_connected_account_is_read_there_and_booked_for_its_tenant_alone() {
    let stripe = Stack::get().stripe("test");
    let seller = at_stripe("Connect Platform", &stripe);
    let neighbour = at_stripe("Neighbour Platform", &stripe);
    let (paid, mark) = paid_at_connected(&seller, &stripe);
    assert_eq!(stripe.stand_in.books(&mark).taken, 25_000);
    let transaction = format!("/transactions/{}", paid["transactionId"].as_str().unwrap());
    let refund = stripe.stand_in.refunds_elsewhere(&mark, 5_000);
    let at = |account: &str, kind: &str, thing: &str, object: &str| {
        stripe.stand_in.event_at(account, kind, thing, object)
    };
    let refunded = || {
        let now = seller.get(&transaction).told();
        (now["amountRefunded"].clone(), now["disputeLost"].clone(), now["status"].clone())
    };
    let untouched = refunded();
    assert_eq!(untouched.0, 0);
    // Of an account that is none of this tenant's merchants', nor has the refund; of the tenant's own
    // account, which has not either; and told to a tenant that has not made the payment.
    worked_off(&seller, &at(ELSEWHERE, "refund.created", "refund", &refund));
    worked_off(&seller, &stripe.stand_in.event("refund.created", "refund", &refund));
    worked_off(&neighbour, &at(CONNECTED, "refund.created", "refund", &refund));
    assert_eq!(refunded(), untouched);
    assert_eq!(neighbour.get("/refunds").told(), json!([]));
    for _ in 0..2 {
        worked_off(&seller, &at(CONNECTED, "refund.created", "refund", &refund));
    }
    assert_eq!(refunded().0, 5_000, "once");
    let dispute = stripe.stand_in.disputes(&mark, 20_000, "needs_response");
    worked_off(&seller, &at(ELSEWHERE, "charge.dispute.created", "dispute", &dispute));
    assert_eq!(refunded().2, "succeeded");
    worked_off(&seller, &at(CONNECTED, "charge.dispute.created", "dispute", &dispute));
    assert_eq!(refunded().2, "disputed");
    stripe.stand_in.dispute_becomes(&dispute, "lost");
    worked_off(&seller, &at(CONNECTED, "charge.dispute.closed", "dispute", &dispute));
    assert_eq!(refunded(), (json!(5_000), json!(20_000), json!("succeeded")));
}

/// The secret of the account's own events and that of connected accounts' are two; either proves.
#[test]
fn an_event_of_connect_is_told_by_its_own_secret_and_by_no_guessed_one() {
    let stack = Stack::get();
    let stripe = stack.stripe("test");
    let seller = at_stripe("Connect Secrets", &stripe);
    let body = stripe.stand_in.event_at(CONNECTED, "refund.created", "refund", "re_nobody");
    let path = format!("/processors/stripe/{}/test", seller.tenant);
    for (secret, status) in [(SECRET, 200), (CONNECT_SECRET, 200), ("whsec_guessed", 404)] {
        let signature = signed_by(secret, &body, clock::now());
        assert_eq!(told(stack, &path, &body, Some(&signature)).status, status, "{secret}");
    }
}
