//! How many transfers one CPU-second makes in the in-process store, and how often hands that want
//! the same wallets have to try again.
//!
//! `cargo bench -p tests --bench transfers`
#![allow(dead_code, reason = "shares its wallets with the tests")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::disallowed_types,
    reason = "a benchmark, as tests"
)]

#[path = "../clock.rs"]
mod clock;
#[path = "../store/fixture.rs"]
mod fixture;
#[path = "../store/purse.rs"]
mod purse;
#[path = "../random.rs"]
mod random;

use purse::Purse;
use random::Random;
use shared::{
    operations::engine::PaymentFault,
    store::{Error, Table, memory::Memory},
};
use std::sync::Arc;

/// Transfers per row.
const TRANSFERS: usize = 20_000;

/// Hands at work, on so many threads.
const HANDS: usize = 32;
const THREADS: usize = 4;

/// Seconds of CPU this process has used, from the kernel's hundredths.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let ticks = |place: usize| fields[place].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

/// One hand; answers how often it was told that too many want the same wallets.
async fn work(purse: Arc<Purse>, seed: u64) -> usize {
    let (mut random, wallets) = (Random(seed), purse.wallets.len());
    let mut contended = 0;
    for _ in 0..TRANSFERS / HANDS {
        let from = random.below(wallets);
        let to = (from + 1 + random.below(wallets - 1)) % wallets;
        let new = purse.transfer(from, to, random.up_to(10));
        loop {
            match purse.pay(&new).await {
                Ok(_) => break,
                Err(PaymentFault::Store(Error::Contended)) => contended += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
    }
    contended
}

async fn measure(wallets: usize) {
    let table = Arc::new(Table::Memory(Memory::default()));
    let purse = Arc::new(Purse::with(table, &vec![100_000_000; wallets]).await);
    purse.table.meter().take();
    let before = cpu_s();
    let hands = (0..HANDS as u64).map(|seed| tokio::spawn(work(Arc::clone(&purse), seed)));
    let mut contended = 0;
    for hand in hands.collect::<Vec<_>>() {
        contended += hand.await.unwrap();
    }
    let cpu = cpu_s() - before;
    // Each try is one read and one commit.
    let tries = purse.table.meter().take().calls / 2;
    let done = (TRANSFERS / HANDS * HANDS) as f64;
    eprintln!(
        "{wallets:>11} | {:>22.0} | {:>21.4} | {contended:>13}",
        done / cpu,
        (tries as f64 - done) / done
    );
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_time()
        .build()
        .unwrap();
    eprintln!("{TRANSFERS} transfers by {HANDS} hands on {THREADS} threads");
    eprintln!("hot wallets | transfers/CPU-second | conflicts per success | answered 429");
    for wallets in [2, 10, 1_000] {
        runtime.block_on(measure(wallets));
    }
}
