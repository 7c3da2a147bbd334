//! Whoever asks for new payments again and again misses none.

use super::{fixture, on_every_table};
use crate::random::Random;
use futures_util::future::join_all;
use shared::{
    app::clock,
    model::{Id, Scope, Time, id::PaymentIntentId, payment_intent::PaymentIntent},
    store::{
        Table, Write, intent,
        intent::IntentFilter,
        list::{LISTED_WITHIN_S, Slice},
    },
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

on_every_table!(a_poller_that_goes_back_a_minute_misses_none_of_757_payments);

const PAYMENTS: usize = 757;
const HANDS: usize = 40;

/// The longest that a payment takes from its `created_at` to its commit here; a request may take as
/// long as the gateway waits, which the overlap covers too.
const MAX_LAG_MS: usize = 300;

/// A caller that remembers the newest payment it has seen, and asks from there on, so many seconds
/// back.
struct Poller {
    overlap_s: i64,
    newest: Time,
    seen: BTreeSet<PaymentIntentId>,
}

impl Poller {
    fn new(overlap_s: i64, begin: Time) -> Self {
        Self { overlap_s, newest: begin, seen: BTreeSet::new() }
    }

    async fn poll(&mut self, table: &Table, scope: Scope) {
        let from = self.newest.plus_seconds(-self.overlap_s);
        let until = clock::now().plus_seconds(60);
        let mut slice = Slice { before: None, from, until, limit: 100 };
        loop {
            let page = table.intents(scope, IntentFilter::default(), &slice, clock::now()).await;
            let page = page.unwrap();
            for payment in &page.entries {
                self.newest = self.newest.max(payment.created_at);
                self.seen.insert(payment.id);
            }
            match page.next {
                Some(next) => slice.before = Some(next),
                None => return,
            }
        }
    }
}

/// Makes its share of the payments: the id first, the commit a while later.
async fn make(table: &Table, scope: Scope, seed: u64, count: usize) -> Vec<PaymentIntentId> {
    let mut random = Random(seed);
    let mut made = Vec::new();
    for _ in 0..count {
        let now = clock::now();
        let payment = fixture::intent(scope, fixture::id_at(now), now);
        let id: PaymentIntentId = Id::mint(now, clock::random());
        let payment = PaymentIntent { id, created_at: id.minted_at(), ..payment };
        let lag = u64::try_from(random.below(MAX_LAG_MS)).unwrap();
        tokio::time::sleep(Duration::from_millis(lag)).await;
        table.commit(vec![Write::Insert(intent::to_item(&payment))]).await.unwrap();
        made.push(id);
    }
    made
}

async fn a_poller_that_goes_back_a_minute_misses_none_of_757_payments(table: Arc<Table>) {
    let scope = fixture::scope();
    let begin = clock::now();
    let (mut overlapping, mut naive) = (Poller::new(LISTED_WITHIN_S, begin), Poller::new(0, begin));
    let done = AtomicBool::new(false);
    let hands = async {
        let share = |hand: usize| PAYMENTS / HANDS + usize::from(hand < PAYMENTS % HANDS);
        let hands = (0..HANDS)
            .map(|hand| make(&table, scope, 1 + u64::try_from(hand).unwrap(), share(hand)));
        let made: BTreeSet<PaymentIntentId> = join_all(hands).await.into_iter().flatten().collect();
        done.store(true, SeqCst);
        made
    };
    let pollers = async {
        loop {
            let last = done.load(SeqCst);
            overlapping.poll(&table, scope).await;
            naive.poll(&table, scope).await;
            if last {
                return;
            }
            // A table in memory never waits, and the hands have to get on.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (made, ()) = tokio::join!(hands, pollers);
    assert_eq!(made.len(), PAYMENTS);
    eprintln!(
        "of {PAYMENTS} payments a poller misses {} without an overlap, and {} with one of {} s",
        made.difference(&naive.seen).count(),
        made.difference(&overlapping.seen).count(),
        LISTED_WITHIN_S
    );
    assert_eq!(overlapping.seen, made);
}

/// No request that makes a payment is served longer than the overlap.
#[test]
fn nothing_is_made_later_than_the_overlap_allows() {
    let gateway_s = 29;
    assert!(LISTED_WITHIN_S >= 2 * gateway_s);
}
