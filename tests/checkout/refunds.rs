//! Money goes back once, and never more of it than came in.

use super::shop::{Shop, Token};
use crate::store::on_own_tables;
use futures_util::future::join_all;
use shared::{
    app::clock,
    model::{
        Money, Scope, Time,
        actor::Actor,
        card::FailureReason,
        id::{PaymentIntentId, RefundId},
        payment_intent::{PaymentIntent, StatusName},
        refund::{KEY_LIVES_S, RESERVATION_S, Refund, RefundStatus, RefundStatusName, Refundable},
    },
    operations::{
        Idempotency, Problem, Resource, StateRefusal,
        refunds::{self, AskedAmount, RefundWish, RequestedRefund},
    },
    processor::{
        Asked, Done, PageLink, Processor, Processors, Recognised, Task, Unreachable,
        simulator::Simulator,
    },
    store::Table,
};
use std::collections::BTreeMap;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

on_own_tables!(
    hard_case_52_twenty_refunds_at_once_never_pass_the_total,
    one_key_at_once_is_one_refund,
    parts_of_a_payment_end_exactly,
);

/// A payment of 12.50 USD that this card has paid.
pub(super) async fn paid_with(shop: &Shop, number: &str) -> PaymentIntent {
    let link = shop.fresh_link().await;
    let token: Token = shop.token(link.id, number, false);
    shop.submit(link.id, &token).await;
    let paid = shop.intent(link.id).await;
    assert_eq!(paid.status.name(), StatusName::Succeeded, "{number}");
    paid
}

pub(super) async fn paid(shop: &Shop) -> PaymentIntent {
    paid_with(shop, "4242424242424242").await
}

fn wish(shop: &Shop, payment: PaymentIntentId, amount: Option<i64>) -> RefundWish {
    RefundWish {
        scope: shop.scope,
        payment,
        transaction: None,
        named: Resource::Payment,
        amount: amount.map_or(AskedAmount::Rest, AskedAmount::Minor),
        say: |money| money.minor().to_string(),
        reason: None,
        metadata: None,
        requested_by: Actor::Client,
        at_most: BTreeMap::new(),
    }
}

/// A refund as a route asks for it, with a key or without.
pub(super) async fn ask(
    shop: &Shop,
    payment: PaymentIntentId,
    amount: Option<i64>,
    key: Option<&str>,
) -> Result<RequestedRefund, Problem> {
    let meaning = [("amount", amount.map_or(String::new(), |amount| amount.to_string()))];
    let meaning = meaning.iter().map(|(name, text)| (*name, text.as_str()));
    let idempotency = Idempotency::new(shop.scope, "refund", key, meaning);
    let (wish, id) = (wish(shop, payment, amount), clock::new_id());
    refunds::request(&shop.table, &shop.processors(), &wish, &idempotency, id, &clock::now).await
}

pub(super) async fn refund(shop: &Shop, payment: PaymentIntentId, amount: i64) -> Refund {
    ask(shop, payment, Some(amount), None).await.unwrap().refund
}

async fn standing(shop: &Shop, payment: PaymentIntentId) -> Refundable {
    *shop.intent(payment).await.refundable().unwrap()
}

pub(super) async fn kept(shop: &Shop, id: RefundId) -> Refund {
    shop.table.refund(shop.scope, id).await.unwrap().unwrap()
}

pub(super) async fn reconcile(shop: &Shop, id: RefundId, now: Time) {
    let refund = kept(shop, id).await;
    let processors = shop.processors();
    refunds::reconcile(&shop.table, &processors, refund, now, &|| now).await.unwrap();
}

/// When an open refund is looked after. A moment lies between its making and its reservation.
pub(super) fn later(refund: &Refund) -> Time {
    match refund.status {
        RefundStatus::Processing { until } => until,
        RefundStatus::Succeeded { .. } | RefundStatus::Failed { .. } => {
            refund.updated_at.plus_seconds(RESERVATION_S)
        }
    }
}

