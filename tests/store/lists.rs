//! Lists, pages and cursors; and that nobody finds anything of anybody else.

use super::{fixture, on_every_table};
use futures_util::future::try_join_all;
use shared::{
    model::{
        Mode, Scope, Time,
        id::PaymentIntentId,
        payment_intent::{PaymentIntent, StatusName, TokenHome},
    },
    store::{
        self, Consistency, Index, Item, Key, Query, Table, Write,
        intent::{IntentFilter, Reserved},
        list::Slice,
    },
};
use std::sync::Arc;

on_every_table!(
    a_query_takes_a_range_with_both_ends_in_either_order,
    a_query_takes_no_more_than_its_limit_and_says_that_there_is_more,
    a_range_that_ends_before_it_starts_holds_nothing,
    a_query_of_large_items_is_not_cut_short,
    the_index_holds_items_with_index_keys_as_they_are_now,
    intents_are_listed_newest_first_over_months_and_years,
    a_list_with_a_gap_of_years_goes_on_after_it,
    a_list_keeps_to_its_times_to_the_millisecond,
    a_list_whose_end_lies_before_its_start_is_empty,
    intents_of_a_customer_are_listed_from_the_index,
    a_filter_by_status_goes_by_the_clock,
    ten_matches_among_three_hundred_payments_come_on_one_page,
    a_filter_that_matches_nothing_ends_after_two_thousand_records,
    customers_are_listed_newest_first,
    other_tenants_and_the_other_mode_find_nothing,
);

fn query(pk: &str, from: &str, to: &str) -> Query {
    Query {
        index: None,
        pk: pk.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        consistency: Consistency::Strong,
        oldest_first: true,
        limit: 100,
    }
}

async fn insert(table: &Table, items: impl IntoIterator<Item = Item>) {
    let writes = items.into_iter().map(|item| table.commit(vec![Write::Insert(item)]));
    try_join_all(writes).await.unwrap();
}

/// A partition with these sort keys.
async fn partition(table: &Table, places: &[&str]) -> String {
    let Key { pk, .. } = fixture::key("")();
    let key = |sk: &&str| Key { pk: pk.clone(), sk: (*sk).to_owned() };
    insert(table, places.iter().map(key).map(|key| fixture::item(&key))).await;
    pk
}

fn places(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.text("sk").unwrap()).collect()
}

async fn a_query_takes_a_range_with_both_ends_in_either_order(table: Arc<Table>) {
    let pk = partition(&table, &["c", "a", "d", "b", "e", "bb"]).await;
    let page = table.query(query(&pk, "b", "d")).await.unwrap();
    assert_eq!(places(&page.items), ["b", "bb", "c", "d"]);
    assert!(!page.more);
    let newest = Query { oldest_first: false, ..query(&pk, "b", "d") };
    assert_eq!(places(&table.query(newest).await.unwrap().items), ["d", "c", "bb", "b"]);
    assert_eq!(table.query(query(&pk, "f", "z")).await.unwrap().items, []);
    assert_eq!(table.query(query("test#nothing", "a", "z")).await.unwrap().items, []);
}

async fn a_query_takes_no_more_than_its_limit_and_says_that_there_is_more(table: Arc<Table>) {
    let pk = partition(&table, &["a", "b", "c", "d"]).await;
    let three = Query { limit: 3, ..query(&pk, "a", "z") };
    let page = table.query(three.clone()).await.unwrap();
    assert_eq!(places(&page.items), ["a", "b", "c"]);
    assert!(page.more);
    let page = table.query(Query { oldest_first: false, ..three }).await.unwrap();
    assert_eq!(places(&page.items), ["d", "c", "b"]);
    let five = Query { limit: 5, ..query(&pk, "a", "z") };
    let page = table.query(five).await.unwrap();
    assert_eq!((page.items.len(), page.more), (4, false));
}

async fn a_range_that_ends_before_it_starts_holds_nothing(table: Arc<Table>) {
    let pk = partition(&table, &["a", "b"]).await;
    let page = table.query(query(&pk, "b", "a")).await.unwrap();
    assert_eq!((page.items, page.more), (vec![], false));
}

/// DynamoDB reads at most 1 MB at once, whatever the limit says.
async fn a_query_of_large_items_is_not_cut_short(table: Arc<Table>) {
    let Key { pk, .. } = fixture::key("")();
    let item = |n: i64| {
        let key = Key { pk: pk.clone(), sk: format!("{n:02}") };
        fixture::item(&key).with("text", "x".repeat(60_000))
    };
    insert(&table, (0..40).map(item)).await;
    let page = table.query(query(&pk, "00", "99")).await.unwrap();
    assert_eq!((page.items.len(), page.more), (40, false));
    let page = table.query(Query { limit: 30, ..query(&pk, "00", "99") }).await.unwrap();
    assert_eq!((page.items.len(), page.more), (30, true));
}

