//! Hard cases of the payments surface about one link: many cards at once, its last moment, and a
//! challenge that somebody has left open.

use super::{
    saver::{GOOD, Saver},
    shop::Token,
};
use crate::store::on_own_tables;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::{
    app::clock,
    http::payments::payment::view,
    model::{
        Surface, Time,
        customer::Customer,
        event::EventType,
        id::Id,
        payment_intent::{CHALLENGE_S, LinkRequest, PaymentIntent, StatusName},
        payment_link::Limit,
    },
    operations::{
        Ambient, Problem, StateRefusal,
        customers::keeping::{self, CustomerFilter},
        numbering,
    },
    store::{Table, customer, intent::Reserved, list::Slice},
};
use std::sync::Arc;

on_own_tables!(
    hard_case_1_of_200_cards_at_once_one_is_charged_and_one_invoice_made,
    hard_case_3_from_its_last_millisecond_on_a_link_is_over_in_lists_too,
    hard_case_4_a_submit_before_the_end_that_is_approved_after_it_pays,
    hard_case_5_a_submit_before_the_end_that_is_declined_after_it_ends_the_link,
    hard_case_8_another_card_waits_until_the_first_challenge_has_ended_for_sure,
    hard_case_9_a_challenge_that_nobody_answers_leaves_the_link_payable,
    hard_case_9_a_challenge_passed_after_the_links_end_pays,
    hard_case_62_a_match_1500_objects_back_is_on_the_first_page,
);

const DECLINED: &str = "4000000000000002";
const CHALLENGE: &str = "4000000000003220";
const AMBIENT: Ambient = Ambient { now: clock::now, random: clock::random };

/// A link of the payments surface, made at a moment and good for so many seconds.
async fn link(saver: &Saver, made: Time, seconds: i64) -> PaymentIntent {
    let shop = &saver.shop;
    let mut link = shop.unsaved_link(made, seconds, Limit::UNLIMITED);
    link.id = Id::derive(made, clock::random());
    link.surface = Surface::Payments;
    link.customer = Some(saver.customer.id);
    link.customer_own_id = saver.customer.profile.own_id.clone();
    link.link_terms_mut().unwrap().request =
        Some(LinkRequest { customer: Some(saver.customer.id), ..LinkRequest::default() });
    shop.put(&link).await;
    link
}

/// What the payments surface shows of it at a moment.
fn shown(payment: &PaymentIntent, at: Time) -> Value {
    serde_json::to_value(view(payment, String::new(), at).unwrap()).unwrap()
}

fn times(payment: &PaymentIntent, kind: EventType) -> usize {
    payment.history.entries.iter().filter(|entry| entry.kind == kind).count()
}

