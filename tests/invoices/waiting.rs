//! Many payments at once: whoever waits is numbered with others in one commit, and the guarantees of
//! one by one hold.

use super::{
    numbers::{ask, die_at_random, numbers, up_to},
    shop::Seller,
};
use crate::store::on_own_tables;
use shared::{
    app::clock,
    model::{
        Time,
        id::PaymentIntentId,
        invoice::SeriesCounter,
        payment_intent::{Status, StatusName},
    },
    store::{Table, intent},
};
use std::sync::Arc;

on_own_tables!(
    those_who_wait_are_numbered_in_few_commits_and_their_own_messages_find_it_done,
    hard_case_38_and_41_of_200_who_wait_each_gets_one_number_though_workers_die,
    hard_case_40_a_poison_one_among_those_who_wait_takes_no_number_from_them,
    who_was_paid_a_moment_ago_and_who_is_not_paid_are_left_to_their_own_messages,
    one_that_was_declined_before_it_was_paid_is_numbered_once,
    the_message_of_a_payment_of_yesterday_looks_after_nobody_else,
);

fn a_minute_ago() -> Time {
    clock::now().plus_seconds(-60)
}

async fn series(seller: &Seller) -> SeriesCounter {
    seller.table.series(seller.scope, "INV-").await.unwrap().unwrap()
}

async fn those_who_wait_are_numbered_in_few_commits_and_their_own_messages_find_it_done(
    table: Arc<Table>,
) {
    let seller = Seller::new(table);
    let paid = seller.waiting(a_minute_ago(), 70).await;
    ask(&seller, paid[0]).await.unwrap();
    assert_eq!(numbers(&seller, &paid).await, up_to(70));
    let after = series(&seller).await;
    assert_eq!((after.next, after.version), (71, 4), "the first alone, then 30, 30 and 9");
    for (number, payment) in (1..).zip(&paid) {
        let invoice = seller.invoice(*payment).await.unwrap();
        assert_eq!(invoice.terms.number, format!("INV-{number:06}"), "in the order of the submits");
        ask(&seller, *payment).await.unwrap();
    }
    assert_eq!(series(&seller).await, after);
    // Whoever comes later is found by the message of one who was numbered long ago.
    let late = seller.waiting(paid[69].minted_at().plus_seconds(1), 3).await;
    ask(&seller, paid[5]).await.unwrap();
    assert_eq!(numbers(&seller, &late).await.len(), 3);
    assert_eq!(series(&seller).await.version, 5);
}

async fn the_message_of_a_payment_of_yesterday_looks_after_nobody_else(table: Arc<Table>) {
    let seller = Seller::new(table);
    let paid = seller.waiting(clock::now().plus_days(-1), 2).await;
    ask(&seller, paid[0]).await.unwrap();
    assert!(seller.invoice(paid[0]).await.is_some());
    assert_eq!(seller.invoice(paid[1]).await, None, "it has a message of its own");
}

async fn hard_case_38_and_41_of_200_who_wait_each_gets_one_number_though_workers_die(
    table: Arc<Table>,
) {
    let seller = Seller::new(table);
    let paid = seller.waiting(a_minute_ago(), 200).await;
    die_at_random(&seller, &paid).await;
    assert_eq!(numbers(&seller, &paid).await, up_to(200));
    assert_eq!(series(&seller).await.next, 201);
}

async fn hard_case_40_a_poison_one_among_those_who_wait_takes_no_number_from_them(
    table: Arc<Table>,
) {
    let seller = Seller::new(table);
    let mut paid = seller.waiting(a_minute_ago(), 5).await;
    let at = paid[4].minted_at().plus_ms(1);
    let poison = seller.poison_at(at).await;
    seller.list(&poison, at).await;
    let behind = seller.paid_at(at.plus_ms(1)).await;
    seller.list(&behind, at.plus_ms(1)).await;
    paid.push(behind.id);
    ask(&seller, paid[0]).await.unwrap();
    assert_eq!(numbers(&seller, &paid).await, up_to(6));
    assert!(ask(&seller, poison.id).await.is_err(), "its own message fails");
    seller.heal(poison.id).await;
    ask(&seller, poison.id).await.unwrap();
    let late = seller.invoice(poison.id).await.unwrap();
    assert_eq!(late.terms.number, "INV-000007", "the next number");
}

async fn who_was_paid_a_moment_ago_and_who_is_not_paid_are_left_to_their_own_messages(
    table: Arc<Table>,
) {
    let seller = Seller::new(table);
    let old: Vec<PaymentIntentId> = seller.waiting(a_minute_ago(), 2).await;
    let now = clock::now();
    let young = seller.paid_at(now).await;
    seller.list(&young, now).await;
    ask(&seller, old[0]).await.unwrap();
    assert_eq!(numbers(&seller, &old).await, up_to(2));
    assert_eq!(seller.invoice(young.id).await, None);
    let looked = series(&seller).await.looked_until.unwrap();
    let looked = shared::model::id::Id::<()>::from_uuid(looked).minted_at();
    assert_eq!(looked, old[1].minted_at(), "whoever asks next looks at it again");
    ask(&seller, young.id).await.unwrap();
    assert_eq!(seller.invoice(young.id).await.unwrap().terms.number, "INV-000003");
}

async fn one_that_was_declined_before_it_was_paid_is_numbered_once(table: Arc<Table>) {
    let seller = Seller::new(table);
    let first = seller.waiting(a_minute_ago(), 1).await[0];
    let at = first.minted_at().plus_ms(1);
    let paid = seller.paid_at(at).await;
    assert_eq!(paid.status.name(), StatusName::Succeeded);
    assert!(matches!(paid.status, Status::Succeeded(_)));
    seller.list(&paid, at).await;
    seller.list(&paid, at.plus_ms(5)).await;
    ask(&seller, first).await.unwrap();
    assert_eq!(numbers(&seller, &[first, paid.id]).await, up_to(2));
    assert_eq!(intent::to_item(&paid).text("st"), Ok("succeeded"));
}
