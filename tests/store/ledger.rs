//! Accounts, journals and holds: what one commit writes, and what it refuses.

use super::{
    fixture, on_every_table,
    purse::{Purse, first, insert, now},
};
use futures_util::future::join_all;
use shared::{
    model::{
        Time,
        id::PaymentIntentId,
        ledger::{AccountId, EntryKind, LedgerRefusal},
        payment_intent::{PaymentIntent, StatusName, wallet::Step},
        route::IntentType,
    },
    operations::{engine as payments, new_payment},
    store::{Consistency, Key, Table, Write, intent::IntentFilter, list::Slice, step::Taken},
};
use std::sync::Arc;

on_every_table!(
    a_movement_writes_its_accounts_and_their_entries,
    a_movement_is_written_whole_or_not_at_all,
    an_entry_number_is_written_once,
    a_floor_refuses_inside_the_write_whatever_was_read,
    an_account_of_the_outside_comes_into_being_once_under_a_race,
    a_journal_is_read_in_pages_from_both_ends,
    a_hold_is_made_changed_and_removed_with_its_payment,
    due_holds_come_in_the_order_of_their_times_and_read_as_back,
    a_step_is_taken_or_refused_for_each_reason,
    a_twin_of_a_payment_is_refused_and_found_by_its_key,
    payments_and_links_are_listed_as_one_with_cursors_across_both,
    a_hundred_items_come_in_one_read,
);

/// A step, and the accounts that it was decided from.
struct Decided {
    step: Step,
    accounts: payments::Accounts,
}

/// A transfer that is decided: the step, and the accounts it was decided from.
async fn decided(purse: &Purse, minor: i64) -> Decided {
    let step = first(&purse.transfer(0, 1, minor));
    let accounts = purse.touched(&step).await;
    Decided { step, accounts }
}

async fn write(purse: &Purse, decided: &Decided) -> Taken {
    purse.table.take_step(None, &decided.step, &decided.accounts, &[], now()).await.unwrap()
}

async fn a_movement_writes_its_accounts_and_their_entries(table: Arc<Table>) {
    let purse = Purse::with(table, &[100, 5]).await;
    let paid = purse.start(&purse.transfer(0, 1, 40)).await;
    assert_eq!((purse.balance(0).await, purse.balance(1).await), ((60, 0, 0), (45, 0, 0)));
    for (wallet, moved) in [(0, -40), (1, 40)] {
        let account = purse.account(wallet).await;
        let (page, more) = purse.table.entries(purse.scope, account.id, None, 10).await.unwrap();
        assert_eq!((page.len(), more, account.version), (2, false, 2));
        let entry = &page[0];
        assert_eq!((entry.number, entry.intent, entry.at), (2, paid.id, now()));
        assert_eq!((entry.kind, entry.change.posted), (EntryKind::Transferred, moved));
        assert_eq!((entry.after, entry.is_balanced()), (account.balance, true));
    }
}

async fn a_movement_is_written_whole_or_not_at_all(table: Arc<Table>) {
    let purse = Purse::with(table, &[100, 0]).await;
    let before = (purse.account(0).await, purse.account(1).await);
    let taken = fixture::key("taken")();
    purse.table.commit(vec![Write::Insert(fixture::item(&taken))]).await.unwrap();
    let extra = [Write::Insert(fixture::item(&taken).with("other", true))];
    let step = first(&purse.hold(0, 1, 40, 60));
    assert!(matches!(purse.take(None, &step, &extra).await, Taken::Extra));
    assert_eq!((purse.account(0).await, purse.account(1).await), before);
    assert_eq!(purse.read(step.intent.id).await, None);
    let id = before.0.id;
    let (entries, _) = purse.table.entries(purse.scope, id, None, 10).await.unwrap();
    assert_eq!(entries.len(), 1, "only what filled the wallet");
    let later = now().plus_days(1);
    assert_eq!(purse.table.due_holds(purse.scope, purse.wallets[0], later).await.unwrap(), []);
}

async fn an_entry_number_is_written_once(table: Arc<Table>) {
    let purse = Purse::with(table, &[100, 0]).await;
    let (first, second) = (decided(&purse, 10).await, decided(&purse, 20).await);
    assert!(matches!(write(&purse, &first).await, Taken::Yes));
    assert!(matches!(write(&purse, &second).await, Taken::Stale));
    let id = AccountId::Wallet(purse.wallets[0]);
    let (entries, _) = purse.table.entries_from(purse.scope, id, 2, 10).await.unwrap();
    let written: Vec<_> = entries.iter().map(|entry| (entry.number, entry.change.posted)).collect();
    assert_eq!(written, [(2, -10)]);
    assert_eq!(purse.balance(0).await, (90, 0, 0));
}

