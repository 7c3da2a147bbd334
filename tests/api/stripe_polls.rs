//! What happens at Stripe and is sent to nobody: the tenant never set up a webhook there. It is found on
//! Stripe's list of events, each minute.

use crate::{
    processor::{CardKind, stripe_stand_in::CONNECTED},
    stack::{Seller, Stack, StripeBooks, eventually},
};
use serde_json::{Value, json};
use shared::{
    app::clock,
    model::{Mode, Scope, id::PaymentIntentId},
    store::key,
};

/// A tenant that charges at Stripe, or in an account that is connected to its own, and has told us no
/// secret of webhooks.
fn unheard(name: &str, stripe: &StripeBooks, connected: Option<&str>) -> Seller {
    let stack = Stack::get();
    let seller = stack.seller_without_account(name);
    let account = json!({
        "tenant_id": seller.tenant, "mode": "test", "provider": "stripe", "secret_key": stripe.key,
        "publishable_key": stripe.publishable,
    });
    stack.invoke("operators-put-processor", &account);
    let mut charges = json!({
        "tenant_id": seller.tenant, "mode": "test", "status": "approved", "descriptor": "UNHEARD",
        "processor": "stripe",
    });
    if let Some(connected) = connected {
        charges["connected_account"] = json!(connected);
    }
    stack.invoke("operators-put-merchant-account", &charges);
    seller
}

/// Where a paid payment's transaction is read, and its mark in Stripe's books.
fn paid(seller: &Seller, stripe: &StripeBooks, connected: Option<&str>) -> (String, String) {
    let payment = seller.payment();
    let typed = stripe.stand_in.typed_at(CardKind::Pays, clock::now().seconds(), connected);
    let place = connected.map(|account| format!("@{account}")).unwrap_or_default();
    let buyer = json!({"card_token": format!("{typed}{place}"), "email": "ada@example.com"});
    let answer = seller.page(&payment).call("POST", "/submit").json(&buyer).send();
    assert_eq!(answer.json()["status"], "succeeded", "{}", answer.body);
    let read = seller.read(&payment);
    let mark = PaymentIntentId::from_payments_form(payment["id"].as_str().unwrap()).unwrap();
    (format!("/transactions/{}", read["transactionId"].as_str().unwrap()), mark.to_string())
}

fn becomes(seller: &Seller, transaction: &str, field: &str, value: &Value) {
    eventually(&format!("{field} is {value}"), 240, || {
        (seller.get(transaction).told()[field] == *value).then_some(())
    });
}

#[test]
fn a_dispute_and_a_refund_at_the_dashboard_arrive_though_no_webhook_is_sent() {
    let stripe = Stack::get().stripe("test");
    for connected in [None, Some(CONNECTED)] {
        let seller = unheard("Unheard Of", &stripe, connected);
        let (transaction, mark) = paid(&seller, &stripe, connected);
        let happens = |kind: &str, thing: &str, object: &str| {
            stripe.stand_in.happens(kind, thing, object, clock::now().seconds());
        };
        let refund = stripe.stand_in.refunds_elsewhere(&mark, 5_000);
        happens("refund.created", "refund", &refund);
        becomes(&seller, &transaction, "amountRefunded", &json!(5_000));
        let dispute = stripe.stand_in.disputes(&mark, 20_000, "needs_response");
        happens("charge.dispute.created", "dispute", &dispute);
        becomes(&seller, &transaction, "status", &json!("disputed"));
        stripe.stand_in.dispute_becomes(&dispute, "lost");
        happens("charge.dispute.closed", "dispute", &dispute);
        becomes(&seller, &transaction, "disputeLost", &json!(20_000));
        let now = seller.get(&transaction).told();
        assert_eq!((&now["status"], &now["amountRefunded"]), (&json!("succeeded"), &json!(5_000)));
    }
}

/// Put twice, an account is asked once; and no more once it is gone.
#[test]
fn an_account_is_asked_for_events_as_long_as_it_is_there() {
    let stack = Stack::get();
    let stripe = stack.stripe("test");
    let seller = unheard("Gone Account", &stripe, None);
    let scope = Scope { tenant: seller.tenant.parse().unwrap(), mode: Mode::Test };
    let polls = || {
        let about = stack.items_about(&seller.tenant).into_keys();
        about.filter(|(pk, _)| pk.starts_with("stripe_polls#")).count()
    };
    assert_eq!(polls(), 1, "put-processor and put-merchant-account name the same");
    eventually("the list is asked for", 240, || {
        (stripe.stand_in.asked("events?") > 0).then_some(())
    });
    stack.remove(&key::stripe_account(scope));
    eventually("nobody asks any more", 240, || (polls() == 0).then_some(()));
}