async fn the_index_holds_items_with_index_keys_as_they_are_now(table: Arc<Table>) {
    let Key { pk, .. } = fixture::key("")();
    let here = format!("{pk}#here");
    let item = |n: i64| fixture::item(&Key { pk: pk.clone(), sk: n.to_string() });
    let indexed = |n: i64, place: &str| item(n).with("gsi1pk", here.as_str()).with("gsi1sk", place);
    insert(&table, [item(0), indexed(1, "z"), indexed(2, "y"), indexed(3, "x")]).await;
    let index = Query { index: Some(Index::First), ..query(&here, "a", "z") };
    let page = table.query(index.clone()).await.unwrap();
    assert_eq!(page.items, [indexed(3, "x"), indexed(2, "y"), indexed(1, "z")]);
    let moved = indexed(3, "zz").with("v", 2_i64);
    table.commit(vec![Write::Replace { item: moved, version: 1 }]).await.unwrap();
    let left = item(2).with("v", 2_i64);
    table.commit(vec![Write::Replace { item: left, version: 1 }]).await.unwrap();
    let page = table.query(index).await.unwrap();
    assert_eq!(page.items, [indexed(1, "z")]);
}

fn time(text: &str) -> Time {
    Time::parse(text).unwrap()
}

/// A whole list from the tenant's beginning, page by page.
fn slice(limit: u32) -> Slice {
    Slice {
        before: None,
        from: time("2089-06-01T00:00:00Z"),
        until: time("2091-01-01T00:00:00Z"),
        limit,
    }
}

const ALL: IntentFilter = IntentFilter { customer: None, wallet: None, statuses: None, kind: None };

/// Every page of a list of intents.
async fn pages(
    table: &Table,
    scope: Scope,
    filter: IntentFilter,
    mut slice: Slice,
) -> Vec<Vec<PaymentIntentId>> {
    let mut pages = Vec::new();
    loop {
        let page = table.intents(scope, filter, &slice, fixture::someday()).await.unwrap();
        pages.push(page.entries.iter().map(|intent| intent.id).collect());
        assert!(pages.len() < 50, "the list comes to an end");
        match page.next {
            Some(next) => slice.before = Some(next),
            None => return pages,
        }
    }
}

/// Intents made at these times, newest first.
async fn made(table: &Table, scope: Scope, times: &[&str]) -> Vec<PaymentIntentId> {
    let customer = fixture::id_at(fixture::someday());
    let intents: Vec<PaymentIntent> =
        times.iter().map(|at| fixture::intent(scope, customer, time(at))).collect();
    insert(table, intents.iter().map(store::intent::to_item)).await;
    let mut ids: Vec<PaymentIntentId> = intents.iter().map(|intent| intent.id).collect();
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids
}

async fn intents_are_listed_newest_first_over_months_and_years(table: Arc<Table>) {
    let scope = fixture::scope();
    let times = [
        "2089-10-31T23:59:59.999Z",
        "2089-11-01T00:00:00Z",
        "2089-12-31T23:59:59.998Z",
        "2089-12-31T23:59:59.999Z",
        "2090-01-01T00:00:00Z",
        "2090-01-31T12:00:00Z",
        "2090-03-01T00:00:00Z",
    ];
    let ids = made(&table, scope, &times).await;
    for limit in [1, 2, 3, 6, 7, 8, 100] {
        let pages = pages(&table, scope, ALL, slice(limit)).await;
        assert_eq!(pages.concat(), ids, "pages of {limit}");
        let wanted = usize::try_from(limit).unwrap();
        let full = pages.iter().rev().skip(1).all(|page| page.len() == wanted);
        assert!(full, "only the last page of {limit} is short: {pages:?}");
    }
}

async fn a_list_with_a_gap_of_years_goes_on_after_it(table: Arc<Table>) {
    let scope = fixture::scope();
    let times = ["2082-01-01T00:00:00Z", "2083-05-31T23:59:59.999Z", "2090-06-01T00:00:00Z"];
    let ids = made(&table, scope, &times).await;
    let years = |limit| Slice { from: time("2081-01-01T00:00:00Z"), ..slice(limit) };
    for limit in [1, 2, 3, 100] {
        assert_eq!(pages(&table, scope, ALL, years(limit)).await.concat(), ids, "{limit}");
    }
    let nobody = pages(&table, fixture::scope(), ALL, years(100)).await;
    assert_eq!(nobody.concat(), []);
}

