//! Transactions of shared links are listed by when they were started, and only from their first card
//! on: whoever polls the list goes back by the overlap that the API states, and misses none.

use super::{own_links, shop::Shop};
use crate::{random::Random, store::on_own_tables};
use shared::{
    app::clock,
    model::{
        Id, Time, checkout_session::SESSION_S, id::PaymentIntentId, transaction::TransactionFilter,
    },
    store::{
        Table,
        list::{Slice, TRANSACTION_LISTED_WITHIN_S},
    },
};
use std::{collections::BTreeSet, sync::Arc};

on_own_tables!(whoever_polls_transactions_misses_none_though_buyers_think_for_an_hour);

const VISITS: usize = 150;

/// A caller that remembers the newest transaction it has seen, and asks from there on, so many
/// seconds back.
struct Poller {
    overlap_s: i64,
    newest: Time,
    seen: BTreeSet<PaymentIntentId>,
}

impl Poller {
    async fn poll(&mut self, shop: &Shop, now: Time) {
        let from = self.newest.plus_seconds(-self.overlap_s);
        let mut slice = Slice { before: None, from, until: now.plus_seconds(60), limit: 100 };
        loop {
            let filter = TransactionFilter::default();
            let page = shop.table.transactions(shop.scope, &filter, &slice, now).await.unwrap();
            for found in &page.entries {
                self.newest = self.newest.max(found.intent.created_at);
                self.seen.insert(found.intent.id);
            }
            match page.next {
                Some(next) => slice.before = Some(next),
                None => return,
            }
        }
    }
}

async fn whoever_polls_transactions_misses_none_though_buyers_think_for_an_hour(table: Arc<Table>) {
    let shop = Shop::new(table);
    let mut random = Random(5);
    let link = own_links::shared_link(&shop, 1_000).await.id;
    let begin = clock::now();
    // Started over three hours, each submitted within its hour: one at the last moment.
    let mut submits = Vec::new();
    for n in 0..VISITS {
        let started = begin.plus_seconds(i64::try_from(n).unwrap() * 72);
        let visit =
            own_links::visit_as(&shop, link, Id::derive(started, clock::random()), SESSION_S).await;
        let thinks = i64::try_from(random.below(3_599_000)).unwrap();
        let thinks = if n == VISITS / 2 { SESSION_S * 1_000 - 1 } else { thinks };
        submits.push((started.plus_ms(thinks), visit));
    }
    submits.sort_unstable();
    let poller = |overlap_s| Poller { overlap_s, newest: begin, seen: BTreeSet::new() };
    let (mut stated, mut minute) = (poller(TRANSACTION_LISTED_WITHIN_S), poller(60));
    let mut minutes = 0;
    for (at, visit) in &submits {
        while begin.plus_seconds(minutes * 120) < *at {
            let now = begin.plus_seconds(minutes * 120);
            stated.poll(&shop, now).await;
            minute.poll(&shop, now).await;
            minutes += 1;
        }
        shop.reserved(*visit, &shop.good_token(*visit), *at).await;
    }
    let end = begin.plus_seconds(5 * 3_600);
    stated.poll(&shop, end).await;
    minute.poll(&shop, end).await;
    let made: BTreeSet<PaymentIntentId> = submits.into_iter().map(|(_, visit)| visit).collect();
    eprintln!(
        "of {VISITS} transactions a poller misses {} with an overlap of a minute, and {} with one of \
         {TRANSACTION_LISTED_WITHIN_S} s",
        made.difference(&minute.seen).count(),
        made.difference(&stated.seen).count(),
    );
    assert_eq!(stated.seen, made);
}