const fn sums(known: &Refundable) -> (i64, i64, i64) {
    (known.left, known.pending, known.refunded)
}

async fn hard_case_52_twenty_refunds_at_once_never_pass_the_total(table: Arc<Table>) {
    let shop = Arc::new(Shop::new(table));
    let payment = paid(&shop).await.id;
    let tasks = (0..20).map(|_| {
        let shop = Arc::clone(&shop);
        tokio::spawn(async move { ask(&shop, payment, Some(100), None).await })
    });
    let mut made = 0;
    for told in join_all(tasks).await {
        match told.unwrap() {
            Ok(_) => made += 1,
            Err(Problem::RefundExceedsRest { left }) => assert_eq!(left.minor(), 50),
            Err(Problem::Contended) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(made <= 12, "{made} refunds of 1.00 from 12.50");
    let known = standing(&shop, payment).await;
    assert_eq!(known.left, 1250 - 100 * made);
    // Whatever could not be written down against the others is found by the reconciler.
    for refund in shop.table.refunds_of_payment(shop.scope, payment).await.unwrap() {
        reconcile(&shop, refund.id, later(&refund)).await;
    }
    assert_eq!(sums(&standing(&shop, payment).await), (1250 - 100 * made, 0, 100 * made));
}

async fn one_key_at_once_is_one_refund(table: Arc<Table>) {
    let shop = Arc::new(Shop::new(table));
    let payment = paid(&shop).await.id;
    let tasks = (0..8).map(|_| {
        let shop = Arc::clone(&shop);
        tokio::spawn(async move { ask(&shop, payment, None, Some("once")).await })
    });
    for told in join_all(tasks).await {
        match told.unwrap() {
            Ok(told) => assert_eq!(told.refund.amount.minor(), 1250),
            Err(problem) => assert!(matches!(problem, Problem::InProgress { .. }), "{problem:?}"),
        }
    }
    assert_eq!(sums(&standing(&shop, payment).await), (0, 0, 1250));
    let again = ask(&shop, payment, None, Some("once")).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.refund.status.name(), RefundStatusName::Succeeded);
    let other = ask(&shop, payment, Some(5), Some("once")).await;
    assert_eq!(other, Err(Problem::Repeated { differing: vec!["amount".to_owned()] }));
}

async fn parts_of_a_payment_end_exactly(table: Arc<Table>) {
    let shop = Shop::new(table);
    let payment = paid(&shop).await.id;
    for part in [500, 400, 350] {
        refund(&shop, payment, part).await;
    }
    assert_eq!(sums(&standing(&shop, payment).await), (0, 0, 1250));
    let more = ask(&shop, payment, Some(1), None).await;
    assert_eq!(more, Err(Problem::State(StateRefusal::AlreadyRefunded)));
    let listed = shop.table.refunds_of_payment(shop.scope, payment).await.unwrap();
    assert_eq!(listed.iter().map(|refund| refund.amount.minor()).sum::<i64>(), 1250);
}

#[tokio::test]
async fn more_than_is_left_is_refused_and_says_what_is_left() {
    let shop = Shop::in_memory();
    let payment = paid(&shop).await;
    refund(&shop, payment.id, 1_000).await;
    let left = Money::from_minor(250, payment.amount().currency());
    let more = ask(&shop, payment.id, Some(251), None).await;
    assert_eq!(more, Err(Problem::RefundExceedsRest { left }));
    assert_eq!(ask(&shop, payment.id, None, None).await.unwrap().refund.amount, left);
}

#[tokio::test]
async fn what_took_no_money_is_not_refundable() {
    let shop = Shop::in_memory();
    let link = shop.fresh_link().await;
    let told = ask(&shop, link.id, None, None).await;
    assert_eq!(told, Err(Problem::State(StateRefusal::NotRefundable)));
    let nobody = ask(&shop, clock::new_id(), None, None).await;
    assert_eq!(nobody, Err(Problem::NotFound(Resource::Payment)));
}

#[tokio::test]
async fn amounts_do_at_the_simulator_what_they_promise() {
    let shop = Shop::in_memory();
    let payment = paid(&shop).await.id;
    let refused = refund(&shop, payment, 113).await;
    let reason = FailureReason::RefundRefused;
    assert_eq!(refused.status, RefundStatus::Failed { reason });
    assert_eq!(standing(&shop, payment).await.left, 1250, "it may be refunded again");
    let twice = refund(&shop, payment, 119).await;
    assert_eq!(twice.status.name(), RefundStatusName::Succeeded);
    let lost = ask(&shop, payment, Some(117), Some("lost")).await.unwrap();
    assert_eq!(lost.refund.status.name(), RefundStatusName::Processing);
    assert_eq!(sums(&standing(&shop, payment).await), (1250 - 119 - 117, 117, 119));
    reconcile(&shop, lost.refund.id, later(&lost.refund)).await;
    assert_eq!(sums(&standing(&shop, payment).await), (1250 - 119 - 117, 0, 119 + 117));
    // The first answer stays what it was.
    let again = ask(&shop, payment, Some(117), Some("lost")).await.unwrap();
    assert_eq!((again.refund.status.name(), again.replayed), (RefundStatusName::Processing, true));
    assert_eq!(kept(&shop, lost.refund.id).await.status.name(), RefundStatusName::Succeeded);
}

#[tokio::test]
async fn while_all_that_is_left_is_held_the_next_refund_has_to_wait() {
    let shop = Shop::in_memory();
    let payment = paid_with(&shop, "4000000000007726").await.id;
    let late = refund(&shop, payment, 1_250).await;
    assert_eq!(late.status.name(), RefundStatusName::Processing);
    let next = ask(&shop, payment, None, None).await;
    assert_eq!(next, Err(Problem::State(StateRefusal::RefundInProgress)));
    reconcile(&shop, late.id, later(&late)).await;
    assert_eq!(sums(&standing(&shop, payment).await), (0, 0, 1250));
    let events = kept(&shop, late.id).await.history.last_sequence();
    reconcile(&shop, late.id, later(&late).plus_days(1)).await;
    assert_eq!(events, 2);
    assert_eq!(kept(&shop, late.id).await.history.last_sequence(), 2, "one event each");
}

#[tokio::test]
async fn a_refund_that_fails_late_may_be_made_again() {
    let shop = Shop::in_memory();
    let payment = paid_with(&shop, "4000000000005126").await.id;
    let late = refund(&shop, payment, 1_250).await;
    reconcile(&shop, late.id, later(&late)).await;
    let failed = kept(&shop, late.id).await;
    assert_eq!(failed.status.name(), RefundStatusName::Failed);
    assert_eq!(sums(&standing(&shop, payment).await), (1250, 0, 0));
}

/// A processor that the first orders never reach.
struct Deaf<'a> {
    simulator: Simulator<'a>,
    deaf: AtomicUsize,
}

