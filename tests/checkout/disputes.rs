//! A buyer's bank takes a payment back: what is read of that, in any order, is kept once and told once.

use super::{
    link_refunds::{paid as paid_on_link, status, told},
    refunds::{ask, kept, later, paid, paid_with, reconcile},
    saver::{GOOD, Saver},
    shop::Shop,
};
use crate::store::on_own_tables;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::{
    app::clock,
    model::{
        Currency, Money, Time,
        actor::Actor,
        dispute::{Dispute, DisputeReading, DisputeStatus, Disputed},
        event::EventType,
        id::PaymentIntentId,
        refund::{RefundReading, RefundStatusName, Refundable},
        transaction::TransactionStatus,
    },
    operations::{
        Ambient, Problem, StateRefusal,
        disputes::{self, DisputeNews},
        numbering,
        refund_facts::{self, BookedRefund},
        statistics,
    },
    store::Table,
    webhook::{message::Aggregate, payload},
};
use std::sync::Arc;

on_own_tables!(
    a_dispute_read_twice_is_kept_and_told_once,
    many_who_read_one_dispute_at_once_keep_it_once,
    readings_out_of_order_never_go_back,
    a_dispute_heard_of_when_it_was_lost_was_opened_first,
    while_a_dispute_is_open_nothing_is_refunded_and_once_it_is_won_all_may_be,
    what_was_lost_is_not_refunded_and_a_refund_at_the_dashboard_is_booked_all_the_same,
    a_dispute_while_a_refund_is_pending_leaves_the_refund_to_its_end,
    a_dispute_after_a_full_refund_ends_where_it_began,
    a_refund_at_the_dashboard_is_booked_once_however_often_it_is_heard_of,
    a_refund_at_the_dashboard_beside_a_pending_one_never_goes_below_nothing,
);

const ALL: Option<i64> = None;

fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::USD)
}

/// The moment at which banks and dashboards act: it stays the same however often it is read.
fn then() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn reading(name: &str, amount: Option<i64>, status: DisputeStatus) -> DisputeReading {
    DisputeReading {
        reference: name.to_owned(),
        amount: amount.map(usd),
        reason: Some("fraudulent".to_owned()),
        status,
        opened_at: then(),
    }
}

async fn read(
    shop: &Shop,
    payment: PaymentIntentId,
    amount: Option<i64>,
    status: DisputeStatus,
) -> DisputeNews {
    let reading = reading("du_1", amount, status);
    loop {
        let read = disputes::read(&shop.table, shop.scope, payment, &reading, &clock::now).await;
        match read {
            // A worker's message comes back.
            Err(Problem::Contended) => tokio::task::yield_now().await,
            read => return read.unwrap(),
        }
    }
}

async fn standing(shop: &Shop, payment: PaymentIntentId) -> Refundable {
    *shop.intent(payment).await.refundable().unwrap()
}

async fn all_of(shop: &Shop, payment: PaymentIntentId) -> Vec<Dispute> {
    shop.table.disputes_of_payment(shop.scope, payment).await.unwrap()
}

fn types(dispute: &Dispute) -> Vec<EventType> {
    dispute.history.entries.iter().map(|entry| entry.kind).collect()
}

fn made_there(name: &str, amount: i64) -> RefundReading {
    RefundReading {
        reference: name.to_owned(),
        amount: usd(amount),
        reason: Some("requested_by_customer".to_owned()),
        made_at: then(),
    }
}

async fn book(shop: &Shop, payment: PaymentIntentId, name: &str, amount: i64) -> BookedRefund {
    let made = made_there(name, amount);
    loop {
        let booked = refund_facts::book(&shop.table, shop.scope, payment, &made, &clock::now).await;
        match booked {
            Err(Problem::Contended) => tokio::task::yield_now().await,
            booked => return booked.unwrap(),
        }
    }
}