async fn hard_case_1_of_200_cards_at_once_one_is_charged_and_one_invoice_made(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let (shop, link) = (&saver.shop, saver.link(true).await);
    let tokens: Vec<Token> = (0..200).map(|_| shop.token(link.id, GOOD, false)).collect();
    let told = join_all(tokens.iter().map(|token| saver.try_pay(&link, token, ""))).await;
    let mut charged = 0;
    for (token, told) in tokens.iter().zip(told) {
        let booked = shop.booked(shop.attempt(link.id, token)).await;
        charged += usize::from(booked.is_some());
        match told {
            Ok(paid) => {
                assert_eq!(paid.status.name(), StatusName::Succeeded);
                assert!(booked.is_some(), "told that it was paid by this card");
            }
            // Paid, being paid, or asked to try again: none of these took money.
            Err(Problem::State(StateRefusal::LinkUsed) | Problem::Contended) => {
                assert_eq!(booked, None);
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    let paid = shop.intent(link.id).await;
    assert_eq!((charged, paid.status.name()), (1, StatusName::Succeeded));
    assert_eq!(times(&paid, EventType::PaymentIntentSucceeded), 1);
    assert_eq!(paid.link_terms().unwrap().link.attempts.made, 1, "one transaction");
    let number = || numbering::invoice_payment(&shop.table, shop.scope, link.id, AMBIENT);
    for made in join_all((0..5).map(|_| number())).await {
        assert!(matches!(made, Ok(()) | Err(Problem::Contended)), "{made:?}");
    }
    number().await.unwrap();
    let series = shop.table.series(shop.scope, "INV-").await.unwrap().unwrap();
    assert_eq!(series.next, 2, "one invoice");
}

async fn hard_case_3_from_its_last_millisecond_on_a_link_is_over_in_lists_too(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let made = link(&saver, clock::now(), 600).await;
    let end = made.expires_at().unwrap();
    let slice = Slice {
        before: None,
        from: made.created_at.plus_days(-1),
        until: made.created_at.plus_days(1),
        limit: 25,
    };
    let shop = &saver.shop;
    let listed = shop.table.card_payments(shop.scope, None, &slice).await.unwrap().entries;
    let [listed] = listed.as_slice() else { panic!("{listed:?}") };
    for (at, status, reason) in [
        (end.plus_ms(-1), "pending", Value::Null),
        (end, "canceled", json!("expired")),
        (end.plus_days(100), "canceled", json!("expired")),
    ] {
        let read = shown(&shop.intent(made.id).await, at);
        assert_eq!((&read["status"], &read["cancellationReason"]), (&json!(status), &reason));
        assert_eq!(shown(listed, at), read);
    }
    let token = shop.good_token(made.id);
    let late = shop.reserve(made.id, &token, end).await;
    assert!(matches!(late, Reserved::No(..)), "no sweep was there, and nothing is charged");
}

/// A link that ended eight seconds ago, with a card that was submitted in its last millisecond.
async fn submitted_in_time(saver: &Saver, card: &str) -> (PaymentIntent, Token) {
    let made = link(saver, clock::now().plus_seconds(-608), 600).await;
    let token = saver.shop.token(made.id, card, false);
    let in_time = made.expires_at().unwrap().plus_ms(-1);
    let reserved = saver.shop.reserved(made.id, &token, in_time).await;
    saver.shop.publish(made.id).await;
    saver.shop.expire().await;
    assert_eq!(shown(&saver.shop.intent(made.id).await, clock::now())["status"], "processing");
    (reserved, token)
}

async fn hard_case_4_a_submit_before_the_end_that_is_approved_after_it_pays(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let (reserved, token) = submitted_in_time(&saver, GOOD).await;
    let paid = saver.shop.charge(reserved, &token).await;
    saver.shop.all_workers(paid.id).await;
    let paid = saver.shop.intent(paid.id).await;
    assert_eq!(shown(&paid, clock::now().plus_days(1))["status"], "succeeded");
    assert_eq!(times(&paid, EventType::PaymentIntentExpired), 0);
}

async fn hard_case_5_a_submit_before_the_end_that_is_declined_after_it_ends_the_link(
    table: Arc<Table>,
) {
    let saver = Saver::new(table).await;
    let (reserved, token) = submitted_in_time(&saver, DECLINED).await;
    let over = saver.shop.charge(reserved, &token).await;
    saver.shop.all_workers(over.id).await;
    let over = saver.shop.intent(over.id).await;
    let told = [EventType::PaymentLinkFailed, EventType::PaymentIntentExpired];
    assert_eq!(told.map(|kind| times(&over, kind)), [1, 1], "both, in one commit, once");
    let shown = shown(&over, clock::now());
    assert_eq!(
        (&shown["status"], &shown["cancellationReason"]),
        (&json!("canceled"), &json!("expired"))
    );
    let again = saver.shop.good_token(over.id);
    assert!(matches!(saver.shop.reserve(over.id, &again, clock::now()).await, Reserved::No(..)));
}

async fn hard_case_8_another_card_waits_until_the_first_challenge_has_ended_for_sure(
    table: Arc<Table>,
) {
    let saver = Saver::new(table).await;
    let shop = &saver.shop;
    for passed_meanwhile in [false, true] {
        let link = saver.link(true).await;
        let first = shop.token(link.id, CHALLENGE, false);
        let asked = saver.pay(&link, &first, "").await;
        assert_eq!(asked.status.name(), StatusName::RequiresAction);
        // Another card, while nobody knows how the first one ends: it is not charged.
        let other = shop.good_token(link.id);
        let early = saver.try_pay(&link, &other, "").await;
        assert_eq!(early.unwrap_err(), Problem::State(StateRefusal::LinkUsed));
        assert_eq!(shop.booked(shop.attempt(link.id, &other)).await, None);
        assert_eq!(shop.intent(link.id).await, asked);
        if passed_meanwhile {
            shop.challenge_only(&asked, true, clock::now()).await;
        }
        // "Use another card": the processor says how the challenge has ended.
        let ended = shop.answer_challenge(asked, false).await;
        let now = saver.try_pay(&link, &other, "").await;
        if passed_meanwhile {
            assert_eq!(ended.status.name(), StatusName::Succeeded, "it was passed before");
            assert_eq!(now.unwrap_err(), Problem::State(StateRefusal::LinkUsed));
            assert_eq!(shop.booked(shop.attempt(link.id, &other)).await, None);
        } else {
            assert_eq!(ended.last_failure().unwrap().reason.as_str(), "authentication_failed");
            assert_eq!(shown(&ended, clock::now())["status"], "failed");
            assert_eq!(now.unwrap().status.name(), StatusName::Succeeded);
        }
        assert_eq!(times(&shop.intent(link.id).await, EventType::PaymentIntentSucceeded), 1);
    }
}

async fn hard_case_9_a_challenge_that_nobody_answers_leaves_the_link_payable(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let (shop, made) = (&saver.shop, link(&saver, clock::now(), 7_200).await);
    let asked = saver.pay(&made, &shop.token(made.id, CHALLENGE, false), "").await;
    let over = asked.updated_at.plus_seconds(CHALLENGE_S);
    shop.reconcile_at(made.id, over.plus_ms(-1)).await;
    assert_eq!(shop.intent(made.id).await, asked, "there is still time");
    shop.reconcile_at(made.id, over).await;
    let open = shop.intent(made.id).await;
    let read = shown(&open, over);
    assert_eq!(
        (&read["status"], &read["failureCode"]),
        (&json!("failed"), &json!("authentication_abandoned"))
    );
    let paid = saver.pay(&made, &shop.good_token(made.id), "").await;
    assert_eq!(paid.status.name(), StatusName::Succeeded);
}

async fn hard_case_9_a_challenge_passed_after_the_links_end_pays(table: Arc<Table>) {
    let saver = Saver::new(table).await;
    let (reserved, token) = submitted_in_time(&saver, CHALLENGE).await;
    let asked = saver.shop.charge(reserved, &token).await;
    saver.shop.expire().await;
    assert_eq!(shown(&asked, clock::now())["status"], "requires_action");
    let paid = saver.shop.answer_challenge(asked, true).await;
    saver.shop.all_workers(paid.id).await;
    let paid = saver.shop.intent(paid.id).await;
    assert_eq!(paid.status.name(), StatusName::Succeeded);
    assert_eq!(times(&paid, EventType::PaymentIntentExpired), 0);
}

async fn hard_case_62_a_match_1500_objects_back_is_on_the_first_page(table: Arc<Table>) {
    let (scope, now) = (crate::store::fixture::scope(), clock::now());
    let customer = |n: i64| {
        let id = Id::mint(now.plus_ms(-n), clock::random());
        let mail = format!("buyer-{n}@example.com");
        let new = Customer::new(id, scope, "Buyer".into(), mail);
        Customer { surface: Surface::Payments, ..new }.announced()
    };
    let all = (0..=1_500).map(|n| table.commit(customer::insert_kept(&customer(n), None)));
    for made in join_all(all).await {
        made.unwrap();
    }
    let filter = CustomerFilter { own_id: None, email: Some("buyer-1500@example.com".into()) };
    let slice = Slice { before: None, from: now.plus_days(-1), until: now.plus_days(1), limit: 25 };
    let page = keeping::page(&table, scope, &filter, &slice).await.unwrap();
    let [found] = page.entries.as_slice() else { panic!("{} found", page.entries.len()) };
    assert_eq!(found.email, "buyer-1500@example.com");
    assert_eq!(page.next, None, "all of them were looked at");
}
