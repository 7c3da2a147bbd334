//! Each kind of write, its guards, and commits of several.

use super::{fixture, on_every_table};
use futures_util::future::join_all;
use shared::store::{Consistency, Error, Guard, Item, Key, Result, Table, Update, Value, Write};
use std::sync::Arc;

on_every_table!(
    an_insert_creates_an_item_and_the_next_one_is_refused_with_what_is_there,
    the_same_insert_again_is_fine_and_another_one_is_not,
    of_many_inserts_at_once_one_wins,
    a_replacement_needs_the_version_it_replaces,
    the_same_replacement_again_is_fine_and_another_one_is_not,
    a_removal_needs_the_version_and_is_fine_again,
    an_update_changes_what_it_names_and_raises_the_version,
    an_update_aside_gets_in_nobodys_way,
    an_update_answers_the_item_as_it_is_right_after,
    an_update_of_a_missing_item_is_refused_without_an_old_one,
    appending_to_a_list_that_is_not_there_is_an_error,
    a_number_that_is_not_there_counts_as_zero,
    every_guard_means_the_same_in_every_table,
    a_refused_guard_comes_with_the_item_as_it_was,
    a_check_changes_nothing,
    a_commit_of_several_writes_all_of_them,
    a_refusal_of_one_write_undoes_the_others_and_names_it,
    a_commit_of_several_again_is_refused_at_its_first_write,
    of_many_commits_at_once_one_wins_whole,
    every_kind_of_value_comes_back_as_it_was_written,
    several_items_come_in_the_order_of_their_keys_with_gaps_for_missing_ones,
    any_number_of_items_comes_however_many_one_read_may_ask_for,
);

async fn read(table: &Table, key: &Key) -> Option<Item> {
    table.get(key, Consistency::Strong).await.unwrap()
}

async fn put(table: &Table, item: &Item) {
    table.commit(vec![Write::Insert(item.clone())]).await.unwrap();
}

fn replace(item: &Item, version: u64) -> Vec<Write> {
    vec![Write::Replace { item: item.clone(), version }]
}