async fn a_dispute_read_twice_is_kept_and_told_once(table: Arc<Table>) {
    let shop = Shop::new(table);
    let id = paid(&shop).await.id;
    let first = read(&shop, id, Some(400), DisputeStatus::Open).await;
    let DisputeNews::Kept(open) = first else { panic!("{first:?}") };
    assert_eq!((open.amount, open.status), (usd(400), DisputeStatus::Open));
    for _ in 0..2 {
        assert_eq!(read(&shop, id, Some(400), DisputeStatus::Open).await, DisputeNews::Nothing);
    }
    assert_eq!(standing(&shop, id).await.disputed, Disputed { open: 400, lost: 0 });
    let lost = read(&shop, id, Some(400), DisputeStatus::Lost).await;
    let DisputeNews::Kept(lost) = lost else { panic!("{lost:?}") };
    assert_eq!(read(&shop, id, Some(400), DisputeStatus::Lost).await, DisputeNews::Nothing);
    assert_eq!(all_of(&shop, id).await, [*lost.clone()]);
    assert_eq!(types(&lost), [EventType::DisputeOpened, EventType::DisputeLost]);
    assert_eq!(standing(&shop, id).await.disputed, Disputed { open: 0, lost: 400 });
}

async fn many_who_read_one_dispute_at_once_keep_it_once(table: Arc<Table>) {
    let shop = Shop::new(table);
    let id = paid(&shop).await.id;
    let all = (0..8).map(|_| read(&shop, id, ALL, DisputeStatus::Open));
    let kept = join_all(all).await;
    let kept = kept.iter().filter(|news| matches!(news, DisputeNews::Kept(_))).count();
    assert_eq!((kept, all_of(&shop, id).await.len()), (1, 1));
    assert_eq!(standing(&shop, id).await.disputed.open, 1_250);
}

/// What was decided stays, whoever comes late with what it was before; the opposite of it is for
/// people.
async fn readings_out_of_order_never_go_back(table: Arc<Table>) {
    let shop = Shop::new(table);
    let id = paid(&shop).await.id;
    read(&shop, id, ALL, DisputeStatus::Open).await;
    read(&shop, id, ALL, DisputeStatus::Won).await;
    assert_eq!(read(&shop, id, ALL, DisputeStatus::Open).await, DisputeNews::Nothing);
    let other = read(&shop, id, ALL, DisputeStatus::Lost).await;
    assert!(matches!(other, DisputeNews::Contradiction(_)), "{other:?}");
    assert!(standing(&shop, id).await.disputed.is_none());
    assert_eq!(all_of(&shop, id).await[0].status, DisputeStatus::Won);
}

/// The event that it was opened came late, or never.
async fn a_dispute_heard_of_when_it_was_lost_was_opened_first(table: Arc<Table>) {
    let shop = Shop::new(table);
    let id = paid(&shop).await.id;
    // More than was paid, as when exchange rates move: no more than the payment is disputed.
    read(&shop, id, Some(1_300), DisputeStatus::Lost).await;
    assert_eq!(read(&shop, id, Some(1_300), DisputeStatus::Open).await, DisputeNews::Nothing);
    let kept = all_of(&shop, id).await;
    assert_eq!(types(&kept[0]), [EventType::DisputeOpened, EventType::DisputeLost]);
    assert_eq!(standing(&shop, id).await.disputed, Disputed { open: 0, lost: 1_250 });
}

async fn while_a_dispute_is_open_nothing_is_refunded_and_once_it_is_won_all_may_be(
    table: Arc<Table>,
) {
    let shop = Shop::new(table);
    let id = paid(&shop).await.id;
    read(&shop, id, Some(1), DisputeStatus::Open).await;
    for amount in [ALL, Some(1)] {
        let refused = ask(&shop, id, amount, None).await;
        assert_eq!(refused, Err(Problem::State(StateRefusal::Disputed)));
    }
    read(&shop, id, Some(1), DisputeStatus::Won).await;
    let refund = ask(&shop, id, ALL, None).await.unwrap().refund;
    assert_eq!((refund.amount, refund.status.name()), (usd(1_250), RefundStatusName::Succeeded));
}

async fn what_was_lost_is_not_refunded_and_a_refund_at_the_dashboard_is_booked_all_the_same(
    table: Arc<Table>,
) {
    let shop = Shop::new(table);
    let id = paid(&shop).await.id;
    read(&shop, id, Some(1_000), DisputeStatus::Lost).await;
    let refused = ask(&shop, id, Some(251), None).await;
    assert_eq!(refused, Err(Problem::RefundExceedsRest { left: usd(250) }));
    ask(&shop, id, ALL, None).await.unwrap();
    let refused = ask(&shop, id, ALL, None).await;
    assert_eq!(refused, Err(Problem::State(StateRefusal::NotRefundable)), "the rest was lost");
    let booked = book(&shop, id, "re_1", 300).await;
    assert!(matches!(booked, BookedRefund::Booked { collision: 300, .. }), "{booked:?}");
    let known = standing(&shop, id).await;
    assert_eq!((known.refunded, known.disputed.lost, known.free()), (550, 1_000, 0));
}

