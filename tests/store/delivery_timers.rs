//! What the sweep of deliveries finds: timers and replays. Not on the local stack, where the sweep
//! works them off too.

use super::{
    fixture::{self, someday},
    on_own_tables,
};
use shared::{
    model::{
        delivery::EventPlace,
        event::EventType,
        id::EventId,
        replay::{Replay, ReplayRange},
    },
    store::{
        Table,
        delivery_timer::DeliveryTimer,
        key::{DELIVERY_SHARDS, TIMER_SHARDS},
        replay,
    },
};
use std::sync::Arc;

on_own_tables!(
    deliveries_are_woken_in_the_order_of_their_times_and_only_when_due,
    a_replay_goes_on_from_where_it_came_to_and_twins_do_not_disturb,
);

async fn deliveries_are_woken_in_the_order_of_their_times_and_only_when_due(table: Arc<Table>) {
    let timer = |seconds: i64, place| DeliveryTimer {
        scope: fixture::scope(),
        // One shard: it goes by the last byte.
        event: EventId::mint(someday(), [16; 10]),
        endpoint: fixture::id_at(someday()),
        place,
        due: someday().plus_seconds(seconds),
    };
    let place = Some(EventPlace { object: "object".to_owned(), sequence: 3 });
    let [first, second, third] = [timer(1, None), timer(2, place), timer(3, None)];
    for timer in [&third, &first, &second, &first] {
        table.set_delivery_timer(timer).await.unwrap();
    }
    let shard = 16 % DELIVERY_SHARDS;
    let due = |seen: Option<DeliveryTimer>, ms: i64, limit: u32| {
        let table = Arc::clone(&table);
        let range_end = someday().plus_ms(ms);
        async move { table.due_deliveries(shard, seen.as_ref(), range_end, limit).await.unwrap() }
    };
    assert_eq!(due(None, 999, 100).await, []);
    assert_eq!(due(None, 2_000, 100).await, [first.clone(), second.clone()]);
    let late = due(None, 9_000, 2).await;
    assert_eq!(late, [first.clone(), second.clone()]);
    assert_eq!(due(late.last().cloned(), 9_000, 2).await, std::slice::from_ref(&third));
    table.drop_delivery_timer(&first).await.unwrap();
    table.drop_delivery_timer(&first).await.unwrap();
    assert_eq!(due(None, 9_000, 100).await, [second, third]);
}

async fn a_replay_goes_on_from_where_it_came_to_and_twins_do_not_disturb(table: Arc<Table>) {
    let range = ReplayRange {
        from: someday().plus_days(-1),
        to: someday(),
        kinds: vec![EventType::CardAdded],
        names: vec![],
        only_undelivered: false,
    };
    let replay = Replay {
        id: fixture::id_at(someday()),
        scope: fixture::scope(),
        endpoint: fixture::id_at(someday()),
        range,
        asked_at: someday(),
        reached: None,
        version: 1,
    };
    table.commit(vec![replay::insert(&replay)]).await.unwrap();
    let under_way = || async {
        let mut found = Vec::new();
        for shard in 0..TIMER_SHARDS {
            found.extend(table.replays(shard, someday(), 10).await.unwrap());
        }
        found
    };
    assert_eq!(under_way().await, std::slice::from_ref(&replay));
    let event: EventId = fixture::id_at(someday());
    let moved = table.move_replay(&replay, event).await.unwrap().unwrap();
    assert_eq!((moved.reached, moved.version), (Some(event), 2));
    assert_eq!(table.move_replay(&replay, event).await.unwrap(), None, "a duplicate stops");
    table.end_replay(&replay).await.unwrap();
    assert_eq!(under_way().await, std::slice::from_ref(&moved), "a late duplicate ends nothing");
    table.end_replay(&moved).await.unwrap();
    assert_eq!(under_way().await, []);
}
