//! A thousand buyers press Pay at once.

use super::shop::{Answer, Shop, Token, events, status};
use crate::store::on_own_tables;
use futures_util::future::join_all;
use shared::{
    app::clock,
    model::{
        event::EventType::{PaymentIntentCreated, PaymentIntentProcessing, PaymentIntentSucceeded},
        payment_intent::{ChargeRefusal, PaymentIntent, StatusName},
    },
    store::Table,
};
use std::sync::Arc;
use tokio::sync::Semaphore;

on_own_tables!(
    of_a_thousand_cards_at_once_one_is_charged,
    one_card_submitted_a_thousand_times_at_once_is_charged_once,
);

/// How many submits there are.
const SUBMITS: usize = 1_000;

/// How many are on their way at any moment: sockets are not without end, and each has to get on.
const AT_ONCE: usize = 64;

/// How long the link is good for, in seconds: longer than all of them take on any machine.
const LASTS_S: i64 = 86_400;

/// Submits all tokens at once and answers what each of them was told.
async fn submit_all(
    shop: &Arc<Shop>,
    link: &PaymentIntent,
    tokens: impl Iterator<Item = Token>,
) -> Vec<Answer> {
    let room = Arc::new(Semaphore::new(match &*shop.table {
        Table::Memory(_) => SUBMITS,
        Table::Dynamo(_) => AT_ONCE,
    }));
    let id = link.id;
    let tasks: Vec<_> = tokens
        .map(|token| {
            let (shop, room) = (Arc::clone(shop), Arc::clone(&room));
            tokio::spawn(async move {
                let _place = room.acquire().await.unwrap();
                shop.submit(id, &token).await
            })
        })
        .collect();
    join_all(tasks).await.into_iter().map(|answer| answer.unwrap()).collect()
}

async fn paid_once(shop: &Shop, link: &PaymentIntent) -> PaymentIntent {
    let paid = shop.intent(link.id).await;
    assert_eq!(paid.status.name(), StatusName::Succeeded);
    assert_eq!(
        events(&paid.history),
        [PaymentIntentCreated, PaymentIntentProcessing, PaymentIntentSucceeded]
    );
    assert_eq!((paid.attempts_left(), paid.version), (0, 3));
    assert_eq!(paid.amounts, link.amounts);
    paid
}

async fn of_a_thousand_cards_at_once_one_is_charged(table: Arc<Table>) {
    let shop = Arc::new(Shop::new(table));
    let link = shop.link(clock::now(), LASTS_S, 1).await;
    let tokens: Vec<Token> = (0..SUBMITS).map(|_| shop.good_token(link.id)).collect();
    let answers = submit_all(&shop, &link, tokens.iter().cloned()).await;
    let paid = paid_once(&shop, &link).await;
    let mut won = 0;
    for (token, answer) in tokens.iter().zip(answers) {
        let attempt = shop.attempt(link.id, token);
        let winner = paid.was_attempted_with(attempt);
        let booked = shop.booked(attempt).await;
        match answer {
            Answer::Status(intent) => {
                assert!(winner && intent.status.name() == StatusName::Succeeded);
                assert_eq!(booked.as_deref(), Some("approved"));
                won += 1;
            }
            Answer::Refused(refusal) => {
                assert_eq!((refusal, winner), (ChargeRefusal::Used, false));
                assert_eq!(booked, None, "nothing was asked of the processor");
            }
        }
    }
    assert_eq!(won, 1);
}

async fn one_card_submitted_a_thousand_times_at_once_is_charged_once(table: Arc<Table>) {
    let shop = Arc::new(Shop::new(table));
    let link = shop.link(clock::now(), LASTS_S, 1).await;
    let token = shop.good_token(link.id);
    let tokens = std::iter::repeat_n(token.clone(), SUBMITS);
    let answers = submit_all(&shop, &link, tokens).await;
    // A duplicate may ask the processor with a clock that is a moment behind the charge in its books.
    let told = |status_name| answers.iter().filter(|a| status(a) == Some(status_name)).count();
    let (succeeded, processing) = (told(StatusName::Succeeded), told(StatusName::Processing));
    assert_eq!(succeeded + processing, SUBMITS, "every submit is told the outcome, or to wait");
    assert!(succeeded > 0);
    let paid = paid_once(&shop, &link).await;
    assert!(paid.was_attempted_with(shop.attempt(link.id, &token)));
    assert_eq!(shop.booked(shop.attempt(link.id, &token)).await.as_deref(), Some("approved"));
    if let Table::Memory(_) = &*shop.table {
        assert_eq!((shop.books().len(), shop.approved()), (1, 1));
    }
}