async fn a_list_keeps_to_its_times_to_the_millisecond(table: Arc<Table>) {
    let scope = fixture::scope();
    let times = [
        "2090-03-01T00:00:00.000Z",
        "2090-03-01T00:00:00.001Z",
        "2090-03-01T00:00:00.002Z",
        "2090-03-01T00:00:00.003Z",
    ];
    let ids = made(&table, scope, &times).await;
    let between = Slice { from: time(times[1]), until: time(times[2]), ..slice(100) };
    assert_eq!(pages(&table, scope, ALL, between.clone()).await.concat(), ids[1..3]);
    let by_one = pages(&table, scope, ALL, Slice { limit: 1, ..between }).await;
    assert_eq!(by_one, [[ids[1]], [ids[2]]]);
}

async fn a_list_whose_end_lies_before_its_start_is_empty(table: Arc<Table>) {
    let scope = fixture::scope();
    let customer = fixture::id_at(fixture::someday());
    let backwards = Slice {
        from: time("2090-03-21T00:00:00Z"),
        until: time("2090-03-02T00:00:00Z"),
        ..slice(10)
    };
    for filter in [ALL, IntentFilter { customer: Some(customer), ..ALL }] {
        assert_eq!(pages(&table, scope, filter, backwards.clone()).await.concat(), []);
    }
}

async fn intents_of_a_customer_are_listed_from_the_index(table: Arc<Table>) {
    let scope = fixture::scope();
    let [ada, bob] = [(); 2].map(|()| fixture::id_at(fixture::someday()));
    let at = |n: i64| fixture::someday().plus_days(-n * 20);
    let of_ada: Vec<PaymentIntent> = (0..5).map(|n| fixture::intent(scope, ada, at(n))).collect();
    let of_bob: Vec<PaymentIntent> = (0..3).map(|n| fixture::intent(scope, bob, at(n))).collect();
    insert(&table, of_ada.iter().chain(&of_bob).map(store::intent::to_item)).await;
    for (customer, intents) in [(ada, of_ada), (bob, of_bob)] {
        let filter = IntentFilter { customer: Some(customer), ..ALL };
        let ids: Vec<PaymentIntentId> = intents.iter().map(|intent| intent.id).collect();
        for limit in [1, 2, 100] {
            assert_eq!(pages(&table, scope, filter, slice(limit)).await.concat(), ids);
        }
    }
}

async fn a_filter_by_status_goes_by_the_clock(table: Arc<Table>) {
    let scope = fixture::scope();
    let customer = fixture::id_at(fixture::someday());
    let at = fixture::someday();
    let intents = [
        fixture::intent(scope, customer, at.plus_seconds(-60)),
        fixture::in_status(
            fixture::intent(scope, customer, at.plus_seconds(-120)),
            StatusName::Succeeded,
        ),
        // Pending in the table, over by the clock.
        fixture::intent(scope, customer, at.plus_seconds(-601)),
        fixture::intent(scope, customer, at.plus_seconds(-600)),
        fixture::intent(scope, customer, at.plus_seconds(-599)),
    ];
    insert(&table, intents.iter().map(store::intent::to_item)).await;
    let with = |statuses| IntentFilter { statuses: Some(statuses), ..IntentFilter::default() };
    let ids = |places: &[usize]| places.iter().map(|n| intents[*n].id).collect::<Vec<_>>();
    let pending = pages(&table, scope, with(&[StatusName::Pending]), slice(2)).await;
    assert_eq!(pending, [ids(&[0, 4])]);
    let expired = pages(&table, scope, with(&[StatusName::Expired]), slice(100)).await;
    assert_eq!(expired, [ids(&[3, 2])]);
    let of_customer = IntentFilter {
        customer: Some(customer),
        statuses: Some(&[StatusName::Succeeded, StatusName::Failed]),
        ..IntentFilter::default()
    };
    assert_eq!(pages(&table, scope, of_customer, slice(100)).await, [ids(&[1])]);
}

/// Payments a minute apart, newest first, of which every `nth` has succeeded.
async fn every_nth_succeeded(table: &Table, scope: Scope, count: i64, nth: i64) {
    let customer = fixture::id_at(fixture::someday());
    let intents = (0..count).map(|n| {
        let intent = fixture::intent(scope, customer, fixture::someday().plus_seconds(-60 * n));
        let hit = n % nth == nth - 1;
        if hit { fixture::in_status(intent, StatusName::Succeeded) } else { intent }
    });
    let items: Vec<Item> = intents.map(|intent| store::intent::to_item(&intent)).collect();
    for items in items.chunks(50) {
        insert(table, items.iter().cloned()).await;
    }
}