/// A reader that believes in more money than there is, at the right version.
async fn a_floor_refuses_inside_the_write_whatever_was_read(table: Arc<Table>) {
    let purse = Purse::with(table, &[100, 0]).await;
    for new in [purse.transfer(0, 1, 101), purse.hold(0, 1, 101, 60), purse.payout(0, 101)] {
        let step = first(&new);
        let mut accounts = purse.touched(&step).await;
        let taken = purse.take(None, &step, &[]).await;
        let short = LedgerRefusal::InsufficientFunds(AccountId::Wallet(purse.wallets[0]));
        assert!(matches!(taken, Taken::Refused(refusal) if refusal == short), "{taken:?}");
        for account in accounts.values_mut().filter(|account| account.id.has_floor()) {
            account.balance.posted += 1_000;
        }
        let taken = write(&purse, &Decided { step, accounts }).await;
        assert!(matches!(taken, Taken::Stale), "{taken:?}");
        assert_eq!((purse.balance(0).await, purse.account(0).await.version), ((100, 0, 0), 1));
    }
    purse.start(&purse.transfer(0, 1, 100)).await;
    assert_eq!(purse.balance(0).await, (0, 0, 0));
}

async fn an_account_of_the_outside_comes_into_being_once_under_a_race(table: Arc<Table>) {
    let purse = Purse::with(table, &[10, 10, 10, 10, 10, 10]).await;
    // Payouts that all meet in one shard outside.
    let mut steps = Vec::new();
    while steps.len() < 6 {
        let step = first(&purse.payout(steps.len(), 4));
        if step.intent.id.uuid().as_bytes()[15] % 16 == 3 {
            steps.push((purse.touched(&step).await, step));
        }
    }
    let writes = steps
        .iter()
        .map(|(accounts, step)| purse.table.take_step(None, step, accounts, &[], now()));
    let taken: Vec<Taken> = join_all(writes).await.into_iter().map(Result::unwrap).collect();
    let yes = taken.iter().filter(|taken| matches!(taken, Taken::Yes)).count();
    let stale = taken.iter().filter(|taken| matches!(taken, Taken::Stale)).count();
    assert_eq!((yes, stale), (1, 5), "{taken:?}");
    let postings = &steps[0].1.movement.as_ref().unwrap().postings;
    let outside = postings.iter().find(|posting| !posting.account.has_floor()).unwrap().account;
    let account = purse.table.account(purse.scope, outside).await.unwrap().unwrap();
    assert_eq!((account.version, account.balance.pending_in), (1, 4));
    for ((_, step), taken) in steps.iter().zip(taken) {
        if matches!(taken, Taken::Stale) {
            purse.yes(None, step).await;
        }
    }
    let account = purse.table.account(purse.scope, outside).await.unwrap().unwrap();
    assert_eq!((account.version, account.balance.pending_in), (6, 24));
    let (known, _) = purse.table.registered_accounts(purse.scope, None, 100).await.unwrap();
    assert_eq!(
        known.iter().filter(|known| known.id == outside).count(),
        1,
        "it is on the list, once"
    );
}

async fn a_journal_is_read_in_pages_from_both_ends(table: Arc<Table>) {
    let purse = Purse::with(table, &[100, 0]).await;
    for _ in 0..6 {
        purse.start(&purse.transfer(0, 1, 1)).await;
    }
    let id = AccountId::Wallet(purse.wallets[0]);
    let mut newest = Vec::new();
    let mut before = None;
    loop {
        let (page, more) = purse.table.entries(purse.scope, id, before, 3).await.unwrap();
        newest.extend(page.iter().map(|entry| entry.number));
        before = newest.last().copied();
        if !more {
            break;
        }
    }
    assert_eq!(newest, [7, 6, 5, 4, 3, 2, 1]);
    let (page, more) = purse.table.entries_from(purse.scope, id, 2, 3).await.unwrap();
    let numbers: Vec<u64> = page.iter().map(|entry| entry.number).collect();
    assert_eq!((numbers, more), (vec![2, 3, 4], true));
    let places = [(id, 7), (id, 8), (id, 1)];
    let certain = purse.table.entries_at(purse.scope, &places).await.unwrap();
    assert_eq!(certain.iter().map(|entry| entry.number).collect::<Vec<_>>(), [7, 1]);
    let stranger = Purse { scope: fixture::scope(), ..purse };
    let (page, more) = stranger.table.entries(stranger.scope, id, None, 10).await.unwrap();
    assert_eq!((page.len(), more), (0, false));
}

