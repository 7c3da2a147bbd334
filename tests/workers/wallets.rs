//! Fifty clients move money among twenty wallets for a minute, and somebody counts; a hundred send
//! the same payment at once.

use crate::api::{users::walk, with};
use crate::{
    random::Random,
    stack::{Stack, Tenant, eventually, unique},
};
use serde_json::{Value, json};
use shared::app::clock;
use std::{
    collections::BTreeMap,
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

const PATH: &str = "/v1/platform/payments";

/// Clients at work at the same time, and for how long.
const CLIENTS: u64 = 50;
const SECONDS: i64 = 60;

/// They go on until they have made more transfers than this, however slow the machine is.
const BUSY: usize = 50;

const WALLETS: usize = 20;

/// Minor units that every wallet starts with.
const MONEY: i64 = 50_000;

/// A tenant with wallets that have money.
struct Bank {
    tenant: Tenant,
    /// Owner and wallet.
    wallets: Vec<(String, String)>,
}

/// What the clients met.
#[derive(Default)]
struct Counts {
    paid: AtomicUsize,
    held: AtomicUsize,
    ended: AtomicUsize,
    short: AtomicUsize,
    again: AtomicUsize,
    read: AtomicUsize,
}

/// An amount in major units.
fn major(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

/// A balance in minor units.
fn minor(balances: &Value, name: &str) -> i64 {
    balances[name].as_str().unwrap().replace('.', "").parse().unwrap()
}

impl Bank {
    fn open(name: &str, wallets: usize, money: i64) -> Self {
        let tenant = Stack::beside().tenant(name);
        let products = tenant.get("/v1/platform/products").ok();
        let card = products.as_array().unwrap().iter().find(|product| product["rail"] == "card");
        let product = card.unwrap()["product_id"].clone();
        let mut bank = Self { tenant, wallets: Vec::new() };
        for _ in 0..wallets.div_ceil(5) {
            let user = bank.tenant.payer().user;
            let method = bank.card(&user);
            for n in 0..5.min(wallets - bank.wallets.len()) {
                let body = json!({"user_id": user, "name": format!("Wallet {n}")});
                let made = bank.tenant.post("/v1/platform/wallets", &body).ok();
                let wallet = made["wallet_id"].as_str().unwrap().to_owned();
                let funding = json!({
                    "user_id": user,
                    "wallet_id": wallet,
                    "amount": major(money),
                    "intent_type": "funding",
                    "product_id": product,
                    "payment_method_id": method,
                    "idempotency_key": unique(),
                });
                assert_eq!(bank.tenant.post(PATH, &funding).ok()["status"], "succeeded");
                bank.wallets.push((user.clone(), wallet));
            }
        }
        bank
    }

    /// A card that a user has saved.
    fn card(&self, user: &str) -> String {
        let link = self.tenant.link(&json!({"user_id": user, "amount": "1.00"}));
        let paid = link.submit(&link.card_token("4242424242424242"), true);
        assert_eq!(paid.json()["status"], "succeeded");
        eventually("the card is saved", 10, || {
            let path = format!("/v1/platform/payment-methods?user_id={user}");
            let saved = self.tenant.get(&path).ok();
            saved[0]["payment_method_id"].as_str().map(str::to_owned)
        })
    }

    fn transfer(&self, from: usize, to: usize, amount: i64) -> Value {
        json!({
            "user_id": self.wallets[from].0,
            "wallet_id": self.wallets[from].1,
            "destination_wallet_id": self.wallets[to].1,
            "amount": major(amount),
            "intent_type": "transfer",
            "idempotency_key": unique(),
        })
    }

    /// Sends a request until it is answered for good, with the same key; `None` when the clock says
    /// that it is enough, or when money is missing.
    fn insist(&self, path: &str, body: &Value, counts: &Counts, ends: i64) -> Option<Value> {
        loop {
            let answer = self.tenant.call("POST", path).json(body).try_send();
            match answer.as_ref().map(|answer| answer.status) {
                Ok(200) => return Some(answer.ok()?.ok()),
                Ok(422) => {
                    assert!(answer.ok()?.refused(422, "insufficient_funds") == ["amount"]);
                    counts.short.fetch_add(1, Relaxed);
                    return None;
                }
                Ok(409) => drop(answer.ok()?.refused(409, "request_in_progress")),
                // A wallet that many want at this moment is asked again, as what got lost is.
                Ok(429 | 500 | 502..=504) | Err(_) => {}
                Ok(other) => panic!("{other}: {}", answer.map_or_else(|e| e, |a| a.body)),
            }
            counts.again.fetch_add(1, Relaxed);
            if clock::now().ms() > ends + 30_000 && counts.paid.load(Relaxed) > BUSY {
                return None;
            }
            thread::sleep(std::time::Duration::from_millis(100));
        }
    }

    fn client(&self, seed: u64, ends: i64, counts: &Counts) {
        let mut random = Random(seed);
        while clock::now().ms() < ends || counts.paid.load(Relaxed) <= BUSY {
            let from = random.below(WALLETS);
            let to = (from + 1 + random.below(WALLETS - 1)) % WALLETS;
            let body = self.transfer(from, to, random.up_to(20_000));
            match random.below(10) {
                0..=1 => self.look(from, counts),
                2..=4 => {
                    let held = self.insist(PATH, &with(&body, "hold", true), counts, ends);
                    let Some(held) = held else { continue };
                    assert_eq!(held["status"], "held", "{held}");
                    counts.held.fetch_add(1, Relaxed);
                    let (id, way) = (held["payment_intent_id"].as_str().unwrap(), random.below(3));
                    let (step, body) = match way {
                        0 => ("cancel", json!({})),
                        1 => ("release", json!({"amount": "0.01", "final": true})),
                        _ => ("release", json!({})),
                    };
                    let body = with(&body, "idempotency_key", unique());
                    let path = format!("{PATH}/{id}/{step}");
                    if self.insist(&path, &body, counts, ends).is_some() {
                        counts.ended.fetch_add(1, Relaxed);
                    }
                }
                _ => {
                    if let Some(paid) = self.insist(PATH, &body, counts, ends) {
                        assert_eq!(paid["status"], "succeeded", "{paid}");
                        counts.paid.fetch_add(1, Relaxed);
                    }
                }
            }
        }
    }

    fn look(&self, wallet: usize, counts: &Counts) {
        let balances = self.balances(wallet);
        assert!(minor(&balances, "available") >= 0, "{balances}");
        let there = minor(&balances, "posted") - minor(&balances, "pending_out");
        assert_eq!(minor(&balances, "available"), there, "{balances}");
        counts.read.fetch_add(1, Relaxed);
    }

    fn balances(&self, wallet: usize) -> Value {
        let path = format!("/v1/platform/wallets/{}", self.wallets[wallet].1);
        self.tenant.get(&path).ok()["balances"].clone()
    }

    /// A wallet's journal, oldest first.
    fn journal(&self, wallet: usize) -> Vec<Value> {
        let path = format!("/v1/platform/wallets/{}/entries", self.wallets[wallet].1);
        let mut entries = walk(&self.tenant, &path, 100);
        entries.reverse();
        entries
    }

    /// Reads all books: each balance is the sum of its journal, above its floor at every entry.
    /// Answers what all wallets have, and the entries of each payment.
    fn audit(&self) -> (i64, BTreeMap<String, Vec<(String, i64)>>) {
        let (mut total, mut payments) = (0, BTreeMap::new());
        for wallet in 0..self.wallets.len() {
            let (mut posted, mut out) = (0, 0);
            for (number, entry) in (1..).zip(self.journal(wallet)) {
                assert_eq!(entry["sequence"], number, "numbers have no gaps");
                posted += minor(&entry["changes"], "posted");
                out += minor(&entry["changes"], "pending_out");
                let after = &entry["balances"];
                assert_eq!((minor(after, "posted"), minor(after, "pending_out")), (posted, out));
                assert!(posted - out >= 0, "below its floor: {entry}");
                let text = |name: &str| entry[name].as_str().unwrap().to_owned();
                let moved = minor(&entry["changes"], "posted");
                let line: &mut Vec<(String, i64)> =
                    payments.entry(text("payment_intent_id")).or_default();
                line.push((text("type"), moved));
            }
            let now = self.balances(wallet);
            assert_eq!((minor(&now, "posted"), minor(&now, "pending_out")), (posted, out));
            total += posted;
        }
        (total, payments)
    }
}

#[test]
fn fifty_clients_among_twenty_wallets_make_and_lose_no_money() {
    let bank = Bank::open("Busy Bank", WALLETS, MONEY);
    let counts = Counts::default();
    let ends = clock::now().plus_seconds(SECONDS).ms();
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (bank, counts) = (&bank, &counts);
            scope.spawn(move || bank.client(client, ends, counts));
        }
    });
    let count = |counter: &AtomicUsize| counter.load(Relaxed);
    eprintln!(
        "{CLIENTS} clients in {SECONDS} s: {} transfers, {} holds and {} ends of holds, \
         {} short of money, {} sent again, {} balances read",
        count(&counts.paid),
        count(&counts.held),
        count(&counts.ended),
        count(&counts.short),
        count(&counts.again),
        count(&counts.read)
    );
    assert!(count(&counts.paid) > BUSY, "the bank was busy");
    let (total, payments) = bank.audit();
    assert_eq!(total, MONEY * i64::try_from(WALLETS).unwrap(), "money of all wallets");
    let mut done = BTreeMap::new();
    for (payment, mut lines) in payments {
        lines.sort();
        let moved: i64 = lines.iter().map(|(_, moved)| moved).sum();
        let kinds: Vec<&str> = lines.iter().map(|(kind, _)| kind.as_str()).collect();
        match kinds[..] {
            ["posted"] => continue,
            ["transferred", "transferred"] => *done.entry("transfers").or_insert(0) += 1,
            ["held", "released", "released"] | ["given_back", "held"] => {
                *done.entry("ended").or_insert(0) += 1;
            }
            ["held"] => *done.entry("open").or_insert(0) += 1,
            _ => panic!("{payment} moved {lines:?}"),
        }
        assert_eq!(moved, 0, "{payment} moved {lines:?}");
    }
    // A client that gave up never heard of its last payment; nobody heard of one that is not there.
    let at_least = |name: &str, counter: &AtomicUsize| {
        let found = done.get(name).copied().unwrap_or(0);
        assert!(found >= count(counter), "{found} {name} in the journals: {done:?}");
    };
    at_least("transfers", &counts.paid);
    at_least("ended", &counts.ended);
}

