use super::*;
use crate::{
    model::{
        delivery::AttemptResult,
        event::{EventType, NamedEvent},
    },
    store::tests::{golden, id, kept, now, scope},
};

fn delivery(status: DeliveryStatus) -> Delivery {
    let event = NamedEvent::plain(id(5), EventType::PaymentIntentSucceeded);
    Delivery { status, ..Delivery::due_now(scope(), &event, id(6), "{}".into(), now()) }
}

#[test]
fn a_new_delivery_is_kept_like_this() {
    let new = delivery(DeliveryStatus::Pending(now()));
    let item = kept(|table| {
        let new = new.clone();
        async move { table.add_delivery(&new).await }
    });
    golden(
        &item,
        r#"
body="{}"
crt=1795255200250
due=1795255200250
made=0
pk="delivery#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
round=1795255200250
sk="01a1fd8c-69fa-7505-8505-050505050505#01a1fd8c-69fa-7606-8606-060606060606"
st="pending"
step=0
tries=[]
ttl=1797847200
type="payment_intent.succeeded"
v=1
13 attributes"#,
    );
    assert_eq!(from_item(scope(), &item), Ok(new));
}

#[test]
fn a_delivery_that_was_tried_is_kept_like_this() {
    let attempt = |http_status, result| DeliveryAttempt {
        cause: None,
        at: now(),
        latency_ms: 12,
        result,
        http_status,
        answer: "no".into(),
    };
    let attempts =
        vec![attempt(Some(500), AttemptResult::Status), attempt(None, AttemptResult::Timeout)];
    let tried =
        Delivery { attempts, made: 9, tried: 2, version: 3, ..delivery(DeliveryStatus::Failed) };
    let item = to_item(&tried);
    golden(
        &item,
        r#"
body="{}"
crt=1795255200250
made=9
pk="delivery#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
round=1795255200250
sk="01a1fd8c-69fa-7505-8505-050505050505#01a1fd8c-69fa-7606-8606-060606060606"
st="failed"
step=2
tries[0].ans="no"
tries[0].at=1795255200250
tries[0].code=500
tries[0].ms=12
tries[0].res="status"
tries[1].ans="no"
tries[1].at=1795255200250
tries[1].ms=12
tries[1].res="timeout"
ttl=1797847200
type="payment_intent.succeeded"
v=3
12 attributes"#,
    );
    assert_eq!(from_item(scope(), &item), Ok(tried));
}

#[test]
fn an_event_that_its_surface_calls_otherwise_is_kept_with_its_name() {
    let named = Delivery { name: "payment.received".into(), ..delivery(DeliveryStatus::Succeeded) };
    let item = to_item(&named);
    assert_eq!(item.text("name"), Ok("payment.received"));
    assert_eq!(from_item(scope(), &item), Ok(named));
}
