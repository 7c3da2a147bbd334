//! Refunds of what was sold through links: what becomes of the transaction, and what is told.

use super::{
    own_links::{shared_link, submit, visit},
    refunds::{ask, kept, later, reconcile},
    shop::Shop,
};
use serde_json::{Value, json};
use shared::{
    model::{
        Amounts, Currency, Money,
        id::PaymentIntentId,
        refund::RefundStatus,
        transaction::{Transaction, TransactionStatus},
    },
    operations::{Problem, StateRefusal},
    webhook::{message::Aggregate, payload},
};

const GOOD: &str = "4242424242424242";

/// A buyer's visit of a shared link that this card has paid: so much, of which so much is tax.
pub(super) async fn paid(shop: &Shop, number: &str, subtotal: i64, tax: i64) -> PaymentIntentId {
    let link = shared_link(shop, 5).await;
    let id = visit(shop, link.id).await;
    let mut intent = shop.intent(id).await;
    let usd = |minor| Money::from_minor(minor, Currency::USD);
    intent.amounts = Amounts::new(usd(subtotal), usd(tax)).unwrap();
    intent.version += 1;
    shop.table.replace_intent(&intent, None).await.unwrap();
    let token = shop.token(id, number, false);
    let reserved = shop.reserved(id, &token, shared::app::clock::now()).await;
    shop.charge(reserved, &token).await;
    id
}

pub(super) async fn status(shop: &Shop, id: PaymentIntentId) -> TransactionStatus {
    let intent = shop.intent(id).await;
    let seen = Transaction { intent, session: None, refunds: Vec::new() };
    seen.status_at(shared::app::clock::now())
}

/// What the endpoints of the links surface are told of the transaction from its refunds: before,
/// after, how much went back.
pub(super) async fn told(shop: &Shop, id: PaymentIntentId) -> Vec<Value> {
    let messages = Aggregate::Intent(Box::new(shop.intent(id).await)).events_after(0);
    let bodies = messages.iter().flat_map(|message| {
        let events = payload::events(message).unwrap();
        events.into_iter().map(|event| {
            let body = payload::body(message, &event).unwrap();
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(
                (event.name, &body["sequence"]),
                ("transaction.status_changed", &json!(message.sequence))
            );
            assert_eq!(
                body["depositAttempts"][0]["status"],
                if body["status"] == "processing" { "processing" } else { "succeeded" }
            );
            json!([body["previous_status"], body["status"], body["refunded_amount"]])
        })
    });
    bodies.skip_while(|told| told[0] == "processing").collect()
}

#[tokio::test]
async fn a_transaction_says_what_of_it_is_on_its_way_back_and_what_went_back() {
    let shop = Shop::in_memory();
    let id = paid(&shop, GOOD, 1_000, 0).await;
    assert_eq!((status(&shop, id).await, told(&shop, id).await), (TransactionStatus::Paid, vec![]));
    ask(&shop, id, Some(400), None).await.unwrap();
    assert_eq!(status(&shop, id).await, TransactionStatus::Paid);
    ask(&shop, id, None, None).await.unwrap();
    assert_eq!(status(&shop, id).await, TransactionStatus::Refunded);
    let expected = [
        json!(["paid", "refund_pending", "0.00"]),
        json!(["refund_pending", "paid", "4.00"]),
        json!(["paid", "refund_pending", "4.00"]),
        json!(["refund_pending", "refunded", "10.00"]),
    ];
    assert_eq!(told(&shop, id).await, expected);
}

