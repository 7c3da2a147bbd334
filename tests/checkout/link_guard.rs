//! Who tries many cards at a link, or holds its uses with challenges, is kept off it; others pay.

use super::{
    own_links::{CHALLENGE, shared_link, submit_from, uses, visit},
    shop::Shop,
};
use crate::store::on_own_tables;
use futures_util::{StreamExt as _, stream};
use shared::{
    app::clock,
    model::{
        Time,
        id::PaymentLinkId,
        payment_intent::{PaymentIntent, PaymentRef, StatusName},
    },
    operations::{Problem, checkout},
    processor::Processors,
    store::{Table, Update, Write, key},
};
use std::sync::Arc;

on_own_tables!(
    hard_case_44_a_card_tester_is_stopped_after_eight_declines_and_others_pay,
    many_networks_that_try_cards_wait_together_and_others_pay,
    uses_cannot_be_hoarded_by_open_challenges,
    a_third_of_the_free_uses_waits_for_challenges_at_most,
    challenges_that_were_answered_make_room,
    cards_submitted_at_once_do_not_pass_the_limit_together,
    places_of_submits_that_took_nothing_are_free_again,
    a_decision_that_cannot_be_noted_is_answered_all_the_same,
    a_challenge_whose_answer_reached_no_processor_still_counts_as_open,
);

const DECLINED: &str = "4000000000000002";
const GOOD: &str = "4242424242424242";

/// What may be left of so many seconds that began at `began` or later, however long all took.
pub fn rest_of(seconds: i64, began: Time) -> std::ops::RangeInclusive<i64> {
    let passed = clock::now().ms_since(began).div_euclid(1000) + 1;
    seconds - passed..=seconds
}

/// A new visit of a link submits this card from a network.
async fn pay(
    shop: &Shop,
    link: PaymentLinkId,
    number: &str,
    network: &str,
) -> Result<PaymentIntent, Problem> {
    let visit = visit(shop, link).await;
    let token = shop.token(visit, number, false);
    submit_from(shop, visit, &token, None, Some(network)).await
}

