//! Uses of a shared link in the cases that are named hard, and how many charges a link takes a second.

use super::{
    own_links::{CHALLENGE, shared_link, submit, uses, visit},
    shop::Shop,
};
use crate::store::on_own_tables;
use futures_util::future::join_all;
use shared::{
    app::clock,
    model::{
        payment_intent::StatusName,
        payment_link::{LinkRefusal, PaymentLink},
    },
    operations::Problem,
    store::{Table, intent::Reserved, memory::Memory, payment_link},
};
use std::{sync::Arc, time::Duration};

on_own_tables!(
    hard_case_4_a_confirmation_that_comes_twice_counts_once,
    hard_case_9_the_last_millisecond_counts_and_the_one_after_it_does_not,
    hard_case_12_a_link_turned_off_and_on_while_a_buyer_types_takes_the_submit,
    hard_case_13_a_charge_of_a_link_that_was_deleted_meanwhile_is_kept,
    a_links_rate_is_printed,
);

async fn hard_case_4_a_confirmation_that_comes_twice_counts_once(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = shared_link(&shop, 3).await.id;
    let visit = visit(&shop, link).await;
    let token = shop.token(visit, CHALLENGE, false);
    let asked = submit(&shop, visit, &token, None).await.unwrap();
    for _ in 0..2 {
        let paid = shop.answer_challenge(asked.clone(), true).await;
        assert_eq!(paid.status.name(), StatusName::Succeeded);
        assert_eq!(uses(&shop, link).await, (1, 0));
    }
    // The same submit again is answered, and takes nothing.
    let again = submit(&shop, visit, &token, None).await.unwrap();
    assert_eq!((again.status.name(), uses(&shop, link).await), (StatusName::Succeeded, (1, 0)));
}

async fn hard_case_9_the_last_millisecond_counts_and_the_one_after_it_does_not(table: Arc<Table>) {
    let shop = Shop::new(table);
    let before = shared_link(&shop, 3).await;
    let noon = clock::now().plus_seconds(300);
    let ends = PaymentLink { expires_at: Some(noon), ..before.clone() };
    shop.table.commit(payment_link::edit(&before, &ends, None, false)).await.unwrap();
    let [early, late] = [visit(&shop, ends.id).await, visit(&shop, ends.id).await];
    let token = shop.good_token(late);
    let refused = shop.reserve(late, &token, noon).await;
    assert!(matches!(refused, Reserved::LinkOver(LinkRefusal::Expired)), "{refused:?}");
    let token = shop.good_token(early);
    let taken = shop.reserved(early, &token, noon.plus_ms(-1)).await;
    let paid = shop.charge(taken, &token).await;
    assert_eq!((paid.status.name(), uses(&shop, ends.id).await), (StatusName::Succeeded, (1, 0)));
}

async fn hard_case_12_a_link_turned_off_and_on_while_a_buyer_types_takes_the_submit(
    table: Arc<Table>,
) {
    let shop = Shop::new(table);
    let on = shared_link(&shop, 1).await;
    let visit = visit(&shop, on.id).await;
    let off = PaymentLink { active: false, ..on.clone() };
    shop.table.commit(payment_link::edit(&on, &off, None, false)).await.unwrap();
    shop.table.commit(payment_link::edit(&off, &on, None, false)).await.unwrap();
    let paid = submit(&shop, visit, &shop.good_token(visit), None).await.unwrap();
    assert_eq!((paid.status.name(), uses(&shop, on.id).await), (StatusName::Succeeded, (1, 0)));
}

async fn hard_case_13_a_charge_of_a_link_that_was_deleted_meanwhile_is_kept(table: Arc<Table>) {
    let shop = Shop::new(table);
    let before = shared_link(&shop, 1).await;
    let visit = visit(&shop, before.id).await;
    let token = shop.token(visit, CHALLENGE, false);
    let asked = submit(&shop, visit, &token, None).await.unwrap();
    let deleted = PaymentLink { deleted_at: Some(clock::now()), ..before.clone() };
    shop.table.commit(payment_link::edit(&before, &deleted, None, false)).await.unwrap();
    let paid = shop.answer_challenge(asked, true).await;
    assert_eq!((paid.status.name(), uses(&shop, before.id).await), (StatusName::Succeeded, (1, 0)));
}

/// Charges of each round of [`a_links_rate_is_printed`].
const CHARGES: usize = 50;

/// How many charges one link takes a second, and how often they get into each other's way. Printed,
/// not judged: it is the machine's. `cargo test -p tests a_links_rate -- --nocapture` shows it.
async fn a_links_rate_is_printed(table: Arc<Table>) {
    let shop = Arc::new(Shop::new(table));
    for buyers in [1, 10, 100] {
        let link = shared_link(&shop, 1_000).await.id;
        let visits = join_all((0..CHARGES.max(buyers)).map(|_| visit(&shop, link))).await;
        let (begun, charges) = (clock::now(), visits.len());
        let share = charges.div_ceil(buyers);
        let each = visits.chunks(share).map(|visits| {
            let (shop, visits) = (Arc::clone(&shop), visits.to_vec());
            tokio::spawn(async move {
                let mut conflicts = 0_usize;
                for visit in visits {
                    let token = shop.good_token(visit);
                    while submit(&shop, visit, &token, None).await == Err(Problem::Contended) {
                        conflicts += 1;
                        tokio::task::yield_now().await;
                    }
                }
                conflicts
            })
        });
        let conflicts = join_all(each.collect::<Vec<_>>()).await;
        let conflicts: usize = conflicts.into_iter().map(Result::unwrap).sum();
        let ms = clock::now().ms_since(begun).max(1);
        let rate = i64::try_from(charges).unwrap() * 1_000 / ms;
        let each = conflicts * 100 / charges;
        eprintln!("{buyers} buyers: {rate} charges a second, {each} conflicts for 100 charges");
        let later = clock::now().plus_seconds(120);
        for visit in &visits {
            shop.reconcile_at(*visit, later).await;
        }
        let paid = u32::try_from(charges).unwrap();
        assert_eq!(uses(&shop, link).await, (paid, 0));
    }
}

/// The same at ten milliseconds a trip, as from a function to DynamoDB by a careful estimate: the rate
/// that documents state.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_links_rate_at_ten_milliseconds_a_trip_is_printed() {
    let far = Memory::far_away(Duration::from_millis(10));
    a_links_rate_is_printed(Arc::new(Table::Memory(far))).await;
}
