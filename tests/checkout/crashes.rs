//! The process dies; the workers find what it left behind.
//!
//! Each test stops a payment after one step, lets every worker run twice in a row and twice at
//! once, and then lets the dead process come back to life, since a stalled one looks the same.

use super::shop::{Answer, Shop, Token, events, reason, status};
use crate::store::on_own_tables;
use shared::{
    app::clock,
    model::{
        event::EventType::{
            self, PaymentIntentCreated, PaymentIntentFailed, PaymentIntentProcessing,
            PaymentIntentRequiresAction, PaymentIntentSucceeded,
        },
        id::AttemptId,
        payment_intent::{CHALLENGE_S, PaymentIntent, StatusName},
    },
    store::{Consistency, Item, Table, intent::to_item, key},
    webhook::message::{Aggregate, Message},
};
use std::sync::Arc;

on_own_tables!(
    dies_after_reserve,
    dies_after_charge,
    dies_after_charge_with_a_declined_card,
    dies_after_charge_with_a_card_that_wants_a_challenge,
    dies_after_the_challenge_was_passed,
    dies_after_settle,
    dies_before_publish,
);

const CHALLENGED: &str = "4000000000003220";

/// A one-time link and a token for it, reserved so long ago that the reconciler looks.
async fn reserved(shop: &Shop, number: &str) -> (PaymentIntent, Token, AttemptId) {
    let link = shop.link(clock::now().plus_seconds(-300), 200, 1).await;
    let token = shop.token(link.id, number, false);
    let reserved = shop.reserved(link.id, &token, clock::now().plus_seconds(-120)).await;
    let attempt = shop.attempt(link.id, &token);
    (reserved, token, attempt)
}

/// Lets the workers run, brings the dead process back, and lets them run again: the intent ends
/// with these events, and nothing that happens afterwards changes it.
async fn ends(
    shop: &Shop,
    reserved: PaymentIntent,
    token: &Token,
    expected: &[EventType],
) -> PaymentIntent {
    shop.all_workers(reserved.id).await;
    let end = shop.intent(reserved.id).await;
    assert_eq!(events(&end.history), expected);
    let back = shop.charge(reserved.clone(), token).await;
    assert_eq!(back, end, "the process that comes back is told the outcome");
    shop.all_workers(reserved.id).await;
    assert_eq!(shop.intent(reserved.id).await, end);
    end
}

async fn dies_after_reserve(table: Arc<Table>) {
    let shop = Shop::new(table);
    let (reserved, token, attempt) = reserved(&shop, "4242424242424242").await;
    let expected = [PaymentIntentCreated, PaymentIntentProcessing, PaymentIntentFailed];
    let end = ends(&shop, reserved, &token, &expected).await;
    assert_eq!(reason(&end), Some("processor_unavailable"));
    assert_eq!(shop.booked(attempt).await.as_deref(), Some("absent"), "no charge, for good");
}

async fn dies_after_charge(table: Arc<Table>) {
    let shop = Shop::new(table);
    let (reserved, token, attempt) = reserved(&shop, "4242424242424242").await;
    shop.charge_only(&reserved, &token).await;
    let expected = [PaymentIntentCreated, PaymentIntentProcessing, PaymentIntentSucceeded];
    let end = ends(&shop, reserved, &token, &expected).await;
    assert_eq!(end.status.name(), StatusName::Succeeded);
    assert_eq!(shop.booked(attempt).await.as_deref(), Some("approved"));
}

async fn dies_after_charge_with_a_declined_card(table: Arc<Table>) {
    let shop = Shop::new(table);
    let (reserved, token, attempt) = reserved(&shop, "4000000000009987").await;
    shop.charge_only(&reserved, &token).await;
    let expected = [PaymentIntentCreated, PaymentIntentProcessing, PaymentIntentFailed];
    let end = ends(&shop, reserved, &token, &expected).await;
    assert_eq!(reason(&end), Some("lost_card"));
    assert_eq!(shop.booked(attempt).await.as_deref(), Some("lost_card"));
}

