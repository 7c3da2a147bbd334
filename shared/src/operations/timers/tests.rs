use super::*;
use crate::store::{
    memory::Memory,
    tests::{id, now, pending},
};
use std::{collections::BTreeSet, sync::Mutex};

#[test]
fn b5_runs_begin_with_any_shard_and_see_all() {
    let first: BTreeSet<u8> = (0..100).filter_map(|ms| shards(ms).next()).collect();
    assert_eq!(first.len(), usize::from(TIMER_SHARDS));
    for ms in [0, 1, 2, 3, 1_795_255_200_250] {
        let all: BTreeSet<u8> = shards(ms).collect();
        assert_eq!(all.len(), usize::from(TIMER_SHARDS));
    }
}

#[tokio::test]
async fn b5_a_timer_that_fails_is_put_off_behind_the_others() {
    let store = Table::Memory(Memory::default());
    for n in 1..=5 {
        let link = crate::model::payment_intent::PaymentIntent { id: id(n), ..pending() };
        store.set_timer(&link).await.unwrap();
    }
    let due = now().plus_seconds(3_600);
    let looked = Mutex::new(Vec::new());
    let run = async |at: Time| {
        let clock = move || at;
        let look = |timer: Timer, _| {
            looked.lock().unwrap().push(timer.id);
            let fails = timer.id == id(3);
            async move { if fails { Err("no".to_owned()) } else { Ok(TimerFate::Drop) } }
        };
        sweep(&store, TimerKind::Expire, &clock, look).await.unwrap()
    };
    let (done, troubles) = run(due).await;
    assert_eq!((done, troubles.len()), (5, 1));
    assert_eq!(run(due.plus_seconds(60)).await.0, 0, "put off");
    let (done, troubles) = run(due.plus_seconds(PUT_OFF_S)).await;
    assert_eq!((done, troubles.len()), (1, 1), "and then its turn again");
}