/// Which write was refused, and what was there.
fn refusal<T: std::fmt::Debug>(result: Result<T>) -> (usize, Option<Item>) {
    match result {
        Err(Error::Refused { index, old }) => (index, old.map(|old| *old)),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

async fn an_insert_creates_an_item_and_the_next_one_is_refused_with_what_is_there(
    table: Arc<Table>,
) {
    let key = fixture::key("a")();
    let first = fixture::item(&key).with("name", "first");
    assert_eq!(read(&table, &key).await, None);
    put(&table, &first).await;
    let second = fixture::item(&key).with("name", "second");
    let refused = table.commit(vec![Write::Insert(second)]).await;
    assert_eq!(refusal(refused), (0, Some(first.clone())));
    assert_eq!(read(&table, &key).await, Some(first));
}

async fn the_same_insert_again_is_fine_and_another_one_is_not(table: Arc<Table>) {
    let key = fixture::key("a")();
    let item = fixture::item(&key).with("name", "first");
    put(&table, &item).await;
    put(&table, &item).await;
    let more = item.clone().with("more", true);
    assert_eq!(refusal(table.commit(vec![Write::Insert(more)]).await).0, 0);
    let moved_on = table.update(Update::of(key).set("name", "changed")).await.unwrap();
    let again = table.commit(vec![Write::Insert(item)]).await;
    assert_eq!(refusal(again), (0, Some(moved_on)));
}

async fn of_many_inserts_at_once_one_wins(table: Arc<Table>) {
    let key = fixture::key("a")();
    let items = (0..50_i64).map(|n| fixture::item(&key).with("n", n));
    let tasks = items.map(|item| {
        let table = Arc::clone(&table);
        tokio::spawn(async move { table.commit(vec![Write::Insert(item)]).await })
    });
    let results = join_all(tasks.collect::<Vec<_>>()).await;
    let won = results.into_iter().filter(|result| result.as_ref().unwrap().is_ok());
    assert_eq!(won.count(), 1);
}

async fn a_replacement_needs_the_version_it_replaces(table: Arc<Table>) {
    let key = fixture::key("a")();
    let first = fixture::item(&key).with("only", "once");
    assert_eq!(refusal(table.commit(replace(&first, 1)).await), (0, None));
    put(&table, &first).await;
    let second = fixture::item(&key).with("v", 2_i64);
    table.commit(replace(&second, 1)).await.unwrap();
    assert_eq!(read(&table, &key).await, Some(second.clone()));
    let third = fixture::item(&key).with("v", 3_i64);
    assert_eq!(refusal(table.commit(replace(&third, 1)).await), (0, Some(second)));
}

async fn the_same_replacement_again_is_fine_and_another_one_is_not(table: Arc<Table>) {
    let key = fixture::key("a")();
    put(&table, &fixture::item(&key)).await;
    let next = fixture::item(&key).with("v", 2_i64).with("name", "next");
    table.commit(replace(&next, 1)).await.unwrap();
    table.commit(replace(&next, 1)).await.unwrap();
    let other = fixture::item(&key).with("v", 2_i64).with("name", "other");
    assert_eq!(refusal(table.commit(replace(&other, 1)).await), (0, Some(next)));
}

async fn a_removal_needs_the_version_and_is_fine_again(table: Arc<Table>) {
    let key = fixture::key("a")();
    let item = fixture::item(&key);
    put(&table, &item).await;
    let remove = |version| vec![Write::Remove { key: key.clone(), version }];
    assert_eq!(refusal(table.commit(remove(2)).await), (0, Some(item)));
    table.commit(remove(1)).await.unwrap();
    assert_eq!(read(&table, &key).await, None);
    table.commit(remove(1)).await.unwrap();
}

async fn an_update_changes_what_it_names_and_raises_the_version(table: Arc<Table>) {
    let key = fixture::key("a")();
    let before = fixture::item(&key)
        .with("left", 5_i64)
        .with("list", Value::L(vec!["one".into()]))
        .with("gone", "soon")
        .with("stays", true);
    put(&table, &before).await;
    let update = Update::of(key.clone())
        .set("name", "new")
        .set("stays", false)
        .add("left", -2)
        .remove("gone")
        .remove("never")
        .guard(Guard::Is("v", 1_i64.into()));
    let update = Update { append: vec![("list", vec!["two".into(), "three".into()])], ..update };
    let after = table.update(update).await.unwrap();
    let expected = key
        .item()
        .with("v", 2_i64)
        .with("left", 3_i64)
        .with("list", Value::L(vec!["one".into(), "two".into(), "three".into()]))
        .with("name", "new")
        .with("stays", false);
    assert_eq!(after, expected);
    assert_eq!(read(&table, &key).await, Some(expected));
}

async fn an_update_aside_gets_in_nobodys_way(table: Arc<Table>) {
    let key = fixture::key("a")();
    let first = fixture::item(&key).with("name", "first");
    put(&table, &first).await;
    let noted = table.update(Update::aside(key.clone()).set("pub", 3_i64)).await.unwrap();
    assert_eq!(noted, first.clone().with("pub", 3_i64), "its version is what it was");
    // Somebody who read it before the note replaces it as if nothing had happened.
    let next = first.with("v", 2_i64).with("name", "next");
    table.commit(replace(&next, 1)).await.unwrap();
    assert_eq!(read(&table, &key).await, Some(next));
    let gone = fixture::key("b")();
    let missing = table.update(Update::aside(gone).set("pub", 3_i64)).await;
    assert_eq!(refusal(missing), (0, None));
}

async fn an_update_answers_the_item_as_it_is_right_after(table: Arc<Table>) {
    let key = fixture::key("a")();
    put(&table, &fixture::item(&key)).await;
    let tasks = (0..8).map(|_| {
        let (table, key) = (Arc::clone(&table), key.clone());
        tokio::spawn(async move {
            let mut seen: Vec<i64> = Vec::new();
            for _ in 0..50 {
                let after = table.update(Update::of(key.clone()).add("n", 1)).await.unwrap();
                seen.push(after.number("n").unwrap());
            }
            seen
        })
    });
    let answers = join_all(tasks.collect::<Vec<_>>()).await;
    let mut seen: Vec<i64> = answers.into_iter().flat_map(|answer| answer.unwrap()).collect();
    seen.sort_unstable();
    assert_eq!(seen, (1..=400).collect::<Vec<i64>>(), "each answer shows its own change");
}

async fn an_update_of_a_missing_item_is_refused_without_an_old_one(table: Arc<Table>) {
    let key = fixture::key("a")();
    let update = Update::of(key.clone()).set("name", "x").guard(Guard::Absent("name"));
    assert_eq!(refusal(table.update(update.clone()).await), (0, None));
    assert_eq!(refusal(table.commit(vec![Write::Update(update)]).await), (0, None));
    assert_eq!(read(&table, &key).await, None);
}

async fn appending_to_a_list_that_is_not_there_is_an_error(table: Arc<Table>) {
    let key = fixture::key("a")();
    let item = fixture::item(&key);
    put(&table, &item).await;
    let result = table.update(Update::of(key.clone()).append("list", 1_i64.into())).await;
    assert!(!matches!(result, Ok(_) | Err(Error::Refused { .. })), "{result:?}");
    assert_eq!(read(&table, &key).await, Some(item));
}

async fn a_number_that_is_not_there_counts_as_zero(table: Arc<Table>) {
    let key = fixture::key("a")();
    put(&table, &fixture::item(&key)).await;
    let added = table.update(Update::of(key.clone()).add("n", -7)).await.unwrap();
    assert_eq!(added.number("n"), Ok(-7_i64));
    let added = table.update(Update::of(key).add("n", 9)).await.unwrap();
    assert_eq!((added.number("n"), added.number("v")), (Ok(2_i64), Ok(3_i64)));
}

/// Guards on an item with `n` 5, `s` "x", `b` true, `l` [1], `t` [one, two] and no `none`, and whether they hold.
fn guards() -> Vec<(Guard, bool)> {
    vec![
        (Guard::Is("n", 5_i64.into()), true),
        (Guard::Is("n", 4_i64.into()), false),
        (Guard::Is("n", "5".into()), false),
        (Guard::Is("s", "x".into()), true),
        (Guard::Is("s", "X".into()), false),
        (Guard::Is("b", true.into()), true),
        (Guard::Is("b", false.into()), false),
        (Guard::Is("l", Value::L(vec![1_i64.into()])), true),
        (Guard::Is("l", Value::L(vec![])), false),
        (Guard::Is("none", "x".into()), false),
        (Guard::Above("n", 4), true),
        (Guard::Above("n", 5), false),
        (Guard::Above("s", 0), false),
        (Guard::Above("none", -1), false),
        (Guard::AtLeast("n", 5), true),
        (Guard::AtLeast("n", 6), false),
        (Guard::AtLeast("s", 0), false),
        (Guard::AtLeast("none", -1), false),
        (Guard::AbsentOrAtMost("n", 5), true),
        (Guard::AbsentOrAtMost("n", 4), false),
        (Guard::AbsentOrAtMost("s", 9), false),
        (Guard::AbsentOrAtMost("none", -1), true),
        (Guard::Absent("none"), true),
        (Guard::Absent("n"), false),
        (Guard::Lacks("t", "one".to_owned()), false),
        (Guard::Lacks("t", "on".to_owned()), true),
        (Guard::Lacks("s", "x".to_owned()), false),
        (Guard::Lacks("s", "y".to_owned()), true),
        (Guard::Lacks("n", "5".to_owned()), true),
        (Guard::Lacks("none", "x".to_owned()), true),
    ]
}

async fn every_guard_means_the_same_in_every_table(table: Arc<Table>) {
    let (key, beside) = (fixture::key("a")(), fixture::key("b")());
    let item = fixture::item(&key)
        .with("n", 5_i64)
        .with("s", "x")
        .with("b", true)
        .with("l", Value::L(vec![1_i64.into()]))
        .with_texts("t", ["one", "two"].iter());
    put(&table, &item).await;
    put(&table, &fixture::item(&beside)).await;
    for (guard, holds) in guards() {
        assert_eq!(guard.holds(&item), holds, "{guard:?} in the model of guards");
        let update = Update::of(key.clone()).guard(guard.clone());
        let updated = table.update(update).await;
        assert_eq!(updated.is_ok(), holds, "{guard:?} on an update: {updated:?}");
        let check = Write::Check { key: key.clone(), guards: vec![guard.clone()] };
        let touch = Write::Update(Update::of(beside.clone()));
        let checked = table.commit(vec![touch, check]).await;
        match holds {
            true => assert!(checked.is_ok(), "{guard:?} on a check: {checked:?}"),
            false => assert_eq!(refusal(checked).0, 1, "{guard:?} on a check"),
        }
    }
    let all = Update::of(key.clone()).guard(Guard::Absent("none")).guard(Guard::Above("n", 5));
    assert_eq!(refusal(table.update(all).await).0, 0, "all guards have to hold");
}

async fn a_refused_guard_comes_with_the_item_as_it_was(table: Arc<Table>) {
    let key = fixture::key("a")();
    let item = fixture::item(&key).with("st", "paid");
    put(&table, &item).await;
    let update =
        Update::of(key.clone()).set("st", "pending").guard(Guard::Is("st", "pending".into()));
    assert_eq!(refusal(table.update(update).await), (0, Some(item.clone())));
    assert_eq!(read(&table, &key).await, Some(item));
}

async fn a_check_changes_nothing(table: Arc<Table>) {
    let key = fixture::key("a")();
    let item = fixture::item(&key);
    let check = |guards| vec![Write::Check { key: key.clone(), guards }];
    assert_eq!(refusal(table.commit(check(vec![])).await), (0, None), "a missing item");
    put(&table, &item).await;
    table.commit(check(vec![Guard::Is("v", 1_i64.into())])).await.unwrap();
    assert_eq!(refusal(table.commit(check(vec![Guard::Above("v", 1)])).await).0, 0);
    assert_eq!(read(&table, &key).await, Some(item));
}

/// One item for each kind of write in a commit: to insert, replace, update, check and remove.
struct Five {
    keys: [Key; 5],
    before: [Option<Item>; 5],
}

impl Five {
    async fn new(table: &Table) -> Self {
        let keys = ["insert", "replace", "update", "check", "remove"].map(|sk| fixture::key(sk)());
        for key in &keys[1..] {
            put(table, &fixture::item(key).with("n", 1_i64)).await;
        }
        let before = keys.clone().map(|key| Some(fixture::item(&key).with("n", 1_i64)));
        let before =
            [None, before[1].clone(), before[2].clone(), before[3].clone(), before[4].clone()];
        Self { keys, before }
    }

    /// Writes that are fine, except for the one at `broken`.
    fn writes(&self, broken: Option<usize>) -> Vec<Write> {
        let [insert, replace, update, check, remove] = &self.keys;
        let at = |place: usize| u64::from(broken == Some(place));
        let wanted = |place: usize| Guard::Is("n", Value::from(1 + at(place)));
        // What is broken about an insert is that its key is taken: by the item to replace.
        let fresh = if broken == Some(0) { check } else { insert };
        let checked = if broken == Some(0) { update } else { check };
        let next = fixture::item(replace).with("v", 2_i64).with("n", 2_i64);
        let mut writes = vec![
            Write::Insert(fixture::item(fresh).with("n", 9_i64)),
            Write::Replace { item: next, version: 1 + at(1) },
            Write::Update(Update::of(update.clone()).add("n", 1).guard(wanted(2))),
            Write::Check { key: checked.clone(), guards: vec![wanted(3)] },
            Write::Remove { key: remove.clone(), version: 1 + at(4) },
        ];
        // One item may stand in a commit only once.
        if broken == Some(0) {
            drop(writes.remove(2));
        }
        writes
    }

    async fn now(&self, table: &Table) -> [Option<Item>; 5] {
        table.get_all(self.keys.clone(), Consistency::Strong).await.unwrap()
    }
}

async fn a_commit_of_several_writes_all_of_them(table: Arc<Table>) {
    let five = Five::new(&table).await;
    table.commit(five.writes(None)).await.unwrap();
    let [insert, replace, update, check, _] = &five.keys;
    let after = [
        Some(fixture::item(insert).with("n", 9_i64)),
        Some(fixture::item(replace).with("v", 2_i64).with("n", 2_i64)),
        Some(fixture::item(update).with("v", 2_i64).with("n", 2_i64)),
        Some(fixture::item(check).with("n", 1_i64)),
        None,
    ];
    assert_eq!(five.now(&table).await, after);
}

async fn a_refusal_of_one_write_undoes_the_others_and_names_it(table: Arc<Table>) {
    for broken in 0..5 {
        let five = Five::new(&table).await;
        let refused = refusal(table.commit(five.writes(Some(broken))).await);
        let taken = if broken == 0 { 3 } else { broken };
        assert_eq!(refused, (broken, five.before[taken].clone()), "write {broken}");
        assert_eq!(five.now(&table).await, five.before, "write {broken}");
    }
    let five = Five::new(&table).await;
    table.commit(vec![Write::Remove { key: five.keys[4].clone(), version: 1 }]).await.unwrap();
    assert_eq!(refusal(table.commit(five.writes(None)).await), (4, None), "a missing item");
}

async fn a_commit_of_several_again_is_refused_at_its_first_write(table: Arc<Table>) {
    let items = ["a", "b"].map(|sk| fixture::item(&fixture::key(sk)()));
    let writes = items.clone().map(Write::Insert).to_vec();
    table.commit(writes.clone()).await.unwrap();
    assert_eq!(refusal(table.commit(writes).await), (0, Some(items[0].clone())));
}

async fn of_many_commits_at_once_one_wins_whole(table: Arc<Table>) {
    let keys = ["a", "b"].map(|sk| fixture::key(sk)());
    for key in &keys {
        put(&table, &fixture::item(key)).await;
    }
    let tasks = (0..30_i64).map(|n| {
        let (table, keys) = (Arc::clone(&table), keys.clone());
        let next = |key| fixture::item(key).with("v", 2_i64).with("by", n);
        let writes = keys.each_ref().map(|key| Write::Replace { item: next(key), version: 1 });
        tokio::spawn(async move { table.commit(writes.to_vec()).await })
    });
    let results = join_all(tasks.collect::<Vec<_>>()).await;
    let won: Vec<usize> = results
        .into_iter()
        .enumerate()
        .filter_map(|(n, result)| result.unwrap().is_ok().then_some(n))
        .collect();
    assert_eq!(won.len(), 1);
    for key in &keys {
        let by: usize =
            read(&table, key).await.unwrap().number::<u32>("by").unwrap().try_into().unwrap();
        assert_eq!(by, won[0]);
    }
}

async fn every_kind_of_value_comes_back_as_it_was_written(table: Arc<Table>) {
    let key = fixture::key("ünïcode ~ #:🙂")();
    let inner = Item::new().with("a", 1_i64).with("ttl", "a reserved word");
    let item = fixture::item(&key)
        .with("text", "line\nline \"quoted\" \\ \u{0} 🙂")
        .with("empty", "")
        .with("lowest", i64::MIN)
        .with("highest", i64::MAX)
        .with("yes", true)
        .with("no", false)
        .with("list", Value::L(vec!["x".into(), 1_i64.into(), inner.clone().into()]))
        .with("nothing", Value::L(vec![]))
        .with("map", inner.with("list", Value::L(vec![Value::L(vec![])])))
        .with("blank", Item::new());
    put(&table, &item).await;
    assert_eq!(read(&table, &key).await, Some(item.clone()));
    let reserved = Update::of(key.clone())
        .set("status", "s")
        .set("name", "n")
        .set("items", Value::L(vec![]))
        .append("nothing", "one".into())
        .add("count", 1)
        .remove("empty")
        .guard(Guard::Absent("ttl"))
        .guard(Guard::Is("map", item.get("map").cloned().unwrap()));
    let after = table.update(reserved).await.unwrap();
    assert_eq!(after.get("map"), item.get("map"));
    assert_eq!((after.text("status"), after.number("count")), (Ok("s"), Ok(1_i64)));
}

/// DynamoDB takes a hundred keys, and none of them twice.
async fn any_number_of_items_comes_however_many_one_read_may_ask_for(table: Arc<Table>) {
    let Key { pk, .. } = fixture::key("")();
    let key = |n: usize| Key { pk: pk.clone(), sk: format!("{n:03}") };
    for n in [0, 99, 100, 640] {
        put(&table, &fixture::item(&key(n))).await;
    }
    let keys: Vec<Key> = (0..650).chain([640, 0]).map(key).collect();
    let found = table.get_many(&keys, Consistency::Strong).await.unwrap();
    assert_eq!(found.len(), 652);
    let there: Vec<usize> = (0..652).filter(|n| found[*n].is_some()).collect();
    assert_eq!(there, [0, 99, 100, 640, 650, 651]);
}

async fn several_items_come_in_the_order_of_their_keys_with_gaps_for_missing_ones(
    table: Arc<Table>,
) {
    let keys = ["e", "a", "d", "b", "c"].map(|sk| fixture::key(sk)());
    for key in [&keys[0], &keys[2], &keys[4]] {
        put(&table, &fixture::item(key)).await;
    }
    let expected = keys.clone().map(|key| Some(fixture::item(&key)));
    let expected = [expected[0].clone(), None, expected[2].clone(), None, expected[4].clone()];
    for consistency in [Consistency::Eventual, Consistency::Strong] {
        assert_eq!(table.get_all(keys.clone(), consistency).await.unwrap(), expected);
    }
    assert_eq!(table.find(&keys[0]).await.unwrap(), Some(fixture::item(&keys[0])));
    assert_eq!(table.find(&keys[1]).await.unwrap(), None);
}
