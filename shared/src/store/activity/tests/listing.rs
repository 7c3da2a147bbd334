//! Entries are kept, and read page by page.

use super::{super::*, world::ada};
use crate::{
    model::{Time, activity::ActivityAction, id::Id},
    store::{
        memory::Memory,
        tests::{now, scope},
    },
};
use futures_util::FutureExt;

/// The contract of the links surface: a page is filled as far as 5,000 rows allow, and goes on.
#[test]
fn a_filtered_page_looks_at_five_thousand_rows_and_the_next_one_goes_on_right_there() {
    let store = Table::Memory(Memory::default());
    let entry = |n: u32| {
        let wanted = [10, 4_999, 5_000, 7_000].contains(&n);
        let action =
            if wanted { ActivityAction::RefundCreated } else { ActivityAction::ProductCreated };
        // The newest is number one.
        let at = now().plus_seconds(10_000 - i64::from(n));
        let [.., a, b] = n.to_be_bytes();
        Activity {
            id: Id::mint(at, [a, b, 0, 0, 0, 0, 0, 0, 0, 0]),
            scope: scope(),
            at,
            actor: ada(),
            name: None,
            action,
            object: n.to_string(),
            changes: Vec::new(),
        }
    };
    let all: Vec<Write> = (1..=7_500).map(|n| Write::Insert(to_item(&entry(n)))).collect();
    for some in all.chunks(50) {
        store.commit(some.to_vec()).now_or_never().unwrap().unwrap();
    }
    let page = |before| {
        let slice = Slice { before, from: now(), until: now().plus_days(1), limit: 25 };
        let refunds = |entry: &Activity| entry.action == ActivityAction::RefundCreated;
        let page = store.activity(scope(), &slice, refunds).now_or_never().unwrap().unwrap();
        let objects: Vec<String> = page.entries.into_iter().map(|entry| entry.object).collect();
        (objects, page.next)
    };
    let (first, next) = page(None);
    assert_eq!((first, next.is_some()), (["10", "4999", "5000"].map(str::to_owned).to_vec(), true));
    assert_eq!(page(next), (vec!["7000".to_owned()], None));
}

#[test]
fn entries_are_kept_once_and_listed_newest_first_page_by_page() {
    let store = Table::Memory(Memory::default());
    let entry = |n: u8| {
        let at = now().plus_days(i64::from(n) * 40);
        let action = if n.is_multiple_of(2) {
            ActivityAction::RefundCreated
        } else {
            ActivityAction::ProductCreated
        };
        Activity {
            id: Id::mint(at, [n; 10]),
            scope: scope(),
            at,
            actor: ada(),
            name: Some("Ada".into()),
            action,
            object: format!("RF{n}"),
            changes: vec![FieldChange::unsaid("metadata")],
        }
    };
    let all: Vec<Activity> = (0..6).map(entry).collect();
    for one in all.iter().chain(&all[..2]) {
        store.keep_activity(one).now_or_never().unwrap().unwrap();
    }
    assert!(store.has_activity(&all[0]).now_or_never().unwrap().unwrap(), "it is there");
    let page = |before, wanted: &dyn Fn(&Activity) -> bool| {
        let slice = Slice { before, from: now(), until: now().plus_days(300), limit: 2 };
        store.activity(scope(), &slice, wanted).now_or_never().unwrap().unwrap()
    };
    let mut found = Vec::new();
    let mut next = None;
    loop {
        let part = page(next, &|_| true);
        assert!(part.entries.len() <= 2);
        found.extend(part.entries);
        next = part.next;
        if next.is_none() {
            break;
        }
    }
    let newest_first: Vec<Activity> = all.iter().rev().cloned().collect();
    assert_eq!(found, newest_first);
    let refunds = page(None, &|entry| entry.action == ActivityAction::RefundCreated);
    let objects: Vec<&str> = refunds.entries.iter().map(|entry| entry.object.as_str()).collect();
    assert_eq!(objects, ["RF4", "RF2"], "a page is filled");
    let other = crate::model::Scope { mode: crate::model::Mode::Live, ..scope() };
    let slice = Slice { before: None, from: now(), until: now().plus_days(300), limit: 9 };
    let live = store.activity(other, &slice, |_| true).now_or_never().unwrap().unwrap();
    assert_eq!(live.entries, [], "of the other mode");
    let forgotten = to_item(&all[0]).number::<i64>("ttl").unwrap();
    assert_eq!(forgotten, Time::plus_days(now(), 400).seconds());
}
