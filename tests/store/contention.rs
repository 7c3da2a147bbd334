//! Many transfers into one wallet at once: none is answered with a fault of ours, none is lost, none is
//! made twice; and how many a second there are, printed and never judged.
//!
//! `cargo test -p tests store::contention -- --nocapture` prints the figures.

use super::{backend, purse::Purse};
use futures_util::future::join_all;
use shared::{
    app::clock,
    model::ledger::AccountId,
    operations::{Problem, ProblemKind, engine::PaymentFault},
    store::{Table, memory::Memory},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

/// Transfers of a row.
const TRANSFERS: usize = 240;

/// A trip from a function to DynamoDB, as a careful estimate.
const TRIP: Duration = Duration::from_millis(10);

/// What callers were answered.
#[derive(Default)]
struct Answers {
    done: AtomicUsize,
    /// 429 with `Retry-After`: asked again.
    busy: AtomicUsize,
}

/// One caller: its own wallet pays, all into the first one; told to come back, it comes back.
async fn call(purse: Arc<Purse>, from: usize, count: usize, answers: Arc<Answers>) {
    for _ in 0..count {
        let new = purse.transfer(from, 0, 1);
        loop {
            match purse.pay(&new).await {
                Ok(_) => break,
                Err(fault @ PaymentFault::Store(_)) => {
                    let kind = Problem::from(fault).kind();
                    assert_eq!(kind, ProblemKind::Contended, "not the callers' fault");
                    answers.busy.fetch_add(1, SeqCst);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(other) => panic!("{other:?}"),
            }
        }
        answers.done.fetch_add(1, SeqCst);
    }
}

async fn into_one_wallet(name: &str, table: Arc<Table>, callers: usize) {
    let money = vec![1_000; callers + 1];
    let purse = Arc::new(Purse::with(table, &money).await);
    let answers = Arc::new(Answers::default());
    let begun = clock::now();
    let calls = (1..=callers).map(|from| {
        let count = TRANSFERS / callers;
        tokio::spawn(call(Arc::clone(&purse), from, count, Arc::clone(&answers)))
    });
    join_all(calls).await.into_iter().for_each(|call| call.unwrap());
    let took = clock::now().ms_since(begun).max(1);
    let (done, busy) = (answers.done.load(SeqCst), answers.busy.load(SeqCst));
    let wallet = AccountId::Wallet(purse.wallets[0]);
    let balance = purse.accounts(&[wallet]).await[&wallet].balance.posted;
    assert_eq!(balance, 1_000 + i64::try_from(done).unwrap(), "each arrived once");
    let rate = i64::try_from(done).unwrap() * 1_000 / took;
    let share = busy * 100 / (done + busy);
    eprintln!(
        "{name}: {callers} callers into one wallet: {rate} transfers a second, {share} % of answers \
         429 (503 before contention was told apart), 0 % 5xx"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_busy_wallet_is_told_apart_from_a_fault_at_ten_milliseconds_a_trip() {
    for callers in [1, 10, 60] {
        let table = Arc::new(Table::Memory(Memory::far_away(TRIP)));
        into_one_wallet("10 ms a trip", table, callers).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_busy_wallet_is_told_apart_from_a_fault_on_an_embedded_table() {
    for callers in [1, 10, 60] {
        into_one_wallet("embedded DynamoDB", backend::dynoxide().await, callers).await;
    }
}