impl Processor for Deaf<'_> {
    fn name(&self) -> &'static str {
        self.simulator.name()
    }

    fn recognise<'a>(&'a self, token: &'a str, link: PageLink<'a>, now: Time) -> Recognised<'a> {
        self.simulator.recognise(token, link, now)
    }

    fn start<'a>(&'a self, task: &'a Task) -> Asked<'a> {
        let left = self.deaf.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        match left {
            Ok(_) => Box::pin(async { Err(Unreachable("nobody hears".to_owned())) }),
            Err(_) => self.simulator.start(task),
        }
    }

    fn answer_challenge<'a>(&'a self, charge: &'a Task, passed: bool) -> Asked<'a> {
        self.simulator.answer_challenge(charge, passed)
    }

    fn look_up<'a>(&'a self, task: &'a Task) -> Asked<'a> {
        self.simulator.look_up(task)
    }
    fn forget<'a>(&'a self, token: &'a str, scope: Scope, now: Time) -> Done<'a> {
        self.simulator.forget(token, scope, now)
    }
}

fn deaf(shop: &Shop, times: usize) -> Processors<'_> {
    Processors::only(Deaf { simulator: shop.simulator(), deaf: AtomicUsize::new(times) })
}

async fn ask_deaf(shop: &Shop, payment: PaymentIntentId, times: usize) -> Refund {
    let idempotency = Idempotency::new(shop.scope, "refund", None, std::iter::empty());
    let (processors, wish, id) = (deaf(shop, times), wish(shop, payment, None), clock::new_id());
    let told = refunds::request(&shop.table, &processors, &wish, &idempotency, id, &clock::now);
    told.await.unwrap().refund
}

