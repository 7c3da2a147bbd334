//! "Save card": with a payment that worked, in its own commit, once per card.

use super::shop::{Answer, Shop, events, saved};
use shared::{
    app::clock,
    model::{
        event::EventType,
        id::PaymentMethodId,
        payment_intent::{PaymentIntent, StatusName},
    },
};

const MASTERCARD: &str = "5555555555554444";

async fn submitted(shop: &Shop, number: &str, save: bool) -> PaymentIntent {
    let link = shop.fresh_link().await;
    match shop.submit(link.id, &shop.token(link.id, number, save)).await {
        Answer::Status(intent) => *intent,
        Answer::Refused(refusal) => panic!("{refusal:?}"),
    }
}

#[tokio::test]
async fn a_card_is_saved_with_the_payment_that_asked_for_it() {
    let shop = Shop::in_memory();
    let paid = submitted(&shop, MASTERCARD, true).await;
    let cards = shop.saved_cards();
    assert_eq!(cards.len(), 1);
    assert_eq!(saved(&paid), Some(cards[0].id));
    assert_eq!(cards[0].customer, shop.customer);
    assert_eq!(cards[0].card(), Some(&paid.status.attempt().unwrap().card));
    assert_eq!(cards[0].created_at, paid.updated_at, "one commit, one moment");
    assert_eq!(events(&cards[0].history), [EventType::CardAdded]);
}

#[tokio::test]
async fn a_card_is_not_saved_when_nobody_asked_or_nothing_was_paid() {
    let shop = Shop::in_memory();
    let paid = submitted(&shop, MASTERCARD, false).await;
    assert_eq!((paid.status.name(), saved(&paid)), (StatusName::Succeeded, None));
    submitted(&shop, "4000000000000002", true).await;
    let asked = submitted(&shop, "4000000000003220", true).await;
    assert_eq!(asked.status.name(), StatusName::RequiresAction);
    submitted(&shop, "4000000000003303", true).await;
    assert_eq!(shop.saved_cards(), [], "not before the challenge, not with a lost charge");
    let failed = shop.answer_challenge(asked, false).await;
    assert_eq!(failed.status.name(), StatusName::Failed);
    assert_eq!(shop.saved_cards(), []);
    let asked = submitted(&shop, "4000000000003220", true).await;
    let paid = shop.answer_challenge(asked, true).await;
    assert_eq!(saved(&paid), Some(shop.saved_cards()[0].id));
}

#[tokio::test]
async fn the_same_card_saved_again_keeps_the_first_record() {
    let shop = Shop::in_memory();
    let first = submitted(&shop, MASTERCARD, true).await;
    let card = shop.saved_cards();
    let second = submitted(&shop, MASTERCARD, true).await;
    assert_eq!(
        (first.status.name(), second.status.name()),
        (StatusName::Succeeded, StatusName::Succeeded)
    );
    assert_eq!(saved(&first), saved(&second));
    assert_eq!(shop.saved_cards(), card);
    submitted(&shop, "4242424242424242", true).await;
    assert_eq!(shop.saved_cards().len(), 2, "another card is another record");
}

#[tokio::test]
async fn the_reconciler_saves_the_card_as_well() {
    let shop = Shop::in_memory();
    let link = shop.link(clock::now().plus_seconds(-300), 200, 1).await;
    let token = shop.token(link.id, MASTERCARD, true);
    let reserved = shop.reserved(link.id, &token, clock::now().plus_seconds(-120)).await;
    shop.charge_only(&reserved, &token).await;
    assert_eq!(shop.saved_cards(), []);
    shop.all_workers(link.id).await;
    let ids: Vec<PaymentMethodId> = shop.saved_cards().iter().map(|card| card.id).collect();
    assert_eq!(ids, [saved(&shop.intent(link.id).await).unwrap()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_links_paid_at_once_with_one_card_save_one_record() {
    let shop = std::sync::Arc::new(Shop::in_memory());
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let shop = std::sync::Arc::clone(&shop);
            tokio::spawn(async move { submitted(&shop, MASTERCARD, true).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().status.name(), StatusName::Succeeded);
    }
    assert_eq!((shop.saved_cards().len(), shop.approved()), (1, 50));
}