/// Both members' requests are refused what the other has taken, and say that 0.00 is left.
#[tokio::test]
async fn hard_case_37_two_members_who_refund_the_whole_at_once_refund_it_once() {
    let shop = Shop::in_memory();
    let id = paid(&shop, GOOD, 1_000, 0).await;
    let (one, other) = tokio::join!(ask(&shop, id, None, None), ask(&shop, id, None, None));
    let refused = [one, other].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    let nothing_left = [StateRefusal::AlreadyRefunded, StateRefusal::RefundInProgress];
    assert!(
        matches!(refused.as_slice(), [Problem::State(refusal)] if nothing_left.contains(refusal)),
        "{refused:?}"
    );
    assert_eq!(shop.table.refunds_of_payment(shop.scope, id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn hard_case_38_six_parts_of_0_62_have_all_of_its_tax() {
    let shop = Shop::in_memory();
    let id = paid(&shop, GOOD, 52, 10).await;
    let mut taxes = Vec::new();
    for part in [Some(10), Some(10), Some(10), Some(10), Some(10), None] {
        let refund = ask(&shop, id, part, None).await.unwrap().refund;
        let RefundStatus::Succeeded { tax, .. } = refund.status else { panic!("{refund:?}") };
        taxes.push(tax.minor());
    }
    assert_eq!(taxes.iter().sum::<i64>(), 10, "{taxes:?}");
    assert!(taxes.iter().all(|tax| (0..=2).contains(tax)), "{taxes:?}");
    let known = *shop.intent(id).await.refundable().unwrap();
    assert_eq!((known.left, known.refunded, known.refunded_tax), (0, 62, 10));
    assert_eq!(status(&shop, id).await, TransactionStatus::Refunded);
}

/// While the processor has not said what became of a refund, a second one may take only the rest;
/// once it has failed, all of it may be refunded again, and both objects say so.
#[tokio::test]
async fn hard_case_39_a_refund_that_fails_late_makes_the_transaction_paid_again() {
    let shop = Shop::in_memory();
    let id = paid(&shop, "4000000000005126", 1_000, 0).await;
    let late = ask(&shop, id, Some(700), None).await.unwrap().refund;
    assert_eq!(status(&shop, id).await, TransactionStatus::RefundPending);
    let left = Money::from_minor(300, Currency::USD);
    assert_eq!(ask(&shop, id, Some(301), None).await, Err(Problem::RefundExceedsRest { left }));
    let end = later(&late);
    reconcile(&shop, late.id, end).await;
    let failed = kept(&shop, late.id).await;
    assert!(matches!(failed.status, RefundStatus::Failed { .. }), "{failed:?}");
    assert_eq!(status(&shop, id).await, TransactionStatus::Paid);
    assert_eq!(shop.intent(id).await.refundable().unwrap().left, 1_000);
    let expected =
        [json!(["paid", "refund_pending", "0.00"]), json!(["refund_pending", "paid", "0.00"])];
    assert_eq!(told(&shop, id).await, expected);
    let of_refund = Aggregate::Refund(Box::new(failed)).events_after(0);
    let names = of_refund
        .iter()
        .map(|message| (message.sequence, payload::events(message).unwrap()[0].name));
    let changed = "refund.status_changed";
    assert_eq!(names.collect::<Vec<_>>(), [(1, changed), (2, changed)]);
}

#[tokio::test]
async fn hard_case_8_a_refund_gives_no_use_back() {
    let shop = Shop::in_memory();
    let link = shared_link(&shop, 1).await;
    let id = visit(&shop, link.id).await;
    let token = shop.good_token(id);
    let _ = shop.submit(id, &token).await;
    let before = shop
        .table
        .payment_link(link.id, shared::store::Consistency::Strong)
        .await
        .unwrap()
        .unwrap();
    ask(&shop, id, None, None).await.unwrap();
    let after = shop
        .table
        .payment_link(link.id, shared::store::Consistency::Strong)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(after.uses, before.uses);
}

/// Statuses of the submits that the last event of a transaction tells, and its failure code.
async fn submits_told(shop: &Shop, id: PaymentIntentId) -> (Vec<Value>, Value) {
    let message = Aggregate::Intent(Box::new(shop.intent(id).await)).events_after(0).pop().unwrap();
    let event = payload::events(&message).unwrap()[0];
    let body: Value = serde_json::from_str(&payload::body(&message, &event).unwrap()).unwrap();
    let submits = body["depositAttempts"].as_array().unwrap();
    (submits.iter().map(|one| one["status"].clone()).collect(), body["failure_code"].clone())
}

#[tokio::test]
async fn each_event_tells_all_submits_newest_first() {
    let shop = Shop::in_memory();
    let id = visit(&shop, shared_link(&shop, 5).await.id).await;
    let declined = json!("requires_payment_method");
    for count in 1..=2 {
        let bad = shop.token(id, "4000000000009995", false);
        submit(&shop, id, &bad, None).await.unwrap();
        let told = submits_told(&shop, id).await;
        assert_eq!(told, (vec![declined.clone(); count], Value::Null), "none is final");
    }
    submit(&shop, id, &shop.good_token(id), None).await.unwrap();
    let all = vec![json!("succeeded"), declined.clone(), declined];
    assert_eq!(submits_told(&shop, id).await, (all.clone(), Value::Null));
    ask(&shop, id, Some(100), None).await.unwrap();
    assert_eq!(submits_told(&shop, id).await, (all, Value::Null));
}
