//! Timers. Not on the local stack, where the workers set and drop timers too.

use super::{
    fixture::{self, someday},
    on_own_tables,
};
use shared::{
    app::clock,
    model::{
        Time,
        id::PaymentIntentId,
        payment_intent::{PaymentIntent, StatusName},
    },
    store::{
        self, Table, Write,
        key::TIMER_SHARDS,
        timer::{Timer, TimerKind},
    },
};
use std::sync::Arc;

on_own_tables!(
    timers_fire_in_the_order_of_their_times_and_only_when_due,
    timers_come_in_batches_after_those_that_were_seen,
    setting_and_dropping_a_timer_twice_is_fine,
);

/// The timers of a kind that are due, of all shards.
async fn due(table: &Table, kind: TimerKind, now: Time) -> Vec<Timer> {
    let mut due = Vec::new();
    for shard in 0..TIMER_SHARDS {
        due.extend(table.due_timers(kind, shard, None, now, 100).await.unwrap());
    }
    due
}

async fn timers_fire_in_the_order_of_their_times_and_only_when_due(table: Arc<Table>) {
    let scope = fixture::scope();
    let customer = fixture::id_at(someday());
    // One shard: it goes by the last byte.
    let intent = |seconds: i64| {
        let at = someday().plus_seconds(seconds);
        PaymentIntent {
            id: PaymentIntentId::mint(at, [8; 10]),
            ..fixture::intent(scope, customer, at)
        }
    };
    let [first, second, third] = [intent(0), intent(1), intent(2)];
    let open = fixture::in_status(intent(3), StatusName::Processing);
    let over = fixture::in_status(intent(4), StatusName::Succeeded);
    for intent in [&third, &first, &open, &over, &second] {
        table.set_timer(intent).await.unwrap();
    }
    let ids = |timers: Vec<Timer>| timers.iter().map(|timer| timer.id).collect::<Vec<_>>();
    let at = second.expires_at().unwrap();
    let early = due(&table, TimerKind::Expire, at.plus_ms(-1)).await;
    assert_eq!(ids(early), [first.id]);
    let on_time = due(&table, TimerKind::Expire, at).await;
    assert_eq!(ids(on_time), [first.id, second.id]);
    let late = due(&table, TimerKind::Expire, at.plus_days(1)).await;
    assert_eq!(ids(late), [first.id, second.id, third.id]);
    let open_ones = due(&table, TimerKind::Reconcile, at.plus_days(1)).await;
    assert_eq!(ids(open_ones), [open.id]);
}

/// One that stays, because it cannot be looked after, holds up nobody behind it.
async fn timers_come_in_batches_after_those_that_were_seen(table: Arc<Table>) {
    let scope = fixture::scope();
    let intents: Vec<PaymentIntent> = (0..5)
        .map(|_| {
            // Due at the same millisecond, in one shard.
            let intent = fixture::intent(scope, fixture::id_at(someday()), someday());
            let mut random: [u8; 10] = clock::random();
            random[9] = 0;
            PaymentIntent { id: PaymentIntentId::mint(someday(), random), ..intent }
        })
        .collect();
    for intent in &intents {
        table.set_timer(intent).await.unwrap();
    }
    let mut found = Vec::new();
    let mut seen: Option<Timer> = None;
    let now = intents[0].expires_at().unwrap();
    for size in [2, 2, 1, 0] {
        let due = table.due_timers(TimerKind::Expire, 0, seen.as_ref(), now, 2);
        let batch = due.await.unwrap();
        assert_eq!(batch.len(), size);
        found.extend(batch.iter().map(|timer| timer.id));
        seen = batch.last().cloned().or(seen);
    }
    let mut ids: Vec<PaymentIntentId> = intents.iter().map(|intent| intent.id).collect();
    ids.sort_unstable();
    assert_eq!(found, ids);
}

async fn setting_and_dropping_a_timer_twice_is_fine(table: Arc<Table>) {
    let scope = fixture::scope();
    let intent = fixture::intent(scope, fixture::id_at(someday()), someday());
    table.set_timer(&intent).await.unwrap();
    table.set_timer(&intent).await.unwrap();
    let timers = due(&table, TimerKind::Expire, intent.expires_at().unwrap()).await;
    assert_eq!(timers.len(), 1);
    assert_eq!(timers[0].scope, scope);
    assert_eq!(table.intent_of(&timers[0]).await.unwrap(), None);
    table.commit(vec![Write::Insert(store::intent::to_item(&intent))]).await.unwrap();
    assert_eq!(table.intent_of(&timers[0]).await.unwrap(), Some(intent.clone()));
    table.drop_timer(&timers[0]).await.unwrap();
    table.drop_timer(&timers[0]).await.unwrap();
    assert_eq!(due(&table, TimerKind::Expire, intent.expires_at().unwrap()).await.len(), 0);
}