async fn left_in_escrow(purse: &Purse, until: Time) -> Vec<i64> {
    let due = purse.table.due_holds(purse.scope, purse.wallets[0], until).await.unwrap();
    due.iter().map(|hold| hold.left).collect()
}

async fn a_hold_is_made_changed_and_removed_with_its_payment(table: Arc<Table>) {
    let purse = Purse::with(table, &[100, 0]).await;
    let after = now().plus_seconds(60);
    let held = purse.start(&purse.hold(0, 1, 40, 60)).await;
    assert_eq!(left_in_escrow(&purse, after).await, [40]);
    assert_eq!(purse.balance(0).await, (100, 0, 40));
    let part = purse.release(&held, Some(15)).await;
    assert_eq!(left_in_escrow(&purse, after).await, [25]);
    assert_eq!((purse.balance(0).await, purse.balance(1).await), ((85, 0, 25), (15, 0, 0)));
    // Whoever still holds the payment as it was cannot move its money again.
    let late = held.release(None, false, now()).unwrap();
    assert!(matches!(purse.take(Some(&held), &late, &[]).await, Taken::MovedOn));
    let over = part.let_go(after).unwrap();
    purse.yes(Some(&part), &over).await;
    assert!(left_in_escrow(&purse, after).await.is_empty());
    assert_eq!((purse.balance(0).await, purse.balance(1).await), ((85, 0, 0), (15, 0, 0)));
}

async fn due_holds_come_in_the_order_of_their_times_and_read_as_back(table: Arc<Table>) {
    let purse = Purse::with(table, &[100, 0]).await;
    for (minor, seconds) in [(3, 300), (1, 100), (4, 400), (2, 200)] {
        purse.start(&purse.hold(0, 1, minor, seconds)).await;
    }
    let at = |seconds| now().plus_seconds(seconds);
    for (seconds, due) in [
        (99, vec![]),
        (100, vec![1]),
        (299, vec![1, 2]),
        (300, vec![1, 2, 3]),
        (900, vec![1, 2, 3, 4]),
    ] {
        assert_eq!(left_in_escrow(&purse, at(seconds)).await, due, "after {seconds} s");
        let wallet = purse.table.wallet_at(purse.scope, purse.wallets[0], at(seconds)).await;
        let balance = wallet.unwrap().unwrap().balance;
        assert_eq!(balance.pending_out, 10 - due.iter().sum::<i64>(), "after {seconds} s");
    }
    assert_eq!(purse.balance(0).await, (100, 0, 10), "nothing was written by looking");
}

async fn a_step_is_taken_or_refused_for_each_reason(table: Arc<Table>) {
    let purse = Purse::with(table, &[100, 0, 0]).await;
    let held = purse.start(&purse.hold(0, 1, 40, 60)).await;
    let step = held.release(Some(10), false, now()).unwrap();
    let accounts = purse.touched(&step).await;
    let take = |extra: Vec<Write>| {
        let (table, held, step, accounts) = (&purse.table, &held, &step, &accounts);
        async move { table.take_step(Some(held), step, accounts, &extra, now()).await.unwrap() }
    };
    let blocked = fixture::key("blocked")();
    let missing = Write::Remove { key: blocked.clone(), version: 7 };
    purse.table.commit(vec![Write::Insert(fixture::item(&blocked))]).await.unwrap();
    assert!(matches!(take(vec![missing]).await, Taken::Extra));
    purse.start(&purse.transfer(0, 2, 1)).await;
    assert!(matches!(take(vec![]).await, Taken::Stale));
    purse.yes(Some(&held), &step).await;
    assert!(matches!(take(vec![]).await, Taken::MovedOn));
    let too_much = first(&purse.transfer(2, 1, 50));
    let taken = purse.take(None, &too_much, &[]).await;
    assert!(matches!(taken, Taken::Refused(LedgerRefusal::InsufficientFunds(_))), "{taken:?}");
    let mut nowhere = first(&purse.transfer(0, 2, 1));
    let nobody = AccountId::Wallet(fixture::id_at(now()));
    nowhere.movement.as_mut().unwrap().postings[1].account = nobody;
    let taken = purse.take(None, &nowhere, &[]).await;
    assert!(
        matches!(taken, Taken::Refused(LedgerRefusal::NoAccount(id)) if id == nobody),
        "{taken:?}"
    );
    assert_eq!(purse.balance(0).await, (89, 0, 30));
}