const SUCCEEDED: IntentFilter = IntentFilter { statuses: Some(&[StatusName::Succeeded]), ..ALL };

async fn ten_matches_among_three_hundred_payments_come_on_one_page(table: Arc<Table>) {
    let scope = fixture::scope();
    every_nth_succeeded(&table, scope, 300, 30).await;
    let sizes = |pages: Vec<Vec<PaymentIntentId>>| pages.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(sizes(pages(&table, scope, SUCCEEDED, slice(10)).await), [10]);
    assert_eq!(sizes(pages(&table, scope, SUCCEEDED, slice(4)).await), [4, 4, 2]);
    let found = pages(&table, scope, SUCCEEDED, slice(4)).await.concat();
    assert_eq!(found, pages(&table, scope, SUCCEEDED, slice(100)).await.concat());
    let customer = table.intents(scope, ALL, &slice(1), fixture::someday()).await.unwrap();
    let of_customer = IntentFilter { customer: customer.entries[0].customer, ..SUCCEEDED };
    assert_eq!(sizes(pages(&table, scope, of_customer, slice(10)).await), [10]);
}

async fn a_filter_that_matches_nothing_ends_after_two_thousand_records(table: Arc<Table>) {
    let scope = fixture::scope();
    every_nth_succeeded(&table, scope, 2_100, 2_050).await;
    let first = table.intents(scope, SUCCEEDED, &slice(25), fixture::someday()).await.unwrap();
    assert_eq!((first.entries.len(), first.next.is_some()), (0, true));
    let next = Slice { before: first.next, ..slice(25) };
    let second = table.intents(scope, SUCCEEDED, &next, fixture::someday()).await.unwrap();
    assert_eq!((second.entries.len(), second.next), (1, None));
}

async fn customers_are_listed_newest_first(table: Arc<Table>) {
    let scope = fixture::scope();
    let at = |n: i64| fixture::someday().plus_days(-n * 25);
    let customers: Vec<_> = (0..4).map(|n| fixture::customer(scope, at(n))).collect();
    for customer in &customers {
        table.commit(store::customer::insert(customer).to_vec()).await.unwrap();
    }
    let first = table.customers(scope, &slice(3)).await.unwrap();
    assert_eq!(first.entries, customers[..3]);
    let rest = Slice { before: first.next, ..slice(3) };
    let rest = table.customers(scope, &rest).await.unwrap();
    assert_eq!((rest.entries.as_slice(), rest.next), (&customers[3..], None));
}

async fn other_tenants_and_the_other_mode_find_nothing(table: Arc<Table>) {
    let scope = fixture::scope();
    let at = fixture::someday();
    let customer = fixture::customer(scope, at);
    let intent = fixture::intent(scope, customer.id, at);
    table.commit(store::tenant::insert(&fixture::setup(scope)).to_vec()).await.unwrap();
    table.commit(store::customer::insert(&customer).to_vec()).await.unwrap();
    table.commit(vec![store::intent::insert(&intent)]).await.unwrap();
    let live = Scope { mode: Mode::Live, ..scope };
    for (whose, found) in [(scope, true), (fixture::scope(), false), (live, false)] {
        for consistency in [Consistency::Eventual, Consistency::Strong] {
            let read = table.intent(whose, intent.id, consistency).await.unwrap();
            assert_eq!(read.is_some(), found);
            let read = table.customer(whose, customer.id, consistency).await.unwrap();
            assert_eq!(read.is_some(), found);
        }
        assert_eq!(table.setup(whose).await.unwrap().is_some(), found);
        let count = usize::from(found);
        let listed = table.customers(whose, &slice(100)).await.unwrap();
        assert_eq!(listed.entries.len(), count);
        for customer in [None, Some(customer.id)] {
            let filter = IntentFilter { customer, ..ALL };
            assert_eq!(pages(&table, whose, filter, slice(100)).await.concat().len(), count);
        }
        if !found {
            let attempt = fixture::attempt(at);
            let reserved =
                table.reserve(whose, intent.id, attempt, TokenHome::own("simulator"), at).await;
            assert!(matches!(reserved.unwrap(), Reserved::Missing));
        }
    }
    let untouched = table.intent(scope, intent.id, Consistency::Strong).await.unwrap();
    assert_eq!(untouched, Some(intent));
}
