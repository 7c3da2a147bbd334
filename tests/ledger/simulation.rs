//! Thousands of lives of wallets at random, in the product and in the model.
//!
//! `PAYLINK_SEED=7 cargo test -p tests random_lives_of_wallets` replays one of them on both tables;
//! `PAYLINK_SEQUENCES=1000000` lives more.

use super::life::Life;
use crate::store::backend;
use shared::store::Table;
use std::{
    collections::BTreeMap,
    env,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

/// Lives in memory, and those that are lived on an embedded DynamoDB as well.
const SEQUENCES: u64 = 10_000;
const SEQUENCES_ON_DYNOXIDE: u64 = 150;

/// More than there are cores: a step that is tried again waits first.
const THREADS: usize = 8;

type Ends = BTreeMap<&'static str, usize>;

/// Says which seed broke a promise.
struct Replay(u64);

impl Drop for Replay {
    fn drop(&mut self) {
        if thread::panicking() {
            let seed = self.0;
            eprintln!("PAYLINK_SEED={seed} cargo test -p tests random_lives_of_wallets");
        }
    }
}

async fn live(seed: u64, table: Arc<Table>) -> (Ends, Vec<String>) {
    let _replay = Replay(seed);
    let mut life = Life::new(seed, table).await;
    let ends = life.live().await;
    (ends, std::mem::take(&mut life.trace))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn in_memory(seed: u64) -> (Ends, Vec<String>) {
    runtime().block_on(live(seed, backend::memory()))
}

/// The seeds to live, and whether one was asked for.
fn seeds(usual: u64) -> (std::ops::Range<u64>, bool) {
    let number = |name| env::var(name).ok().map(|text| text.parse::<u64>().expect(name));
    match number("PAYLINK_SEED") {
        Some(seed) => (seed..seed + 1, true),
        None => (0..number("PAYLINK_SEQUENCES").unwrap_or(usual), false),
    }
}

#[test]
fn random_lives_of_wallets_go_as_the_model_says() {
    let (seeds, replayed) = seeds(SEQUENCES);
    let next = Arc::new(AtomicU64::new(seeds.start));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (next, end) = (Arc::clone(&next), seeds.end);
            thread::spawn(move || {
                let mut ends = Ends::new();
                let seeds = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)));
                for seed in seeds.take_while(|seed| *seed < end) {
                    let (life, trace) = in_memory(seed);
                    if replayed {
                        eprintln!("{}", trace.join("\n"));
                    }
                    life.into_iter().for_each(|(end, n)| *ends.entry(end).or_default() += n);
                }
                ends
            })
        })
        .collect();
    let mut ends = Ends::new();
    for thread in threads {
        let found = thread.join().expect("see above for the seed");
        found.into_iter().for_each(|(end, n)| *ends.entry(end).or_default() += n);
    }
    eprintln!("{} lives end like this: {ends:?}", seeds.end - seeds.start);
    if !replayed {
        for end in ["succeeded", "settled", "failed", "expired", "canceled", "in debt"] {
            let count = ends.get(end).copied().unwrap_or(0);
            assert!(count > 20, "the lives are varied: {count} {end}");
        }
    }
}

#[test]
fn random_lives_of_wallets_are_the_same_in_memory_and_on_dynoxide() {
    let (seeds, _) = seeds(SEQUENCES_ON_DYNOXIDE);
    let seeds = seeds.start..seeds.end.min(seeds.start + SEQUENCES_ON_DYNOXIDE);
    let halves = [0, 1].map(|half| {
        let seeds = seeds.clone();
        thread::spawn(move || {
            let runtime = runtime();
            let table = runtime.block_on(backend::dynoxide());
            for seed in seeds.filter(|seed| seed % 2 == half) {
                let there = runtime.block_on(live(seed, Arc::clone(&table)));
                assert_eq!(in_memory(seed), there, "seed {seed}");
            }
        })
    });
    for half in halves {
        half.join().expect("see above for the seed");
    }
}
