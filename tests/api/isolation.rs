//! Another tenant's ids: whatever is asked about them, the answer is the one for unknown ids.

use super::with;
use crate::stack::{Answer, NOBODY, Stack, Tenant, bank::Person, eventually};
use serde_json::{Value, json};
use shared::app::clock;

/// An answer without what differs from call to call, and without the id that was asked for.
fn bare(answer: &Answer, id: &str) -> (u16, Value) {
    let mut json: Value = serde_json::from_str(&answer.body.replace(id, "ID")).unwrap();
    json["query_generated_time"].take();
    if let Some(request_id) = json.pointer_mut("/data/request_id") {
        request_id.take();
    }
    (answer.status, json)
}

fn same(tenant: &Tenant, foreign: &str, ask: impl Fn(&Tenant, &str) -> Answer) {
    let (theirs, unknown) = (ask(tenant, foreign), ask(tenant, NOBODY));
    assert_eq!(bare(&theirs, foreign), bare(&unknown, NOBODY));
}

#[test]
fn the_ids_of_another_tenant_answer_like_unknown_ids_on_every_route() {
    let stack = Stack::get();
    let (owner, thief) = (stack.tenant("Owner"), stack.tenant("Thief"));
    let owned = owner.payer();
    let link = owner.link(&json!({"user_id": owned.user, "amount": "12.50"}));
    link.pay("4242424242424242");
    owner.listen(&[]);
    let tried = owner.call("POST", "/v1/platform/webhooks/test").send().ok();
    assert_eq!(tried["event"], "webhook.test");
    let deliveries = "/v1/platform/webhooks/deliveries";
    let delivery = eventually("a delivery of the owner", 30, || {
        owner.get(deliveries).ok()[0]["id"].as_str().map(str::to_owned)
    });
    let (event, endpoint) = delivery.split_once('_').unwrap();
    let mine = thief.payer();
    let before = (stack.quiet_items_about(&owner.id), stack.quiet_items_about(&thief.id));
    for path in ["users", "card-processing/users"] {
        same(&thief, &owned.user, |t, id| t.get(&format!("/v1/platform/{path}/{id}")));
    }
    same(&thief, &link.id, |t, id| t.get(&format!("/v1/platform/payments/{id}")));
    same(&thief, &owned.user, |t, id| t.get(&format!("/v1/platform/payments?user_id={id}")));
    same(&thief, event, |t, id| t.get(&format!("{deliveries}/{id}_{endpoint}")));
    same(&thief, event, |t, id| {
        t.call("POST", &format!("{deliveries}/{id}_{endpoint}/retry")).send()
    });
    let body = json!({"user_id": mine.user, "amount": 1});
    let new = |t: &Tenant, body: Value| t.post("/v1/platform/card/payment-link", &body);
    same(&thief, &owned.user, |t, id| new(t, with(&body, "user_id", id)));
    same(&thief, &owned.account, |t, id| new(t, with(&body, "card_processing_id", id)));
    for path in ["users", "payments", "webhooks/deliveries"] {
        let listed = thief.get(&format!("/v1/platform/{path}")).body;
        for secret in [&owned.user, &owned.account, &link.id, &owner.id] {
            assert!(!listed.contains(secret.as_str()), "{path} shows {secret}");
        }
    }
    thief.get("/v1/platform/webhooks").refused(404, "webhook_not_found");
    thief.call("DELETE", "/v1/platform/webhooks").send().refused(404, "webhook_not_found");
    for path in ["test", "rotate-secret"] {
        let path = format!("/v1/platform/webhooks/{path}");
        thief.post(&path, &json!({})).refused(404, "webhook_not_found");
    }
    let after = (stack.quiet_items_about(&owner.id), stack.quiet_items_about(&thief.id));
    assert_eq!(after, before, "asking about another tenant wrote something");
    assert_eq!(owner.get("/v1/platform/webhooks").ok()["status"], "enabled");
}