#[tokio::test]
async fn an_order_that_never_came_is_sent_again_under_its_key() {
    let shop = Shop::in_memory();
    let payment = paid(&shop).await.id;
    let lost = ask_deaf(&shop, payment, 1).await;
    assert_eq!(lost.status.name(), RefundStatusName::Processing);
    reconcile(&shop, lost.id, later(&lost)).await;
    let done = kept(&shop, lost.id).await;
    assert_eq!(done.status.name(), RefundStatusName::Succeeded);
    let books = shop.books().iter().filter(|item| item.text("is") == Ok("refunded")).count();
    assert_eq!(books, 1);
}

#[tokio::test]
async fn only_when_its_key_is_over_has_an_order_that_never_came_failed() {
    let shop = Shop::in_memory();
    let payment = paid(&shop).await.id;
    let lost = ask_deaf(&shop, payment, 1).await;
    let over = lost.created_at.plus_seconds(KEY_LIVES_S);
    let refund = kept(&shop, lost.id).await;
    let processors = deaf(&shop, 9);
    let before = over.plus_ms(-1);
    let tried = refunds::reconcile(&shop.table, &processors, refund, before, &|| before).await;
    assert!(tried.is_err(), "it is sent again, and nobody hears");
    reconcile(&shop, lost.id, over).await;
    let failed = kept(&shop, lost.id).await;
    let reason = FailureReason::ProcessorUnavailable;
    assert_eq!(failed.status, RefundStatus::Failed { reason });
    assert_eq!(sums(&standing(&shop, payment).await), (1250, 0, 0));
}

#[tokio::test]
async fn a_request_whose_process_died_is_carried_out_by_the_reconciler() {
    let shop = Shop::in_memory();
    let payment = paid(&shop).await;
    let idempotency = Idempotency::new(shop.scope, "refund", Some("died"), std::iter::empty());
    let before = *payment.refundable().unwrap();
    let told = ask(&shop, payment.id, Some(1), None).await.unwrap().refund;
    // As `told` stood when it was written down, under another id and key.
    let begun = Refund {
        id: clock::new_id(),
        first: None,
        ended: None,
        status: RefundStatus::Processing { until: later(&told) },
        history: shared::model::event::History {
            entries: told.history.entries[..1].to_vec(),
            ..told.history.clone()
        },
        version: 1,
        ..told
    };
    let known = standing(&shop, payment.id).await;
    assert_ne!(known, before);
    let remember = idempotency.write(&begun.id.to_string(), clock::now());
    shop.table.begin_refund(&begun, &known, remember).await.unwrap();
    let wish = wish(&shop, payment.id, Some(1));
    let (id, asked_at, processors) = (clock::new_id(), clock::now(), shop.processors());
    let asked =
        refunds::request(&shop.table, &processors, &wish, &idempotency, id, &clock::now).await;
    // C6: not a constant, but the time that is left until somebody looks after it.
    let left = |at| later(&begun).ms_since(at).saturating_add(999).div_euclid(1000);
    let Err(Problem::InProgress { retry_after_s }) = asked else { panic!("{asked:?}") };
    assert!((left(clock::now())..=left(asked_at)).contains(&retry_after_s), "{retry_after_s}");
    reconcile(&shop, begun.id, later(&begun)).await;
    assert_eq!(kept(&shop, begun.id).await.status.name(), RefundStatusName::Succeeded);
    assert_eq!(sums(&standing(&shop, payment.id).await), (1248, 0, 2));
}