async fn a_twin_of_a_payment_is_refused_and_found_by_its_key(table: Arc<Table>) {
    let purse = Purse::with(table, &[100, 0]).await;
    let id = new_payment::id(purse.scope, "order-1", now());
    let later = new_payment::id(purse.scope, "order-1", now().plus_days(400));
    let new = PaymentIntent { id, created_at: now(), ..purse.transfer(0, 1, 10) };
    let duplicate = PaymentIntent { id: later, ..new.clone() };
    let paid = purse.start(&new).await;
    assert!(matches!(purse.take(None, &first(&duplicate), &[]).await, Taken::MovedOn));
    assert_eq!(purse.balance(0).await, (90, 0, 0));
    assert_ne!(id, later);
    assert_eq!(purse.read(later).await, Some(paid.clone()), "its key names it as well as its id");
    assert_eq!(purse.read(id).await, Some(paid.clone()));
    let found = purse.table.intent(purse.scope, id, Consistency::Eventual).await.unwrap();
    assert_eq!(found, Some(paid));
    let others = [
        new_payment::id(purse.scope, "order-2", now()),
        new_payment::id(fixture::scope(), "order-1", now()),
    ];
    for other in others {
        assert_eq!(purse.read(other).await, None);
    }
}

async fn payments_and_links_are_listed_as_one_with_cursors_across_both(table: Arc<Table>) {
    let purse = Purse::with(table, &[100, 0]).await;
    let mut newest: Vec<(PaymentIntentId, bool)> = Vec::new();
    for n in 0..12_i64 {
        // Over the end of a month, in no order that the two kinds share.
        let at = Time::parse("2090-03-31T23:59:57Z").unwrap().plus_ms(n * 500);
        let wallet = n % 3 != 1;
        let intent = if wallet {
            let id = shared::model::Id::derive(at, shared::app::clock::random());
            PaymentIntent { id, created_at: at, ..first(&purse.transfer(0, 1, 1)).intent }
        } else {
            fixture::intent(purse.scope, purse.customer, at)
        };
        purse.table.commit(insert(&intent)).await.unwrap();
        newest.push((intent.id, wallet));
    }
    newest.reverse();
    let all = IntentFilter::default();
    let transfers = IntentFilter { kind: Some(Some(IntentType::Transfer)), ..all };
    let links = IntentFilter { kind: Some(None), ..all };
    let of_customer = IntentFilter { customer: Some(purse.customer), ..all };
    let paid = IntentFilter { statuses: Some(&[StatusName::Succeeded]), ..all };
    for limit in [1, 2, 5, 11, 12, 100] {
        for (filter, wanted) in [
            (all, None),
            (of_customer, None),
            (transfers, Some(true)),
            (links, Some(false)),
            (paid, Some(true)),
        ] {
            let expected: Vec<PaymentIntentId> = newest
                .iter()
                .filter(|(_, wallet)| wanted.is_none_or(|wanted| wanted == *wallet))
                .map(|(id, _)| *id)
                .collect();
            assert_eq!(listed(&purse, filter, limit).await, expected, "{limit} {filter:?}");
        }
    }
}

/// A tenant's payments of that month, page by page; those that filled the wallets are older.
async fn listed(purse: &Purse, filter: IntentFilter, limit: u32) -> Vec<PaymentIntentId> {
    let mut slice = Slice {
        before: None,
        from: Time::parse("2090-03-31T00:00:00Z").unwrap(),
        until: Time::parse("2090-04-02T00:00:00Z").unwrap(),
        limit,
    };
    let mut found = Vec::new();
    for _ in 0..50 {
        let page = purse.table.intents(purse.scope, filter, &slice, now()).await.unwrap();
        assert!(page.entries.len() <= usize::try_from(limit).unwrap());
        found.extend(page.entries.iter().map(|intent| intent.id));
        let Some(next) = page.next else { return found };
        slice.before = Some(next);
    }
    panic!("the list comes to an end")
}

async fn a_hundred_items_come_in_one_read(table: Arc<Table>) {
    let Key { pk, .. } = fixture::key("")();
    let key = |n: usize| Key { pk: pk.clone(), sk: format!("{n:03}") };
    let large = |n: usize| fixture::item(&key(n)).with("text", "x".repeat(20_000));
    // Every third is missing; all together are more than DynamoDB hands over at once.
    let there = (0..100).filter(|n| n % 3 != 0);
    join_all(there.map(|n| table.commit(vec![Write::Insert(large(n))]))).await;
    let keys: Vec<Key> = (0..100).rev().map(key).collect();
    let items = table.get_many(&keys, Consistency::Strong).await.unwrap();
    assert_eq!(items.len(), 100);
    for (n, item) in (0..100).rev().zip(items) {
        let expected = (n % 3 != 0).then(|| large(n));
        assert!(item == expected, "item {n}");
    }
    let names = table.get_many(&[], Consistency::Strong).await.unwrap();
    assert_eq!(names, []);
}