async fn a_dispute_while_a_refund_is_pending_leaves_the_refund_to_its_end(table: Arc<Table>) {
    let shop = Shop::new(table);
    let id = paid_with(&shop, "4000000000005126").await.id;
    let pending = ask(&shop, id, Some(700), None).await.unwrap().refund;
    read(&shop, id, ALL, DisputeStatus::Open).await;
    reconcile(&shop, pending.id, later(&pending)).await;
    assert_eq!(kept(&shop, pending.id).await.status.name(), RefundStatusName::Failed);
    let known = standing(&shop, id).await;
    assert_eq!((known.pending, known.left, known.disputed.open), (0, 1_250, 1_250));
    assert_eq!(ask(&shop, id, ALL, None).await, Err(Problem::State(StateRefusal::Disputed)));
    read(&shop, id, ALL, DisputeStatus::Lost).await;
    assert_eq!(standing(&shop, id).await.free(), 0, "given back, and lost all the same");
}

async fn a_dispute_after_a_full_refund_ends_where_it_began(table: Arc<Table>) {
    let shop = Shop::new(table);
    let id = paid(&shop).await.id;
    ask(&shop, id, ALL, None).await.unwrap();
    let before = standing(&shop, id).await;
    read(&shop, id, ALL, DisputeStatus::Open).await;
    assert_eq!(ask(&shop, id, ALL, None).await, Err(Problem::State(StateRefusal::Disputed)));
    read(&shop, id, ALL, DisputeStatus::Won).await;
    assert_eq!(standing(&shop, id).await, before);
    assert_eq!(ask(&shop, id, ALL, None).await, Err(Problem::State(StateRefusal::AlreadyRefunded)));
}

async fn a_refund_at_the_dashboard_is_booked_once_however_often_it_is_heard_of(table: Arc<Table>) {
    let shop = Shop::new(table);
    let id = paid(&shop).await.id;
    let booked = join_all((0..6).map(|_| book(&shop, id, "re_1", 400))).await;
    let once = booked.iter().filter(|news| matches!(news, BookedRefund::Booked { .. })).count();
    assert_eq!(once, 1, "{booked:?}");
    assert_eq!(book(&shop, id, "re_1", 400).await, BookedRefund::Known);
    let known = standing(&shop, id).await;
    assert_eq!((known.left, known.pending, known.refunded, known.count), (850, 0, 400, 1));
    let refunds = shop.table.refunds_of_payment(shop.scope, id).await.unwrap();
    let [refund] = refunds.as_slice() else { panic!("{refunds:?}") };
    assert_eq!(refund.requested_by, Actor::Processor);
    let told = refund.history.entries.iter().map(|entry| entry.kind).collect::<Vec<_>>();
    assert_eq!(told, [EventType::RefundCreated, EventType::RefundSucceeded]);
    ask(&shop, id, ALL, None).await.unwrap();
    assert_eq!(standing(&shop, id).await.refunded, 1_250);
}

async fn a_refund_at_the_dashboard_beside_a_pending_one_never_goes_below_nothing(
    table: Arc<Table>,
) {
    let shop = Shop::new(table);
    let id = paid_with(&shop, "4000000000005126").await.id;
    let pending = ask(&shop, id, Some(1_000), None).await.unwrap().refund;
    let booked = book(&shop, id, "re_1", 600).await;
    assert!(matches!(booked, BookedRefund::Booked { collision: 350, .. }), "{booked:?}");
    let known = standing(&shop, id).await;
    assert_eq!((known.left, known.pending, known.refunded), (0, 1_000, 600));
    reconcile(&shop, pending.id, later(&pending)).await;
    assert_eq!(kept(&shop, pending.id).await.status.name(), RefundStatusName::Failed);
    assert_eq!(standing(&shop, id).await.pending, 0);
}

/// The names and bodies under which a surface's receivers hear of a dispute.
fn heard(dispute: Dispute) -> Vec<(&'static str, Value)> {
    let messages = Aggregate::Dispute(Box::new(dispute)).events_after(0);
    let bodies = messages.iter().flat_map(|message| {
        payload::events(message).unwrap().into_iter().map(|event| {
            let body = payload::body(message, &event).unwrap();
            let body: Value = serde_json::from_str(&body).unwrap();
            (event.name, body["data"].clone())
        })
    });
    bodies.collect()
}

