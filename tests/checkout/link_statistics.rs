//! Statistics of links: counted twice, half, late, out of order, and by several workers at once.

use super::link_world::{BAD, CHALLENGE, Crash, GOOD, World};
use crate::{
    random::Random,
    store::{backend, on_own_tables},
};
use shared::{
    model::{Currency, date::Date, id::PaymentLinkId, link_figures::LinkFigures, password::Pepper},
    operations::{
        search::SearchKeys,
        statistics::{self, DayRange, Days, RecountWish},
    },
    store::{Consistency, Table, key},
};
use std::{sync::Arc, time::Duration};

on_own_tables!(
    hard_case_47_the_same_message_five_times_late_and_in_wrong_order_gives_the_same_numbers,
    workers_at_once_and_workers_that_stop_half_way_end_in_the_same_numbers,
    a_recount_mends_what_was_lost_and_finds_nothing_the_second_time,
    a_conversion_counts_what_buyers_started_and_never_passes_one,
);

/// A link with a decline, two payments, a challenge that nobody answers, and a part that went back.
async fn sold(table: Arc<Table>) -> (World, PaymentLinkId) {
    let mut random = Random(7);
    World::set_clock("2026-03-28T21:30:00Z", 7);
    let mut world = World::over(table, "Europe/Berlin").await;
    let link = world.create(None, None, &mut random).await;
    let [first, second, third] = [
        world.start(link).await.unwrap(),
        world.start(link).await.unwrap(),
        world.start(link).await.unwrap(),
    ];
    let bad = world.card(first, BAD);
    world.submit(first, &bad, Crash::Never).await.unwrap();
    let good = world.card(first, GOOD);
    world.submit(first, &good, Crash::Never).await.unwrap();
    world.pass(2 * 3600 + 1800);
    // Midnight has passed in Berlin, and clocks have not been put forward yet.
    let late = world.start(link).await.unwrap();
    let good = world.card(late, GOOD);
    world.submit(late, &good, Crash::Never).await.unwrap();
    let asked = world.card(third, CHALLENGE);
    assert!(world.submit(third, &asked, Crash::Never).await.is_err(), "its session is over");
    world.refund(first, 500).await.unwrap();
    world.expire(second).await;
    (world, link)
}

async fn day(world: &World, link: Option<PaymentLinkId>, date: &str) -> LinkFigures {
    let date: Date = date.parse().unwrap();
    let key = match link {
        Some(link) => key::counted_day(world.scope, Some(link), date),
        None => key::counted_day_of_all(world.scope, date),
    };
    let kept = world.table.figures(&[key], Consistency::Strong).await.unwrap();
    kept[0].figures.clone()
}

async fn numbers_are_right(world: &World, link: PaymentLinkId) {
    for whose in [Some(link), None] {
        let evening = day(world, whose, "2026-03-28").await;
        assert_eq!((evening.starts, evening.attempted, evening.paid), (3, 1, 1), "{evening:?}");
        assert_eq!(evening.declines, [("card_declined".to_owned(), 1)].into());
        assert_eq!(evening.revenue(), [(Currency::USD, 2_000)].into());
        let night = day(world, whose, "2026-03-29").await;
        assert_eq!((night.starts, night.attempted, night.paid), (1, 1, 1), "{night:?}");
        assert_eq!(night.revenue(), [(Currency::USD, 1_500)].into());
    }
    let found = world.table.payment_link(link, Consistency::Strong).await.unwrap().unwrap();
    let row = world.table.link_row(&found).await.unwrap().unwrap().figures.unwrap();
    assert_eq!((row.starts, row.paid, row.failed_attempts), (4, 2, 1));
    assert_eq!(row.conversion().as_deref(), Some("0.5000"));
    assert_eq!(row.revenue(), [(Currency::USD, 3_500)].into());
}

async fn hard_case_47_the_same_message_five_times_late_and_in_wrong_order_gives_the_same_numbers(
    table: Arc<Table>,
) {
    let (mut world, link) = sold(table).await;
    let mut messages = world.waiting();
    let day_later = world.now().plus_days(1);
    messages.reverse();
    for _ in 0..5 {
        for one in &messages {
            let told = statistics::count(&world.table, std::slice::from_ref(one), day_later).await;
            assert_eq!(told, [None]);
        }
    }
    numbers_are_right(&world, link).await;
    let nonsense = ["{}".to_owned(), messages[0].clone()];
    let told = statistics::count(&world.table, &nonsense, day_later).await;
    assert!(told[0].is_some() && told[1].is_none(), "only what is no message comes back: {told:?}");
}

