//! Links that nobody paid in time.

use super::shop::{Answer, Shop, events, status};
use crate::store::on_own_tables;
use futures_util::future::join_all;
use shared::{
    app::clock,
    model::{
        event::EventType::{
            PaymentIntentCreated, PaymentIntentExpired, PaymentIntentProcessing,
            PaymentIntentSucceeded,
        },
        payment_intent::{ChargeRefusal, PaymentIntent, StatusName},
    },
    store::{Table, intent::Reserved},
};
use std::sync::Arc;

on_own_tables!(
    an_unpaid_link_expires_with_one_event_under_many_sweeps,
    a_link_that_is_not_over_is_left_alone,
    a_submit_at_the_very_moment_of_expiry_is_refused_and_the_one_before_is_charged,
    an_expired_link_charges_nothing_before_and_after_the_sweep,
    a_card_paid_just_before_the_sweep_stays_paid,
    a_charge_under_way_when_time_runs_out_is_honoured,
    a_link_that_was_declined_and_is_over_expires,
);

/// Eight sweeps at once.
async fn sweeps(shop: &Arc<Shop>) {
    let sweeps = (0..8).map(|_| {
        let shop = Arc::clone(shop);
        tokio::spawn(async move { shop.expire().await })
    });
    for sweep in join_all(sweeps.collect::<Vec<_>>()).await {
        sweep.unwrap();
    }
}

/// A link whose time ended a second ago.
async fn over(shop: &Shop, attempts: u32) -> PaymentIntent {
    shop.link(clock::now().plus_seconds(-61), 60, attempts).await
}

async fn an_unpaid_link_expires_with_one_event_under_many_sweeps(table: Arc<Table>) {
    let shop = Arc::new(Shop::new(table));
    let links = join_all((0..10).map(|_| over(&shop, 1))).await;
    sweeps(&shop).await;
    sweeps(&shop).await;
    for link in links {
        let expired = shop.intent(link.id).await;
        assert_eq!(expired.status.name(), StatusName::Expired);
        assert_eq!(events(&expired.history), [PaymentIntentCreated, PaymentIntentExpired]);
        assert_eq!(expired.version, 2);
    }
}

async fn a_link_that_is_not_over_is_left_alone(table: Arc<Table>) {
    let shop = Arc::new(Shop::new(table));
    let link = shop.fresh_link().await;
    sweeps(&shop).await;
    assert_eq!(shop.intent(link.id).await, link);
}

async fn a_submit_at_the_very_moment_of_expiry_is_refused_and_the_one_before_is_charged(
    table: Arc<Table>,
) {
    let shop = Shop::new(table);
    let link = shop.fresh_link().await;
    let token = shop.good_token(link.id);
    let reserved = shop.reserve(link.id, &token, link.expires_at().unwrap()).await;
    assert!(matches!(reserved, Reserved::No(ChargeRefusal::Expired, _)), "{reserved:?}");
    assert_eq!(shop.intent(link.id).await, link);
    let reserved = shop.reserved(link.id, &token, link.expires_at().unwrap().plus_ms(-1)).await;
    assert_eq!(shop.charge(reserved, &token).await.status.name(), StatusName::Succeeded);
}

async fn an_expired_link_charges_nothing_before_and_after_the_sweep(table: Arc<Table>) {
    let shop = Arc::new(Shop::new(table));
    let link = over(&shop, 3).await;
    assert_eq!(link.status_at(clock::now()), StatusName::Expired);
    for _ in 0..2 {
        let token = shop.good_token(link.id);
        let answer = shop.submit(link.id, &token).await;
        assert!(matches!(answer, Answer::Refused(ChargeRefusal::Expired)), "{answer:?}");
        assert_eq!(shop.booked(shop.attempt(link.id, &token)).await, None);
        sweeps(&shop).await;
    }
}

async fn a_card_paid_just_before_the_sweep_stays_paid(table: Arc<Table>) {
    let shop = Arc::new(Shop::new(table));
    let link = over(&shop, 1).await;
    let token = shop.good_token(link.id);
    let reserved = shop.reserved(link.id, &token, link.expires_at().unwrap().plus_ms(-1)).await;
    let paid = shop.charge(reserved, &token).await;
    // Its timer is due, and so is the one of the moment when it was under way.
    sweeps(&shop).await;
    shop.reconcile().await;
    assert_eq!(shop.intent(link.id).await, paid);
    assert_eq!(paid.status.name(), StatusName::Succeeded);
}

async fn a_charge_under_way_when_time_runs_out_is_honoured(table: Arc<Table>) {
    let shop = Arc::new(Shop::new(table));
    let link = over(&shop, 1).await;
    let token = shop.good_token(link.id);
    let reserved = shop.reserved(link.id, &token, link.expires_at().unwrap().plus_ms(-1)).await;
    sweeps(&shop).await;
    assert_eq!(shop.intent(link.id).await, reserved);
    let paid = shop.charge(reserved, &token).await;
    assert_eq!(
        events(&paid.history),
        [PaymentIntentCreated, PaymentIntentProcessing, PaymentIntentSucceeded]
    );
}

/// The timer of its expiry fired while the attempt was under way; the decline sets it again.
async fn a_link_that_was_declined_and_is_over_expires(table: Arc<Table>) {
    let shop = Arc::new(Shop::new(table));
    let link = over(&shop, 2).await;
    let token = shop.token(link.id, "4000000000000002", false);
    let reserved = shop.reserved(link.id, &token, link.expires_at().unwrap().plus_ms(-1)).await;
    sweeps(&shop).await;
    let open = shop.charge(reserved, &token).await;
    assert_eq!(open.status.name(), StatusName::Pending);
    shop.publish(link.id).await;
    sweeps(&shop).await;
    let expired = shop.intent(link.id).await;
    assert_eq!(expired.status.name(), StatusName::Expired);
    assert_eq!(events(&expired.history).last(), Some(&PaymentIntentExpired));
    let answer = shop.submit(link.id, &shop.good_token(link.id)).await;
    assert_eq!(status(&answer), None);
}