#[test]
fn a_hundred_requests_with_one_key_are_one_payment_with_one_answer() {
    let bank = Bank::open("Eager Bank", 2, 10_000);
    // All the money there is: a second payment would be refused, and no duplicate may be.
    let body = bank.transfer(0, 1, 10_000);
    let start = Barrier::new(100);
    let answers: Vec<_> = thread::scope(|scope| {
        let sent: Vec<_> = (0..100)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    bank.tenant.post(PATH, &body)
                })
            })
            .collect();
        sent.into_iter().map(|answer| answer.join().unwrap()).collect()
    });
    let mut first: Option<Value> = None;
    let mut fresh = 0;
    for answer in &answers {
        // The first is at work, or all of them want the same at this moment.
        if matches!(answer.status, 409 | 429) {
            let why = if answer.status == 409 { "request_in_progress" } else { "rate_limited" };
            assert_eq!(answer.refused(answer.status, why), Vec::<String>::new());
            continue;
        }
        // On a machine that stands still an answer gets lost; what was asked for may be done.
        if answer.status >= 500 {
            continue;
        }
        let data = answer.ok();
        assert_eq!(data["status"], "succeeded");
        assert_eq!(first.get_or_insert_with(|| data.clone()), &data, "the same data for all");
        fresh += usize::from(answer.header("idempotent-replayed").is_none());
    }
    let lost = answers.iter().filter(|answer| answer.status >= 500).count();
    assert!(fresh == 1 || fresh == 0 && lost > 0, "{fresh} requests made the payment");
    let again = bank.tenant.post(PATH, &body);
    let replayed = Some(again.ok());
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert!(first.is_none() || first == replayed, "{first:?}, then {replayed:?}");
    let (total, payments) = bank.audit();
    assert_eq!((total, payments.len()), (20_000, 3), "two fundings and one transfer");
    assert_eq!(minor(&bank.balances(1), "posted"), 20_000);
}