#[test]
fn the_wallets_accounts_and_payees_of_another_tenant_answer_like_unknown_ids() {
    let stack = Stack::get();
    let (owner, thief) = (stack.tenant("Owner"), stack.tenant("Thief"));
    let (owned, mine) = (owner.payer(), thief.payer());
    let bank = json!({
        "routing_number": "110000000", "account_number": "000123456789",
        "account_type": "checking", "account_holder_name": "Ada Example",
    });
    let methods = "/v1/platform/payment-methods";
    let account = with(&bank, "user_id", owned.user.as_str());
    let saved = owner.post(&format!("{methods}/bank"), &account).ok();
    let saved = saved["payment_method_id"].as_str().unwrap();
    let payees = |payee: &str, user: &str| {
        format!("/v1/platform/payees/{payee}/destinations?user_id={user}")
    };
    let payee = clock::new_id::<()>().to_string();
    owner.post(&payees(&payee, &owned.user), &with(&bank, "type", "bank")).ok();
    let wallets = "/v1/platform/wallets";
    let named = json!({"user_id": owned.user, "name": "Daily"});
    let wallet = owner.post(wallets, &named).ok();
    let wallet = wallet["wallet_id"].as_str().unwrap();
    let before = (stack.quiet_items_about(&owner.id), stack.quiet_items_about(&thief.id));
    let save =
        |t: &Tenant, id: &str| t.post(&format!("{methods}/bank"), &with(&bank, "user_id", id));
    same(&thief, &owned.user, save);
    same(&thief, &owned.user, |t, id| t.get(&format!("{methods}?user_id={id}")));
    let delete = |t: &Tenant, id: &str, user: &str| {
        t.call("DELETE", &format!("{methods}/{id}?user_id={user}")).send()
    };
    same(&thief, saved, |t, id| delete(t, id, &owned.user));
    same(&thief, saved, |t, id| delete(t, id, &mine.user));
    same(&thief, &owned.user, |t, id| delete(t, saved, id));
    let place = with(&bank, "type", "bank");
    same(&thief, &owned.user, |t, id| t.post(&payees(&payee, id), &place));
    same(&thief, &owned.user, |t, id| t.get(&payees(&payee, id)));
    same(&thief, &payee, |t, id| t.get(&payees(id, &mine.user)));
    same(&thief, wallet, |t, id| t.get(&format!("{wallets}/{id}")));
    same(&thief, wallet, |t, id| t.get(&format!("{wallets}/{id}/entries")));
    same(&thief, wallet, |t, id| {
        t.call("PATCH", &format!("{wallets}/{id}")).json(&json!({"name": "Mine"})).send()
    });
    same(&thief, &owned.user, |t, id| t.get(&format!("{wallets}?user_id={id}")));
    same(&thief, &owned.user, |t, id| t.post(wallets, &with(&named, "user_id", id)));
    let products = owner.get("/v1/platform/products").ok();
    for product in products.as_array().unwrap() {
        let id = product["product_id"].as_str().unwrap();
        assert!(!thief.get("/v1/platform/products").body.contains(id));
    }
    let after = (stack.quiet_items_about(&owner.id), stack.quiet_items_about(&thief.id));
    assert_eq!(after, before, "asking about another tenant wrote something");
    delete(&owner, saved, &owned.user).ok();
}

#[test]
fn the_payments_between_people_of_another_tenant_answer_like_unknown_ids() {
    let stack = Stack::get();
    let (owner, thief) = (stack.tenant("Owner"), stack.tenant("Thief"));
    let (ada, bo) = (Person::with(&owner, 20), Person::new(&owner));
    let mut wish = ada.wish("transfer", "20");
    wish["destination_wallet_id"] = json!(bo.wallet);
    wish["hold"] = json!(true);
    let held = owner.post("/v1/platform/payments", &wish).ok();
    let held = held["payment_intent_id"].as_str().unwrap();
    let (cy, di) = (Person::new(&thief), Person::new(&thief));
    let before = (stack.quiet_items_about(&owner.id), stack.quiet_items_about(&thief.id));
    same(&thief, held, |t, id| t.get(&format!("/v1/platform/payments/{id}")));
    same(&thief, &ada.wallet, |t, id| t.get(&format!("/v1/platform/payments?wallet_id={id}")));
    for (step, body) in
        [("release", json!({})), ("cancel", json!({})), ("review", json!({"decision": "approve"}))]
    {
        same(&thief, held, |t, id| t.post(&format!("/v1/platform/payments/{id}/{step}"), &body));
    }
    let mut mine = cy.wish("transfer", "1");
    mine["destination_wallet_id"] = json!(di.wallet);
    let pay =
        |t: &Tenant, name: &str, id: &str| t.post("/v1/platform/payments", &with(&mine, name, id));
    same(&thief, &ada.user, |t, id| pay(t, "user_id", id));
    same(&thief, &ada.wallet, |t, id| pay(t, "wallet_id", id));
    same(&thief, &bo.wallet, |t, id| pay(t, "destination_wallet_id", id));
    let after = (stack.quiet_items_about(&owner.id), stack.quiet_items_about(&thief.id));
    assert_eq!(after, before, "asking about another tenant wrote something");
    assert_eq!(ada.balance()[2], "20.00");
}

#[test]
fn live_mode_sees_nothing_of_test_mode_and_refuses_the_simulator() {
    let stack = Stack::get();
    let test = stack.tenant("Two Modes");
    let payer = test.payer();
    let link = test.link(&json!({"user_id": payer.user, "amount": "12.50"}));
    let input = json!({"name": "Two Modes", "mode": "live", "tenant_id": test.id});
    let made = stack.invoke("operators-provision-tenant", &input);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    assert_eq!(text("tenant_id"), test.id);
    let (id, secret) = (text("client_id"), text("client_secret"));
    let live = Tenant::signed_in(stack, test.id.clone(), id, secret);
    live.get(&format!("/v1/platform/users/{}", payer.user)).refused(404, "user_not_found");
    live.get(&format!("/v1/platform/payments/{}", link.id)).refused(404, "payment_not_found");
    let methods = format!("/v1/platform/payment-methods?user_id={}", payer.user);
    live.get(&methods).refused(404, "user_not_found");
    for path in ["users", "payments", "products"] {
        assert_eq!(live.get(&format!("/v1/platform/{path}")).ok(), json!([]));
    }
    let user = live.user();
    let account = json!({
        "tenant_id": test.id, "mode": "live", "user_id": user, "status": "approved",
        "descriptor": "X", "processor": "simulator",
    });
    let refused = stack.try_invoke("operators-put-merchant-account", &account).unwrap_err();
    assert!(refused.contains("test mode only"), "{refused}");
    let twice = stack.try_invoke("operators-provision-tenant", &input).unwrap_err();
    assert!(twice.contains("conflict"), "{twice}");
}