async fn dies_after_charge_with_a_card_that_wants_a_challenge(table: Arc<Table>) {
    let shop = Shop::new(table);
    let (reserved, token, attempt) = reserved(&shop, CHALLENGED).await;
    shop.charge_only(&reserved, &token).await;
    let asked = [PaymentIntentCreated, PaymentIntentProcessing, PaymentIntentRequiresAction];
    let open = ends(&shop, reserved, &token, &asked).await;
    assert_eq!(open.status.name(), StatusName::RequiresAction);
    let paid = shop.answer_challenge(open, true).await;
    assert_eq!(paid.status.name(), StatusName::Succeeded);
    assert_eq!(shop.booked(attempt).await.as_deref(), Some("approved"));
}

async fn dies_after_the_challenge_was_passed(table: Arc<Table>) {
    let shop = Shop::new(table);
    // Reserved and asked for a challenge so long ago that its time is over by now.
    let made = clock::now().plus_seconds(-2 * CHALLENGE_S);
    let link = shop.link(made, 200, 1).await;
    let token = shop.token(link.id, CHALLENGED, false);
    let reserved = shop.reserved(link.id, &token, made).await;
    let attempt = shop.attempt(link.id, &token);
    shop.charge_only(&reserved, &token).await;
    let asked = reserved.ask_challenge(attempt, made).unwrap();
    shop.table.replace_intent(&asked, None).await.unwrap();
    shop.challenge_only(&asked, true, made).await;
    let expected = [
        PaymentIntentCreated,
        PaymentIntentProcessing,
        PaymentIntentRequiresAction,
        PaymentIntentSucceeded,
    ];
    ends(&shop, reserved, &token, &expected).await;
    assert_eq!(shop.booked(attempt).await.as_deref(), Some("approved"));
}

async fn dies_after_settle(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = shop.fresh_link().await;
    let token = shop.good_token(link.id);
    let before = shop.reserved(link.id, &token, clock::now()).await;
    shop.charge(before.clone(), &token).await;
    // The answer never reached the browser, which submits the same token again.
    let again = shop.submit(link.id, &token).await;
    assert_eq!(status(&again), Some(StatusName::Succeeded));
    let other = shop.submit(link.id, &shop.good_token(link.id)).await;
    assert!(matches!(other, Answer::Refused(_)));
    let expected = [PaymentIntentCreated, PaymentIntentProcessing, PaymentIntentSucceeded];
    ends(&shop, before, &token, &expected).await;
    assert_eq!(shop.booked(shop.attempt(link.id, &token)).await.as_deref(), Some("approved"));
}

/// The events a stream record with these images carries, as `workers-publish-events` reads them.
fn carried(old: Option<&Item>, new: &Item) -> Vec<Message> {
    let before = old.map_or(0, |old| old.history().unwrap().last_sequence());
    Aggregate::read(new).unwrap().unwrap().events_after(before)
}

async fn dies_before_publish(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = shop.fresh_link().await;
    let token = shop.good_token(link.id);
    let read = || async {
        let key = key::intent(shop.scope, link.id);
        shop.table.get(&key, Consistency::Strong).await.unwrap().unwrap()
    };
    let created = read().await;
    let before = shop.reserved(link.id, &token, clock::now()).await;
    let processing = read().await;
    assert_eq!(processing, to_item(&before), "the write carries its events");
    shop.charge(before, &token).await;
    let succeeded = read().await;
    let records =
        [(None, &created), (Some(&created), &processing), (Some(&processing), &succeeded)];
    let published: Vec<Message> =
        records.iter().flat_map(|(old, new)| carried(*old, new)).collect();
    let shown = |messages: &[Message]| {
        messages.iter().map(|m| (m.sequence, m.event.clone(), m.id.clone())).collect::<Vec<_>>()
    };
    let names: Vec<(u64, &str)> =
        published.iter().map(|m| (m.sequence, m.event.as_str())).collect();
    assert_eq!(
        names,
        [
            (1, "payment_intent.created"),
            (2, "payment_intent.processing"),
            (3, "payment_intent.succeeded"),
        ]
    );
    // The publisher dies and gets its records again; or all of them are long gone from the stream
    // and only the last state of the item is left. The events are the same ones.
    let again: Vec<Message> = records.iter().flat_map(|(old, new)| carried(*old, new)).collect();
    assert_eq!(shown(&again), shown(&published));
    assert_eq!(shown(&carried(None, &succeeded)), shown(&published));
    // A record that repeats what was published carries nothing new.
    assert_eq!(carried(Some(&succeeded), &succeeded).len(), 0);
}