#[tokio::test]
async fn the_platform_surface_hears_of_a_dispute_as_an_object_of_its_own() {
    let shop = Shop::in_memory();
    let id = paid(&shop).await.id;
    read(&shop, id, ALL, DisputeStatus::Open).await;
    read(&shop, id, ALL, DisputeStatus::Lost).await;
    let heard = heard(all_of(&shop, id).await.remove(0));
    let names: Vec<_> = heard.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["dispute.opened", "dispute.lost"]);
    let said = heard.iter().map(|(_, data)| json!([data["status"], data["lost_amount"]]));
    assert_eq!(said.collect::<Vec<_>>(), [json!(["open", "0.00"]), json!(["lost", "12.50"])]);
    assert_eq!(heard[0].1["payment_intent_id"], json!(id));
    assert_eq!(shop.intent(id).await.status.name().as_str(), "succeeded", "the payment stays");
}

/// While it is open the transaction is disputed, and afterwards what it was before.
#[tokio::test]
async fn a_transaction_is_disputed_until_that_is_decided() {
    let shop = Shop::in_memory();
    let id = paid_on_link(&shop, GOOD, 1_000, 0).await;
    ask(&shop, id, Some(400), None).await.unwrap();
    read(&shop, id, ALL, DisputeStatus::Open).await;
    assert_eq!(status(&shop, id).await, TransactionStatus::Disputed);
    read(&shop, id, ALL, DisputeStatus::Won).await;
    assert_eq!(status(&shop, id).await, TransactionStatus::Paid);
    let lost = reading("du_2", Some(600), DisputeStatus::Lost);
    disputes::read(&shop.table, shop.scope, id, &lost, &clock::now).await.unwrap();
    assert_eq!(status(&shop, id).await, TransactionStatus::Paid);
    book(&shop, id, "re_9", 600).await;
    assert_eq!(status(&shop, id).await, TransactionStatus::Refunded);
    let expected = [
        json!(["paid", "refund_pending", "0.00"]),
        json!(["refund_pending", "paid", "4.00"]),
        json!(["paid", "disputed", "4.00"]),
        json!(["disputed", "paid", "4.00"]),
        json!(["paid", "refunded", "10.00"]),
    ];
    assert_eq!(told(&shop, id).await, expected);
    for dispute in all_of(&shop, id).await {
        assert_eq!(heard(dispute.clone()), [], "it is a status of the transaction");
        assert_eq!(statistics::ask(&Aggregate::Dispute(Box::new(dispute))), [], "and no figure");
    }
}

/// The payments surface has names for it; no credit note is made by itself, and one is for a refund
/// at the dashboard.
#[tokio::test]
async fn the_payments_surface_hears_of_disputes_and_credits_only_refunds() {
    const AMBIENT: Ambient = Ambient { now: clock::now, random: clock::random };
    let saver = Saver::new(crate::store::backend::memory()).await;
    saver.save(GOOD).await;
    let charged = saver.charge_default().await.unwrap();
    let (shop, id) = (&saver.shop, charged.payment.id);
    numbering::invoice_payment(&shop.table, shop.scope, id, AMBIENT).await.unwrap();
    let invoice = shop.table.invoice_of_payment(shop.scope, id).await.unwrap().unwrap();
    read(shop, id, Some(500), DisputeStatus::Open).await;
    read(shop, id, Some(500), DisputeStatus::Lost).await;
    let heard = heard(all_of(shop, id).await.remove(0));
    let names: Vec<_> = heard.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["payment.disputed", "payment.dispute_resolved"]);
    let data = &heard[1].1;
    assert_eq!(data["paymentTransactionId"], charged.transaction.payments_form());
    assert_eq!(data["invoiceNumber"], invoice.terms.number);
    assert_eq!(
        json!([data["disputeStatus"], data["disputeAmount"], data["disputeLost"]]),
        json!(["lost", 500, 500])
    );
    assert_eq!((&data["customerId"], &data["currency"]), (&json!("user 1"), &json!("usd")));
    assert_eq!(standing(shop, id).await.refunded, 0, "a dispute refunds nothing");
    let booked = book(shop, id, "re_1", 1_000).await;
    let BookedRefund::Booked { refund, collision: 0 } = booked else { panic!("{booked:?}") };
    assert!(refund.awaits_credit_note().is_some());
    numbering::credit_refund(&shop.table, shop.scope, refund.id, AMBIENT).await.unwrap();
    assert!(kept(shop, refund.id).await.credit_note.is_some());
}
