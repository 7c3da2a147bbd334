//! What the sweeps, the audit and operators do seldom. Each has a role of its own for it, so each has
//! to happen somewhere.

use crate::{
    api::debts::{debt_of, forgotten_hold, spent_before_it_went, trusting},
    stack::{Link, Stack, Tenant, bank::Person, eventually},
};
use serde_json::{Value, json};
use shared::{
    app::clock,
    model::{Id, id::EventId, ledger::AccountId},
    store::key,
};

/// More events than a replay works off in one go.
const MANY_EVENTS: u8 = 120;

/// Keeps the worker on the queue of payments asleep: the sweep has to look after them.
struct Asleep(&'static Stack);

impl Asleep {
    fn new(stack: &'static Stack) -> Self {
        stack.set_woken("workers-advance-payment", false);
        Self(stack)
    }
}

impl Drop for Asleep {
    fn drop(&mut self) {
        self.0.set_woken("workers-advance-payment", true);
    }
}

fn sweep(stack: &'static Stack) {
    stack.invoke("workers-reconcile-payments", &json!({}));
}

/// Lets the time of a payment in flight be over, in its record and for the sweep.
fn make_due(stack: &'static Stack, tenant: &Tenant, link: &Link) {
    let now = clock::now().ms();
    stack.set_number(&tenant.intent_key(link), "until", now);
    let items = stack.items_about(&tenant.id);
    let mut timers = items.into_iter().filter(|((pk, _), _)| pk.starts_with("timer#reconcile#"));
    // Where there is none, it is not written yet, or the sweep of this minute has been there.
    let Some(((_, sk), mut timer)) = timers.find(|((_, sk), _)| sk.ends_with(&link.id)) else {
        return;
    };
    let (_, rest) = sk.split_once('#').unwrap();
    timer["sk"] = json!({"S": format!("{now:015}#{rest}")});
    stack.put(&timer);
}

/// The simulator knows of a late charge some seconds later only; until then it is asked again.
fn swept_to(stack: &'static Stack, tenant: &Tenant, link: &Link, status: &str) -> Value {
    eventually(&format!("the sweep ends the payment as {status}"), 120, || {
        let payment = tenant.payment(link);
        if payment["status"] == status {
            return Some(payment);
        }
        make_due(stack, tenant, link);
        sweep(stack);
        None
    })
}

#[test]
fn the_sweep_looks_after_bank_payments_that_the_queue_forgot() {
    let (stack, _alone) = Stack::alone();
    let tenant = trusting(stack, "Forgotten Queue Shop");
    let (ada, bo) = (Person::new(&tenant), Person::new(&tenant));
    let (cy, di) = (Person::with(&tenant, 15), Person::new(&tenant));
    let asleep = Asleep::new(stack);
    forgotten_hold(stack, &cy, &di, "15");
    for (from, to) in [(&ada, &bo), (&cy, &di)] {
        let funding = spent_before_it_went(from, to, || sweep(stack));
        eventually("the bank takes its money back", 120, || {
            sweep(stack);
            (from.payment(&funding)["status"] == "failed").then_some(())
        });
    }
    assert_eq!(ada.balance()[0], "0.00");
    assert_eq!(debt_of(stack, &ada), "-1000");
    assert_eq!(cy.balance(), ["5.00", "0.00", "0.00", "5.00"].map(str::to_owned));
    drop(asleep);
}

#[test]
fn a_card_whose_answer_was_late_is_saved_and_an_unanswered_challenge_ends() {
    let stack = Stack::get();
    let tenant = stack.tenant("Late Shop");
    let late = tenant.new_link();
    let answer = late.submit(&late.card_token("4000000000001109"), true);
    assert_eq!(answer.json()["status"], "processing", "{}", answer.body);
    let asked = tenant.new_link();
    assert_eq!(asked.pay("4000000000003220")["status"], "requires_action");
    let paid = swept_to(stack, &tenant, &late, "succeeded");
    assert!(paid["payment_method_id"].is_string(), "{paid}");
    let ended = swept_to(stack, &tenant, &asked, "failed");
    assert_eq!(ended["failure_reason"], "authentication_abandoned");
    let passed = tenant.new_link();
    let answer = passed.submit(&passed.card_token("4000000000003220"), true);
    assert_eq!(answer.json()["status"], "requires_action", "{}", answer.body);
    assert_eq!(passed.challenge(true).json()["status"], "succeeded");
    assert!(tenant.payment(&passed)["payment_method_id"].is_string());
    // What was published stays published; saved cards have events too.
    let from = clock::now().plus_seconds(-3600).rfc3339();
    stack.quiet_items_about(&tenant.id);
    let wish = json!({"tenant_id": tenant.id, "mode": "test", "from": from});
    assert_eq!(stack.invoke("operators-republish-events", &wish)["published"], 0);
}

#[test]
fn books_that_are_wrong_are_found_by_the_audit_of_one_tenant_and_of_all() {
    let (stack, _alone) = Stack::alone();
    let tenant = stack.tenant("Wrong Books Shop");
    let receiver = tenant.listen(&["ledger.difference_found"]);
    let ada = Person::with(&tenant, 30);
    let wallet = key::account(tenant.scope(), AccountId::Wallet(ada.wallet.parse().unwrap()));
    stack.set_number(&wallet, "posted", 3_001);
    let input = json!({"tenant_id": tenant.id, "mode": "test"});
    let report = stack.invoke("workers-audit-ledger", &input);
    assert_ne!(report["differences"], 0, "{report}");
    receiver.wait_for_requests(1, 30);
    stack.set_number(&wallet, "posted", 3_000);
    let report = stack.invoke("workers-audit-ledger", &input);
    assert_eq!(report["differences"], 0, "{report}");
    let all = stack.invoke("workers-audit-ledger", &json!({}));
    assert!(all["accounts"].as_u64() > report["accounts"].as_u64(), "{all}");
}

#[test]
fn keys_of_every_purpose_rotate_and_what_they_made_stays_good() {
    let (stack, _alone) = Stack::alone();
    let mut tenant = stack.tenant("Rotating Shop");
    let receiver = tenant.listen(&["payment_intent.created"]);
    let old = tenant.new_link();
    receiver.wait_for("payment_intent.created", &old.id, 60);
    for purpose in ["signing", "link", "webhook", "session", "pepper"] {
        stack.invoke("operators-rotate-keys", &json!({"purpose": purpose}));
    }
    let before = tenant.token.clone();
    tenant.token = tenant.token_for(None);
    let new = tenant.new_link();
    assert_eq!((old.open().status, new.open().status), (200, 200));
    receiver.wait_for("payment_intent.created", &new.id, 60);
    tenant.token = before;
    assert_eq!(tenant.payment(&new)["status"], "pending", "a token lives on with its key");
}

#[test]
fn a_client_gets_a_new_secret_with_an_overlap_or_at_once() {
    let stack = Stack::get();
    let mut tenant = stack.tenant("Renewed Shop");
    let put = |overlap: i64| {
        let input = json!({"client_id": tenant.client_id, "overlap_seconds": overlap});
        stack.invoke("operators-put-client", &input)
    };
    let ask = |secret: &str| {
        let body = json!({"client_id": tenant.client_id, "client_secret": secret});
        stack.anonymous("POST", "/v1/platform/auth/token").json(&body).send()
    };
    let first = tenant.client_secret.clone();
    let second = put(3_600);
    assert!(second["replaced_secret_ends_at"].is_string(), "{second}");
    for good in [first.as_str(), second["client_secret"].as_str().unwrap()] {
        ask(good).ok();
    }
    let third = put(0);
    assert_eq!(third["replaced_secret_ends_at"], Value::Null);
    for old in [first.as_str(), second["client_secret"].as_str().unwrap()] {
        ask(old).refused(401, "invalid_client");
    }
    ask(third["client_secret"].as_str().unwrap()).ok();
    let unknown = stack.try_invoke("operators-put-client", &json!({"client_id": "nobody"}));
    assert!(unknown.unwrap_err().contains("names no client"));
    tenant.client_secret = third["client_secret"].as_str().unwrap().to_owned();
    tenant.token = tenant.token_for(None);
}

#[test]
fn a_replay_of_more_events_than_one_page_goes_on_where_it_stopped() {
    let stack = Stack::get();
    let tenant = stack.tenant("Long Replay Shop");
    let receiver = tenant.listen(&["payment_intent.created"]);
    let from = clock::now().plus_seconds(-60);
    tenant.new_link();
    let sent = receiver.wait_for_requests(1, 30)[0].header("webhook-id").to_owned();
    let event: EventId = sent.parse().unwrap();
    let item = stack.item(&key::event(tenant.scope(), event)).unwrap();
    for n in 0..MANY_EVENTS {
        let id: EventId = Id::mint(event.minted_at(), [n; 10]);
        let place = key::event(tenant.scope(), id);
        let message = item["msg"]["S"].as_str().unwrap().replace(&sent, &id.to_string());
        let mut copy = item.clone();
        copy["pk"] = json!({"S": place.pk});
        copy["sk"] = json!({"S": place.sk});
        copy["msg"] = json!({"S": message});
        stack.put(&copy);
    }
    let wish = json!({"from": from.rfc3339(), "only_undelivered": true});
    let begun = tenant.post("/v1/platform/webhooks/replay", &wish).ok();
    assert_eq!(begun["missing"], MANY_EVENTS);
    stack.invoke("workers-retry-deliveries", &json!({}));
    receiver.wait_for_requests(1 + usize::from(MANY_EVENTS), 200);
}

#[test]
fn a_pending_delivery_that_is_asked_for_goes_at_once() {
    let stack = Stack::get();
    let tenant = stack.tenant("Impatient Shop");
    let receiver = crate::stack::Receiver::start();
    let put = json!({"url": receiver.url, "retry_schedule": [3600]});
    tenant.post("/v1/platform/webhooks", &put).ok();
    receiver.answer_next(&[500]);
    tenant.call("POST", "/v1/platform/webhooks/test").send().ok();
    receiver.wait_for_requests(1, 30);
    let path = "/v1/platform/webhooks/deliveries";
    let waiting = eventually("the delivery waits for its second attempt", 30, || {
        let listed = tenant.get(&format!("{path}?status=pending")).ok();
        let first = listed.as_array()?.first()?.clone();
        (first["attempt_count"] == 1).then_some(first)
    });
    let retry = format!("{path}/{}/retry", waiting["id"].as_str().unwrap());
    let key = json!({"idempotency_key": "now"});
    assert_eq!(tenant.post(&retry, &key).ok(), tenant.post(&retry, &key).ok());
    receiver.wait_for_requests(2, 60);
}

/// A record that nobody can read is kept whole for an operator, and holds up nobody.
#[test]
fn a_record_that_cannot_be_published_is_parked_and_the_next_ones_go_on() {
    let stack = Stack::get();
    let tenant = stack.tenant("Unreadable Shop");
    let receiver = tenant.listen(&["payment_intent.created"]);
    let place = key::intent(tenant.scope(), clock::new_id());
    let broken = json!({
        "pk": {"S": place.pk}, "sk": {"S": place.sk}, "outbox": {"S": "1"}, "v": {"N": "1"},
    });
    stack.put(broken.as_object().unwrap());
    let link = tenant.new_link();
    receiver.wait_for("payment_intent.created", &link.id, 60);
    eventually("the record is parked", 60, || {
        let parked = stack.messages("publish-events-failed");
        parked.iter().any(|body| body.contains(&place.sk)).then_some(())
    });
    stack.remove(&place);
}

#[test]
fn of_many_links_with_one_key_at_once_there_is_one() {
    let stack = Stack::get();
    let tenant = stack.tenant("Duplicate Link Shop");
    let user = tenant.payer().user;
    for order in ["order-17", "order-18", "order-19", "order-20"] {
        let body = json!({"user_id": user, "amount": "12.50", "idempotency_key": order});
        let links: Vec<String> = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..24).map(|_| scope.spawn(|| tenant.link(&body).id)).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        assert!(links.iter().all(|id| *id == links[0]), "{links:?}");
    }
}

/// The slower ones find the payment ended by the faster, and answer as it stands.
#[test]
fn of_many_submits_of_one_card_at_once_one_charges_and_all_hear_of_it() {
    let stack = Stack::get();
    let tenant = stack.tenant("Duplicate Submit Shop");
    for _ in 0..3 {
        let link = tenant.new_link();
        let card = link.card_token("4242424242424242");
        let heard: Vec<Value> = std::thread::scope(|scope| {
            let submit = || link.submit(&card, false).json()["status"].clone();
            let calls: Vec<_> = (0..24).map(|_| scope.spawn(submit)).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        assert!(heard.contains(&json!("succeeded")), "{heard:?}");
        assert_eq!(stack.charges(&link.id).len(), 1);
    }
}
