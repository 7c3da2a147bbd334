//! Hard case 38 on the stack: payments of one moment get their invoices, and the numbers have neither
//! gap nor twin, though the workers that make them are killed.

use super::{killer::Prey, kills::Patience};
use crate::{
    random::Random,
    stack::{Link, Seller, Stack, eventually, time_of},
};
use serde_json::{Value, json};
use shared::app::clock;
use std::{collections::BTreeSet, thread, time::Duration};

/// Time for everything that a queue holds, in seconds.
const ARRIVAL_S: i64 = 300;

/// What is killed: who asks for numbers, who takes them, who makes the files.
const PREYS: [&str; 3] =
    ["workers-number-document", "workers-publish-events", "workers-render-document"];

/// Payments that are made while workers die, at least. Few: numbers are taken one after the other, and
/// whoever dies keeps all others of its tenant waiting.
const PAYMENTS: usize = 60;

/// The killing lasts this long, and longer only until somebody died over a number, in seconds.
const KILLING_S: (i64, i64) = (20, 900);

/// How long queues wait for a dead function, in seconds; longer than it may take.
const NUMBERING_S: i64 = 12;
const RENDERING_S: i64 = 35;

/// And for one that cannot reach the table, which so many new processes keep from answering. Longer than
/// a claim; with the template's minutes, a few such moments would take a quarter of an hour.
const SENDING_S: i64 = 35;

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn invoices(seller: &Seller) -> Vec<Value> {
    let (mut all, mut next) = (Vec::new(), String::new());
    loop {
        let page = seller.get(&format!("/invoices?limit=100{next}")).json();
        all.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["nextCursor"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return all,
        }
    }
}

/// Pays as the page does on a busy machine: with one token of the card, until there is an answer.
fn insist(page: &Link) {
    let body = json!({
        "card_token": page.card_token("4242424242424242"), "email": "ada@example.com",
    });
    eventually("the payment is taken", ARRIVAL_S, || {
        let answer = page.call("POST", "/submit").json(&body).try_send().ok()?;
        assert!(matches!(answer.status, 200 | 409 | 429 | 500..), "{}", answer.body);
        (answer.status == 200 && answer.json()["status"] == "succeeded").then_some(())
    });
}

/// Pays all of them by several buyers at once.
fn pay(seller: &Seller, payments: &[Value], buyers: usize) {
    thread::scope(|scope| {
        for part in payments.chunks(payments.len().div_ceil(buyers)) {
            scope.spawn(move || {
                for payment in part {
                    insist(&seller.page(payment));
                }
            });
        }
    });
}

fn kill(preys: &[Prey], random: &mut Random) {
    let began = clock::now();
    let (least, most) = (began.plus_seconds(KILLING_S.0), began.plus_seconds(KILLING_S.1));
    while clock::now() < least || preys[0].deaths() == 0 {
        assert!(clock::now() < most, "the kills never hit the worker that takes numbers");
        let prey = &preys[random.below(preys.len())];
        prey.kill(&random.pick(&prey.processes()).into_iter().collect::<Vec<_>>());
        let pause = u64::try_from(50 + random.below(300)).unwrap();
        thread::sleep(Duration::from_millis(pause));
    }
}

