//! Taking a link is one conditional write that does exactly what the model says.

use super::{fixture, on_every_table};
use shared::{
    model::{
        Scope,
        event::EventType,
        payment_intent::{PaymentIntent, Refusal},
    },
    store::{
        Consistency, Item, Table,
        intent::{self, Reserved},
        key,
    },
};
use std::sync::Arc;

on_every_table!(
    the_write_that_reserves_does_what_the_model_says,
    a_link_works_until_the_millisecond_before_its_time,
    reserving_again_with_the_same_submit_is_fine_and_takes_nothing_more,
    a_long_history_keeps_its_numbers_when_a_link_is_reserved,
    an_unknown_link_cannot_be_reserved,
);

async fn keep(table: &Table, intent: &PaymentIntent) {
    table.commit(vec![intent::insert(intent)]).await.unwrap();
}

async fn kept(table: &Table, intent: &PaymentIntent) -> Item {
    let key = key::intent(intent.scope, intent.id);
    table.get(&key, Consistency::Strong).await.unwrap().unwrap()
}

fn pending(scope: Scope) -> PaymentIntent {
    fixture::intent(scope, fixture::id_at(fixture::someday()), fixture::someday())
}

async fn the_write_that_reserves_does_what_the_model_says(table: Arc<Table>) {
    let scope = fixture::scope();
    let mut accepted = 0;
    for status in fixture::LINK_STATUSES {
        for late in [false, true] {
            for attempts_left in [0, 1, 2] {
                for processor in ["simulator", "stripe"] {
                    let case = format!("{status:?} late {late} left {attempts_left} {processor}");
                    let before = fixture::in_status(pending(scope), status);
                    let before = fixture::with_attempts(before, attempts_left);
                    keep(&table, &before).await;
                    let now = before.link_terms().unwrap().link.expires_at.plus_ms(if late {
                        0
                    } else {
                        -1
                    });
                    let attempt = fixture::attempt(now);
                    let model = before.reserve(attempt.clone(), now);
                    let ours = before.link_terms().unwrap().account.processor == processor;
                    let reserved = table.reserve(scope, before.id, attempt, processor, now).await;
                    let expected = match (reserved.unwrap(), model) {
                        (Reserved::Yes(after), Ok(model)) if ours => {
                            assert_eq!(*after, model, "{case}");
                            accepted += 1;
                            intent::to_item(&model)
                        }
                        (Reserved::OtherProcessor, Ok(_)) if !ours => intent::to_item(&before),
                        (Reserved::No(refusal, old), Err(expected)) => {
                            assert_eq!((refusal, *old), (expected, before.clone()), "{case}");
                            intent::to_item(&before)
                        }
                        (reserved, model) => panic!("{case}: {reserved:?}, but {model:?}"),
                    };
                    assert_eq!(kept(&table, &before).await, expected, "{case}");
                }
            }
        }
    }
    assert_eq!(accepted, 2, "pending, in time, one or two attempts left, the right processor");
}

async fn a_link_works_until_the_millisecond_before_its_time(table: Arc<Table>) {
    let intent = pending(fixture::scope());
    keep(&table, &intent).await;
    let over = intent.expires_at().unwrap();
    for (now, works) in [(over.plus_days(400), false), (over, false), (over.plus_ms(-1), true)] {
        let attempt = fixture::attempt(now);
        let reserved = table.reserve(intent.scope, intent.id, attempt, "simulator", now).await;
        match reserved.unwrap() {
            Reserved::Yes(_) => assert!(works),
            Reserved::No(refusal, _) => assert_eq!((refusal, works), (Refusal::Expired, false)),
            other @ (Reserved::LinkOver(_) | Reserved::OtherProcessor | Reserved::Missing) => {
                panic!("{other:?}")
            }
        }
    }
}

async fn reserving_again_with_the_same_submit_is_fine_and_takes_nothing_more(table: Arc<Table>) {
    let intent = fixture::with_attempts(pending(fixture::scope()), 2);
    keep(&table, &intent).await;
    let now = fixture::someday();
    let attempt = fixture::attempt(now);
    let reserve = || table.reserve(intent.scope, intent.id, attempt.clone(), "simulator", now);
    let Reserved::Yes(first) = reserve().await.unwrap() else { panic!("the link was free") };
    let Reserved::Yes(again) = reserve().await.unwrap() else { panic!("the link was ours") };
    assert_eq!((first.version, first.attempts_left()), (2, 1));
    assert_eq!(first, again);
    let other = fixture::attempt(now);
    let other = table.reserve(intent.scope, intent.id, other, "simulator", now).await.unwrap();
    assert!(matches!(other, Reserved::No(Refusal::Used, _)), "{other:?}");
}

/// The write appends without dropping old entries, which the next write does. Numbers stay.
async fn a_long_history_keeps_its_numbers_when_a_link_is_reserved(table: Arc<Table>) {
    let intent = fixture::with_attempts(pending(fixture::scope()), 9);
    let now = fixture::someday();
    let history = (0..40)
        .fold(intent.history.clone(), |history, _| history.and(EventType::PaymentLinkFailed, now));
    let intent = PaymentIntent { history, ..intent };
    keep(&table, &intent).await;
    let attempt = fixture::attempt(now);
    let model = intent.reserve(attempt.clone(), now).unwrap();
    let reserved = table.reserve(intent.scope, intent.id, attempt.clone(), "simulator", now).await;
    let Reserved::Yes(reserved) = reserved.unwrap() else { panic!("the link was free") };
    let new = |intent: &PaymentIntent| intent.history.after(41).collect::<Vec<_>>();
    assert_eq!(new(&reserved), new(&model));
    assert_eq!(reserved.history.last_sequence(), 42);
    let asked = reserved.ask_challenge(attempt.id, now).unwrap();
    let modelled = model.ask_challenge(attempt.id, now).unwrap();
    let plain = |intent: &PaymentIntent| -> Vec<_> {
        let events = intent.history.after(0);
        events.map(|(number, event)| (number, event.kind, event.at)).collect()
    };
    assert_eq!(plain(&asked), plain(&modelled));
    assert_eq!((&asked.status, asked.version), (&modelled.status, modelled.version));
    table.replace_intent(&asked, None).await.unwrap();
    assert_eq!(kept(&table, &intent).await, intent::to_item(&asked));
}

async fn an_unknown_link_cannot_be_reserved(table: Arc<Table>) {
    let intent = pending(fixture::scope());
    let now = fixture::someday();
    let attempt = fixture::attempt(now);
    let reserved = table.reserve(intent.scope, intent.id, attempt, "simulator", now).await;
    assert!(matches!(reserved.unwrap(), Reserved::Missing));
    let missing = table.intent(intent.scope, intent.id, Consistency::Strong).await.unwrap();
    assert_eq!(missing, None);
}
