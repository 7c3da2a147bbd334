//! Many hands move money among a few wallets at the same time, and somebody counts.

use super::journal::Books;
use crate::{
    random::Random,
    store::{
        on_own_tables,
        purse::{Purse, now},
    },
};
use futures_util::future::join_all;
use shared::{
    model::{
        ledger::{Account, AccountId},
        payment_intent::{PaymentIntent, PaymentRef, StatusName, wallet::StepRefusal},
    },
    operations::engine::{self as payments, PaymentFault},
    store::{Error, Table},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

on_own_tables!(
    fifty_tasks_among_twenty_wallets_make_and_lose_no_money,
    a_hundred_requests_with_one_key_are_one_payment,
    of_many_ends_of_one_hold_one_counts,
    a_twin_of_a_payment_that_took_the_last_money_is_a_twin,
);

const TASKS: usize = 50;
const WALLETS: usize = 20;
const MONEY: i64 = 500;

/// How often somebody had to try again because others were faster.
#[derive(Default)]
struct Counts {
    done: AtomicUsize,
    short: AtomicUsize,
    contended: AtomicUsize,
}

/// Sends a request until it is answered, as callers do, with the same key.
async fn pay(purse: &Purse, new: &PaymentIntent, counts: &Counts) -> Option<PaymentIntent> {
    for _ in 0..500 {
        match purse.pay(new).await {
            Ok(paid) => return Some(paid),
            Err(PaymentFault::Duplicate) => return purse.read(new.id).await,
            Err(PaymentFault::Ledger(_)) => {
                counts.short.fetch_add(1, Ordering::Relaxed);
                return None;
            }
            Err(PaymentFault::Store(Error::Contended)) => {
                counts.contended.fetch_add(1, Ordering::Relaxed);
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    panic!("nobody gets through")
}

/// Ends a hold, one way or another.
async fn end(purse: &Purse, held: &PaymentIntent, way: usize, counts: &Counts) {
    let decide = |intent: &PaymentIntent, _: i64, at| match way {
        0 => intent.call_off(at),
        1 => intent.release(Some(1), true, at),
        _ => intent.release(None, false, at),
    };
    for _ in 0..500 {
        let payment = PaymentRef { scope: purse.scope, id: held.id };
        match payments::step(&purse.table, payment, decide, |_| Vec::new(), &now).await {
            Ok(_) => return,
            Err(PaymentFault::Store(Error::Contended)) => {
                counts.contended.fetch_add(1, Ordering::Relaxed);
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    panic!("nobody gets through")
}

async fn work(purse: Arc<Purse>, seed: u64, rounds: usize, counts: Arc<Counts>) {
    let mut random = Random(seed);
    for _ in 0..rounds {
        let from = random.below(WALLETS);
        let to = (from + 1 + random.below(WALLETS - 1)) % WALLETS;
        let minor = random.up_to(400);
        let hold = random.chance(40);
        let new =
            if hold { purse.hold(from, to, minor, 600) } else { purse.transfer(from, to, minor) };
        if let Some(paid) = pay(&purse, &new, &counts).await {
            if hold {
                end(&purse, &paid, random.below(4), &counts).await;
            }
            counts.done.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Reads every wallet over and over, until the work is done.
async fn watch(purse: Arc<Purse>, over: Arc<AtomicBool>) -> usize {
    let ids: Vec<AccountId> = purse.wallets.iter().map(|id| AccountId::Wallet(*id)).collect();
    let mut looks = 0;
    while !over.load(Ordering::Relaxed) {
        let accounts = purse.accounts(&ids).await;
        for account in accounts.values() {
            assert!(account.balance.available() >= 0, "{account:?}");
        }
        if let Table::Memory(_) = &*purse.table {
            let posted: i64 = accounts.values().map(|account| account.balance.posted).sum();
            assert_eq!(posted, total(), "nothing is ever on its way between two wallets");
        }
        looks += 1;
        tokio::task::yield_now().await;
    }
    looks
}

fn total() -> i64 {
    MONEY * i64::try_from(WALLETS).unwrap()
}

/// Every account of the tenant's books; wallets are known here.
async fn books(purse: &Purse) -> Books {
    let mut ids: Vec<AccountId> = purse.wallets.iter().map(|id| AccountId::Wallet(*id)).collect();
    let (others, more) = purse.table.registered_accounts(purse.scope, None, 100).await.unwrap();
    assert!(!more);
    ids.extend(others.into_iter().map(|listed| listed.id));
    Books::read(&purse.table, purse.scope, &ids).await
}

async fn fifty_tasks_among_twenty_wallets_make_and_lose_no_money(table: Arc<Table>) {
    let rounds = if matches!(&*table, Table::Memory(_)) { 30 } else { 6 };
    let purse = Arc::new(Purse::with(table, &[MONEY; WALLETS]).await);
    let (counts, over) = (Arc::new(Counts::default()), Arc::new(AtomicBool::new(false)));
    let watcher = tokio::spawn(watch(Arc::clone(&purse), Arc::clone(&over)));
    let tasks = (0..TASKS).map(|task| {
        let seed = u64::try_from(task).unwrap();
        tokio::spawn(work(Arc::clone(&purse), seed, rounds, Arc::clone(&counts)))
    });
    for task in join_all(tasks.collect::<Vec<_>>()).await {
        task.unwrap();
    }
    over.store(true, Ordering::Relaxed);
    let looks = watcher.await.unwrap();
    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    eprintln!(
        "{} payments done, {} short of money, {} tried again; balances read {looks} times",
        count(&counts.done),
        count(&counts.short),
        count(&counts.contended)
    );
    assert_eq!(count(&counts.done) + count(&counts.short), TASKS * rounds);
    assert!(count(&counts.done) > TASKS * rounds / 4);
    books(&purse).await.check(&BTreeMap::new());
    let mut posted = 0;
    for wallet in 0..WALLETS {
        let balance = purse.balance(wallet).await;
        assert_eq!((balance.1, balance.2), (0, 0), "nothing is left in escrow");
        posted += balance.0;
    }
    assert_eq!(posted, total());
}

async fn a_hundred_requests_with_one_key_are_one_payment(table: Arc<Table>) {
    let purse = Arc::new(Purse::with(table, &[100, 0]).await);
    let new = purse.transfer(0, 1, 60);
    let tasks = (0..100).map(|_| {
        let (purse, new) = (Arc::clone(&purse), new.clone());
        tokio::spawn(async move { purse.pay(&new).await })
    });
    let answers = join_all(tasks.collect::<Vec<_>>()).await;
    let paid = answers.into_iter().filter(|answer| match answer.as_ref().unwrap() {
        Ok(_) => true,
        Err(PaymentFault::Duplicate) => false,
        Err(other) => panic!("{other:?}"),
    });
    assert_eq!(paid.count(), 1);
    assert_eq!((purse.balance(0).await.0, purse.balance(1).await.0), (40, 60));
    books(&purse).await.check(&BTreeMap::new());
}

async fn of_many_ends_of_one_hold_one_counts(table: Arc<Table>) {
    let purse = Arc::new(Purse::with(table, &[100, 0]).await);
    let held = purse.start(&purse.hold(0, 1, 80, 600)).await;
    let tasks = (0..40_usize).map(|n| {
        let (purse, held) = (Arc::clone(&purse), held.clone());
        tokio::spawn(async move {
            let late = move || now().plus_seconds(600);
            let payment = PaymentRef { scope: purse.scope, id: held.id };
            let decide = move |intent: &PaymentIntent, _: i64, at| match n % 4 {
                0 => intent.call_off(at),
                1 => intent.release(Some(30), true, at),
                2 => intent.release(None, false, at),
                _ => intent.let_go(late()),
            };
            payments::step(&purse.table, payment, decide, |_| Vec::new(), &now).await
        })
    });
    let mut won = Vec::new();
    for ended in join_all(tasks.collect::<Vec<_>>()).await {
        match ended.unwrap() {
            Ok(intent) => won.push(intent),
            Err(PaymentFault::Objection(_) | PaymentFault::Store(Error::Contended)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    let [ended] = &won[..] else { panic!("{} ended it", won.len()) };
    let hold = ended.wallet_terms().unwrap().hold.unwrap();
    assert_eq!(hold.released + hold.given_back, 80);
    assert_eq!(purse.read(held.id).await.as_ref(), Some(ended));
    let (sender, receiver) = (purse.balance(0).await, purse.balance(1).await);
    assert_eq!((sender, receiver), ((100 - hold.released, 0, 0), (hold.released, 0, 0)));
    assert_eq!(held.status.name(), StatusName::Held);
    let again = ended.release(None, false, now());
    assert!(matches!(again, Err(StepRefusal::NotHeld | StepRefusal::HoldExpired)), "{again:?}");
    books(&purse).await.check(&BTreeMap::new());
}

/// The first request took all the money there was; the second must not be told that there is none.
async fn a_twin_of_a_payment_that_took_the_last_money_is_a_twin(table: Arc<Table>) {
    let purse = Purse::with(table, &[100, 0]).await;
    let new = purse.transfer(0, 1, 100);
    purse.pay(&new).await.unwrap();
    assert!(matches!(purse.pay(&new).await, Err(PaymentFault::Duplicate)));
    let another = purse.pay(&purse.transfer(0, 1, 1)).await;
    assert!(matches!(another, Err(PaymentFault::Ledger(_))), "{another:?}");
    let account: Account = purse.account(0).await;
    assert_eq!((account.balance.posted, account.version), (0, 2));
}