#[test]
fn hard_case_38_workers_killed_at_random_leave_no_gap_and_no_twin() {
    let (stack, _alone) = Stack::alone();
    let seed = std::env::var("PAYLINK_SEED").map_or(38, |seed| seed.parse().unwrap());
    let seller = stack.seller("Unlucky Numbering");
    let receiver = seller.listen(&["payment_link.completed"]);
    let mut payments: Vec<Value> = (0..PAYMENTS).map(|_| seller.payment()).collect();
    let preys = PREYS.map(Prey::find);
    let short = [
        ("numbering.fifo", NUMBERING_S),
        ("rendering", RENDERING_S),
        ("webhook-fanout", SENDING_S),
        ("webhook-delivery", SENDING_S),
    ];
    let patience = Patience::shorten(stack, &short);
    thread::scope(|scope| {
        let killing = scope.spawn(|| kill(&preys, &mut Random(seed)));
        pay(&seller, &payments, 3);
        // Whoever kills must have somebody to kill, however fast all of them were.
        while !killing.is_finished() {
            let more = seller.payment();
            insist(&seller.page(&more));
            payments.push(more);
        }
        killing.join().unwrap();
    });
    let count = payments.len();
    let deaths: Vec<(&str, usize)> = preys.iter().map(|prey| (prey.name, prey.deaths())).collect();
    let made = eventually("every payment has its invoice and its file", ARRIVAL_S, || {
        let made = invoices(&seller);
        let whole = made.iter().filter(|invoice| invoice["files"]["pdf"].is_object()).count();
        (whole == count).then_some(made)
    });
    let numbers: BTreeSet<String> = made.iter().map(|one| text(&one["invoiceNumber"])).collect();
    let expected: BTreeSet<String> = (1..=count).map(|n| format!("INV-{n:06}")).collect();
    assert_eq!(numbers, expected, "a gap or a twin (seed {seed})");
    let paid: BTreeSet<String> = made.iter().map(|one| text(&one["paymentId"])).collect();
    let all: BTreeSet<String> = payments.iter().map(|payment| text(&payment["id"])).collect();
    assert_eq!(paid, all, "one invoice a payment (seed {seed})");
    let told = eventually("each is told complete", ARRIVAL_S, || {
        let told = receiver.received().into_iter().map(|one| one.proven(&receiver.secret));
        let told: BTreeSet<(String, String)> =
            told.map(|body| (text(&body["data"]["paymentId"]), text(&body["id"]))).collect();
        (told.len() >= count).then_some(told)
    });
    drop(patience);
    assert_eq!(told.len(), count, "each once, however often it arrived (seed {seed})");
    eprintln!("seed {seed}: {count} invoices without a gap; invocations killed: {deaths:?}");
}

/// How long these payments waited for their invoices, from the moment of each payment, the shortest
/// wait first, in milliseconds; without a gap or a twin.
fn waits(seller: &Seller, payments: &[Value]) -> Vec<i64> {
    let count = payments.len();
    let made = eventually("every payment has its invoice", ARRIVAL_S, || {
        let made = invoices(seller);
        (made.len() == count).then_some(made)
    });
    let numbers: BTreeSet<String> = made.iter().map(|one| text(&one["invoiceNumber"])).collect();
    assert_eq!(numbers, (1..=count).map(|n| format!("INV-{n:06}")).collect());
    let mut waits: Vec<i64> = payments
        .iter()
        .map(|payment| {
            let paid = seller.read(payment);
            let of = |one: &&Value| one["id"] == paid["invoiceId"];
            let invoice = made.iter().find(of).unwrap();
            time_of(&invoice["createdAt"]).ms_since(time_of(&paid["paidAt"]))
        })
        .collect();
    waits.sort_unstable();
    waits
}

fn say(how: &str, waits: &[i64]) {
    let (count, within) = (waits.len(), waits.iter().filter(|wait| **wait <= 2_000).count());
    let (half, most) = (waits[count / 2], waits[count - 1]);
    eprintln!(
        "{count} payments {how}: numbered {half} ms (median) to {most} ms after they were paid, \
         {within} within 2 s"
    );
}

fn payments_or(usual: usize) -> usize {
    std::env::var("PAYLINK_PAYMENTS").map_or(usual, |count| count.parse().unwrap())
}

/// 200 payments within a short time get 200 numbers. How long that takes is said, and judges
/// nothing: `PAYLINK_PAYMENTS=200` pays as many as the contract names.
#[test]
fn many_payments_at_once_are_numbered_without_a_gap_and_it_is_said_how_fast() {
    let seller = Stack::get().seller("Rushed Numbering");
    let payments: Vec<Value> = (0..payments_or(40)).map(|_| seller.payment()).collect();
    pay(&seller, &payments, 10);
    say("at once", &waits(&seller, &payments));
}

/// The same for ten payments a second.
#[test]
fn payments_at_ten_a_second_are_numbered_without_a_gap_and_it_is_said_how_fast() {
    let seller = Stack::get().seller("Steady Numbering");
    let payments: Vec<Value> = (0..payments_or(20)).map(|_| seller.payment()).collect();
    let began = clock::now();
    thread::scope(|scope| {
        for (payment, turn) in payments.iter().zip(0_i64..) {
            let seller = &seller;
            scope.spawn(move || {
                let wait = began.plus_ms(100 * turn).ms_since(clock::now());
                thread::sleep(Duration::from_millis(u64::try_from(wait).unwrap_or(0)));
                insist(&seller.page(payment));
            });
        }
    });
    say("at ten a second", &waits(&seller, &payments));
}