async fn hard_case_44_a_card_tester_is_stopped_after_eight_declines_and_others_pay(
    table: Arc<Table>,
) {
    let shop = Shop::new(table);
    let link = shared_link(&shop, 100).await.id;
    let began = clock::now();
    let (mut declined, mut stopped) = (0, 0);
    for _ in 0..30 {
        match pay(&shop, link, DECLINED, "203.0.113.0/24").await {
            Ok(intent) => {
                assert!(intent.last_failure().is_some());
                declined += 1;
            }
            Err(Problem::RateLimited { retry_after_s }) => {
                assert!(rest_of(900, began).contains(&retry_after_s), "{retry_after_s}");
                stopped += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((declined, stopped), (8, 22));
    // A good card of theirs has to wait as well; everybody else pays.
    let theirs = pay(&shop, link, GOOD, "203.0.113.0/24").await;
    assert!(matches!(theirs, Err(Problem::RateLimited { .. })), "{theirs:?}");
    let paid = pay(&shop, link, GOOD, "198.51.100.0/24").await.unwrap();
    assert_eq!((paid.status.name(), uses(&shop, link).await), (StatusName::Succeeded, (1, 0)));
    // Another link knows nothing of it.
    let other = shared_link(&shop, 5).await.id;
    let paid = pay(&shop, other, GOOD, "203.0.113.0/24").await.unwrap();
    assert_eq!(paid.status.name(), StatusName::Succeeded);
}

async fn many_networks_that_try_cards_wait_together_and_others_pay(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = shared_link(&shop, 100).await.id;
    let began = clock::now();
    for n in 0..20 {
        pay(&shop, link, DECLINED, &format!("10.0.{n}.0/24")).await.unwrap();
    }
    let again = pay(&shop, link, DECLINED, "10.0.3.0/24").await;
    let Err(Problem::RateLimited { retry_after_s }) = again else { panic!("{again:?}") };
    assert!(rest_of(600, began).contains(&retry_after_s), "{retry_after_s}");
    let (_, surge) = shop.table.link_guard(link, "10.0.3.0/24").await.unwrap();
    assert!(surge.surge_until.is_some_and(|until| until > clock::now()), "decline_surge");
    let paid = pay(&shop, link, GOOD, "198.51.100.0/24").await.unwrap();
    assert_eq!(paid.status.name(), StatusName::Succeeded);
}

async fn uses_cannot_be_hoarded_by_open_challenges(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = shared_link(&shop, 30).await.id;
    for open in 1..=2 {
        let asked = pay(&shop, link, CHALLENGE, "203.0.113.0/24").await.unwrap();
        assert_eq!(asked.status.name(), StatusName::RequiresAction);
        assert_eq!(uses(&shop, link).await, (0, open));
    }
    let third = pay(&shop, link, CHALLENGE, "203.0.113.0/24").await.unwrap();
    assert!(third.last_failure().is_some(), "given up: {third:?}");
    assert_eq!(uses(&shop, link).await, (0, 2), "its use is free again");
    let other = pay(&shop, link, CHALLENGE, "198.51.100.0/24").await.unwrap();
    assert_eq!(other.status.name(), StatusName::RequiresAction);
}

async fn a_third_of_the_free_uses_waits_for_challenges_at_most(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = shared_link(&shop, 6).await.id;
    for n in 0..2 {
        pay(&shop, link, CHALLENGE, &format!("10.0.{n}.0/24")).await.unwrap();
    }
    let third = pay(&shop, link, CHALLENGE, "10.0.9.0/24").await.unwrap();
    assert!(third.last_failure().is_some(), "{third:?}");
    assert_eq!(uses(&shop, link).await, (0, 2));
    let paid = pay(&shop, link, GOOD, "10.0.9.0/24").await.unwrap();
    assert_eq!(paid.status.name(), StatusName::Succeeded, "cards without a challenge pay");
}

async fn challenges_that_were_answered_make_room(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = shared_link(&shop, 1).await.id;
    let asked = pay(&shop, link, CHALLENGE, "203.0.113.0/24").await.unwrap();
    let (processors, scope) = (shop.processors(), shop.scope);
    // The buyer came back through a mobile network.
    let (link_of, network) = (PaymentRef { scope, id: asked.id }, Some("192.0.2.0/24"));
    let no =
        checkout::answer_challenge(&shop.table, &processors, link_of, network, false, &clock::now);
    assert!(no.await.unwrap().last_failure().is_some());
    let (here, anywhere) = shop.table.link_guard(link, "203.0.113.0/24").await.unwrap();
    assert_eq!((here.open.len(), here.declines.len(), anywhere.open.len()), (0, 1, 0));
    let asked = pay(&shop, link, CHALLENGE, "203.0.113.0/24").await.unwrap();
    let (link_of, network) = (PaymentRef { scope, id: asked.id }, Some("203.0.113.0/24"));
    let yes =
        checkout::answer_challenge(&shop.table, &processors, link_of, network, true, &clock::now);
    assert_eq!(yes.await.unwrap().status.name(), StatusName::Succeeded);
    let (here, anywhere) = shop.table.link_guard(link, "203.0.113.0/24").await.unwrap();
    assert_eq!((here.open.len(), here.declines.len(), anywhere.open.len()), (0, 1, 0));
}

async fn a_challenge_whose_answer_reached_no_processor_still_counts_as_open(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = shared_link(&shop, 9).await.id;
    let asked = pay(&shop, link, CHALLENGE, "203.0.113.0/24").await.unwrap();
    let (nobody, network) = (Processors::of(vec![]), Some("203.0.113.0/24"));
    let of = PaymentRef { scope: shop.scope, id: asked.id };
    let told = checkout::answer_challenge(&shop.table, &nobody, of, network, true, &clock::now);
    assert_eq!(told.await.unwrap().status.name(), StatusName::RequiresAction);
    let (here, anywhere) = shop.table.link_guard(link, "203.0.113.0/24").await.unwrap();
    assert_eq!((here.open.len(), here.declines.len(), anywhere.open.len()), (1, 0, 1));
}

async fn cards_submitted_at_once_do_not_pass_the_limit_together(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = shared_link(&shop, 100).await.id;
    let network = "203.0.113.0/24";
    pay(&shop, link, DECLINED, network).await.unwrap();
    let at_once = (0..24).map(|_| pay(&shop, link, DECLINED, network));
    let told: Vec<_> = stream::iter(at_once).buffer_unordered(12).collect().await;
    let declined = told.iter().filter(|told| told.is_ok()).count();
    assert!(declined <= 7, "{declined} more cards were tried than may be");
    for told in told.into_iter().filter_map(Result::err) {
        assert!(matches!(told, Problem::RateLimited { retry_after_s: 1.. }), "{told:?}");
    }
    // Those who had to wait for others may use what is left; then it is over.
    let mut declined = declined;
    while pay(&shop, link, DECLINED, network).await.is_ok() {
        declined += 1;
    }
    assert_eq!(declined, 7);
    let (here, _) = shop.table.link_guard(link, network).await.unwrap();
    assert_eq!((here.declines.len(), here.trying.len()), (8, 0));
}

async fn places_of_submits_that_took_nothing_are_free_again(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = shared_link(&shop, 2).await.id;
    let network = "203.0.113.0/24";
    pay(&shop, link, DECLINED, network).await.unwrap();
    for _ in 0..2 {
        let paid = pay(&shop, link, GOOD, network).await.unwrap();
        assert_eq!(paid.status.name(), StatusName::Succeeded);
    }
    // Nothing is left to pay for, so nothing is taken.
    for _ in 0..9 {
        let late = pay(&shop, link, GOOD, network).await;
        assert!(matches!(late, Err(Problem::State(_))), "{late:?}");
    }
    let (here, _) = shop.table.link_guard(link, network).await.unwrap();
    assert_eq!((here.declines.len(), here.trying.len()), (1, 0));
}

async fn a_decision_that_cannot_be_noted_is_answered_all_the_same(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = shared_link(&shop, 9).await.id;
    let network = "203.0.113.0/24";
    let asked = pay(&shop, link, CHALLENGE, network).await.unwrap();
    let guard = key::throttle("link", &format!("{link}#{network}"));
    let broken = Write::Update(Update::of(guard).remove("dec"));
    shop.table.commit(vec![broken]).await.unwrap();
    assert!(shop.table.link_guard(link, network).await.is_err(), "nothing can be noted");
    let (processors, network) = (shop.processors(), Some(network));
    let of = PaymentRef { scope: shop.scope, id: asked.id };
    let told = checkout::answer_challenge(&shop.table, &processors, of, network, true, &clock::now);
    assert_eq!(told.await.unwrap().status.name(), StatusName::Succeeded);
}