async fn workers_at_once_and_workers_that_stop_half_way_end_in_the_same_numbers(table: Arc<Table>) {
    let (mut world, link) = sold(table).await;
    let (messages, now) = (world.waiting(), world.now());
    for micros in [200, 900, 2_000, 5_000] {
        let half = statistics::count(&world.table, &messages, now);
        let _ = tokio::time::timeout(Duration::from_micros(micros), half).await;
    }
    let workers = (0..4).map(|_| {
        let (table, messages) = (Arc::clone(&world.table), messages.clone());
        tokio::spawn(async move { statistics::count(&table, &messages, now).await })
    });
    let workers: Vec<_> = workers.collect();
    let mut failed = Vec::new();
    for worker in workers {
        let told = worker.await.unwrap();
        failed.extend(messages.iter().zip(told).filter_map(|(one, why)| why.map(|_| one.clone())));
    }
    // What the others got in the way of comes back from the queue.
    let told = statistics::count(&world.table, &failed, now).await;
    assert!(told.iter().all(Option::is_none), "{told:?}");
    numbers_are_right(&world, link).await;
}

async fn a_recount_mends_what_was_lost_and_finds_nothing_the_second_time(table: Arc<Table>) {
    let (world, link) = sold(table).await;
    let date = |text: &str| text.parse::<Date>().unwrap();
    let days = Some(DayRange { first: date("2026-03-28"), last: date("2026-03-29") });
    let wish = RecountWish { scope: Some(world.scope), days };
    let keys = SearchKeys::of(Pepper { number: 1, key: &[7; 32], older: &[] });
    let found = statistics::recount(&world.table, &keys, wish, world.now()).await.unwrap();
    assert_eq!((found.links, found.differences, found.unfinished), (2, 2, false));
    numbers_are_right(&world, link).await;
    let again = statistics::recount(&world.table, &keys, wish, world.now()).await.unwrap();
    assert_eq!(again.differences, 0);
    let old = Some(DayRange { first: date("2025-12-01"), last: date("2025-12-02") });
    let old = RecountWish { days: old, ..wish };
    let refused = statistics::recount(&world.table, &keys, old, world.now()).await.unwrap_err();
    assert!(format!("{refused:?}").contains("or later"), "{refused:?}");
}

/// Two sales without a start, and one whose start was the day before.
async fn a_conversion_counts_what_buyers_started_and_never_passes_one(table: Arc<Table>) {
    World::set_clock("2026-05-01T23:50:00Z", 9);
    let mut world = World::over(table, "UTC").await;
    let link = world.create(None, None, &mut Random(7)).await;
    let early = world.start(link).await.unwrap();
    world.pass(1_200);
    let mut visits = vec![early, world.start(link).await.unwrap()];
    for _ in 0..2 {
        visits.push(world.sell_by_key().await);
    }
    for visit in visits {
        let good = world.card(visit, GOOD);
        world.submit(visit, &good, Crash::Never).await.unwrap();
    }
    world.count_everything().await;
    for (whose, paid) in [(Some(link), 2), (None, 4)] {
        let before = day(&world, whose, "2026-05-01").await;
        assert_eq!((before.starts, before.paid), (1, 0));
        assert_eq!(before.conversion().as_deref(), Some("1.0000"), "it was paid in the end");
        let after = day(&world, whose, "2026-05-02").await;
        assert_eq!((after.starts, after.paid), (1, paid));
        assert_eq!(after.conversion().as_deref(), Some("1.0000"));
    }
}

#[tokio::test]
async fn a_report_has_every_day_and_as_many_before() {
    let (mut world, link) = sold(backend::memory()).await;
    world.count_everything().await;
    let organization = world.table.organization(world.scope, world.now()).await.unwrap();
    let date = |text: &str| Some(text.parse::<Date>().unwrap());
    let days = Days { from: date("2026-03-29"), to: date("2026-03-30") };
    let report = statistics::report(&world.table, &organization, Some(link), days, world.now());
    let report = report.await.unwrap();
    assert_eq!(report.days.iter().map(|(_, day)| day.paid).collect::<Vec<_>>(), [1, 0]);
    assert_eq!((report.totals.paid, report.previous.paid), (1, 1));
    assert_eq!(report.as_of, Some(world.now()));
}
