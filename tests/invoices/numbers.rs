//! Hard cases 38 to 42 of the payments contract, as far as they need no stack.

use super::{
    queue::{MAX_RECEIVES, NumberingQueue},
    shop::{Seller, told},
};
use crate::store::on_own_tables;
use futures_util::future::join_all;
use shared::{
    app::clock::{self, AMBIENT},
    model::{
        Time,
        event::EventType,
        id::PaymentIntentId,
        payment_intent::INVOICE_LATE_S,
        tax::settings::{InvoicingSettings, Settings},
    },
    operations::{
        Ambient,
        completing::complete,
        numbering::{invoice_payment, number_message},
    },
    queue::sqs::Number,
    store::{Table, key, tax},
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::sync::Mutex;

on_own_tables!(
    a_payment_gets_its_invoice_once_however_often_it_is_asked_for,
    hard_case_38_and_41_numbers_of_200_payments_have_no_gap_though_workers_die,
    hard_case_40_ten_payments_behind_a_poison_one_get_their_numbers,
    hard_case_40_a_late_invoice_is_told_of_without_and_comes_afterwards,
    a_late_sweep_and_the_invoice_at_once_tell_of_completion_once,
    a_payment_of_another_surface_gets_no_invoice,
    hard_case_39_a_new_year_starts_a_new_series_and_dates_never_go_back,
    hard_case_42_a_prefix_that_changes_and_comes_back_loses_no_number,
);

/// What the worker does with the message of a payment.
pub async fn ask(seller: &Seller, payment: PaymentIntentId) -> Result<(), String> {
    let number = Number::payment(seller.scope, payment);
    let message = serde_json::to_string(&number).unwrap();
    number_message(&seller.table, &message, AMBIENT).await.map(|_| ())
}

async fn a_payment_gets_its_invoice_once_however_often_it_is_asked_for(table: Arc<Table>) {
    let seller = Seller::new(table);
    let payment = seller.paid().await;
    assert_eq!(seller.invoice(payment.id).await, None);
    for _ in 0..3 {
        ask(&seller, payment.id).await.unwrap();
    }
    let invoice = seller.invoice(payment.id).await.unwrap();
    assert_eq!(invoice.terms.number, "INV-000001");
    assert_eq!(invoice.terms.total(), payment.amount().minor());
    assert_eq!(invoice.terms.description, "Annual report");
    let kept = seller.payment(payment.id).await;
    assert_eq!(kept.invoice(), Some(&invoice.named()));
    let told = told(&kept);
    let [(EventType::PaymentIntentInvoiced, receipt)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(receipt.invoice, Some(invoice.named()));
    assert_eq!(receipt.email.as_deref(), Some("ada@example.com"));
    assert!(!receipt.told);
    assert_eq!(kept.due(), None, "nobody has to look after it any longer");
    let next = seller.table.series(seller.scope, "INV-").await.unwrap().unwrap();
    assert_eq!((next.next, next.version), (2, 1));
}

/// Numbers of these payments; panics where one has none.
pub async fn numbers(seller: &Seller, payments: &[PaymentIntentId]) -> BTreeSet<String> {
    let mut numbers = BTreeSet::new();
    for payment in payments {
        let invoice = seller.invoice(*payment).await.unwrap();
        let kept = seller.payment(*payment).await;
        assert_eq!(kept.invoice(), Some(&invoice.named()));
        let completed = told(&kept).iter().filter(|(_, receipt)| !receipt.told).count();
        assert_eq!(completed, 1, "told of completion once");
        assert!(numbers.insert(invoice.terms.number), "a twin");
    }
    numbers
}

/// The first so many numbers.
pub fn up_to(n: usize) -> BTreeSet<String> {
    (1..=n).map(|n| format!("INV-{n:06}")).collect()
}

/// More than a queue would ever do: four workers side by side in one group, each message twice, and
/// workers that die at any moment of their work.
async fn hard_case_38_and_41_numbers_of_200_payments_have_no_gap_though_workers_die(
    table: Arc<Table>,
) {
    let seller = Seller::new(table);
    let paid = join_all((0..200).map(|_| seller.paid())).await;
    let payments: Vec<PaymentIntentId> = paid.into_iter().map(|payment| payment.id).collect();
    die_at_random(&seller, &payments).await;
    assert_eq!(numbers(&seller, &payments).await, up_to(200));
    let next = seller.table.series(seller.scope, "INV-").await.unwrap().unwrap();
    assert_eq!((next.next, next.version), (201, 200));
}

/// Four workers side by side, each message twice, and workers that die at any moment of their work.
pub async fn die_at_random(seller: &Seller, payments: &[PaymentIntentId]) {
    let messages: Vec<PaymentIntentId> = payments.iter().chain(payments).copied().collect();
    let messages = Mutex::new(messages);
    let worker = || async {
        loop {
            let next = messages.lock().await.pop();
            let Some(payment) = next else { return };
            let lives = Duration::from_micros(200 + 20 * u64::from(AMBIENT.byte()));
            let done = ask(seller, payment);
            let done = match AMBIENT.byte() % 4 {
                0 => tokio::time::timeout(lives, done).await.unwrap_or(Err("died".to_owned())),
                _ => done.await,
            };
            if done.is_err() {
                messages.lock().await.insert(0, payment);
            }
        }
    };
    join_all((0..4).map(|_| worker())).await;
}

async fn hard_case_40_ten_payments_behind_a_poison_one_get_their_numbers(table: Arc<Table>) {
    let seller = Seller::new(table);
    let mut queue = NumberingQueue::default();
    let poison = seller.poison().await;
    queue.ask(seller.scope, poison);
    let mut behind = Vec::new();
    for _ in 0..10 {
        behind.push(seller.paid().await.id);
    }
    behind.iter().for_each(|payment| queue.ask(seller.scope, *payment));
    queue.work(&seller.table).await;
    assert_eq!(numbers(&seller, &behind).await, up_to(10));
    assert_eq!(queue.dead.len(), 1);
    assert_eq!(queue.troubles.len(), usize::try_from(MAX_RECEIVES).unwrap());
    assert_eq!(seller.invoice(poison).await, None);
    seller.heal(poison).await;
    queue.redrive();
    queue.work(&seller.table).await;
    let late = seller.invoice(poison).await.unwrap();
    assert_eq!(late.terms.number, "INV-000011", "a redrive takes the next number");
    assert_eq!(queue.dead.len(), 0);
}

async fn hard_case_40_a_late_invoice_is_told_of_without_and_comes_afterwards(table: Arc<Table>) {
    let seller = Seller::new(table);
    let at = clock::now();
    let payment = seller.paid_at(at).await.id;
    seller.publish(payment).await;
    let late = at.plus_seconds(INVOICE_LATE_S);
    let (looked, troubles) = complete(&seller.table, &move || late.plus_ms(-1)).await.unwrap();
    assert_eq!((looked, troubles.len()), (0, 0), "not a moment too early");
    for _ in 0..2 {
        complete(&seller.table, &move || late).await.unwrap();
    }
    let kept = seller.payment(payment).await;
    let [(EventType::PaymentIntentInvoiceLate, receipt)] = &told(&kept)[..] else {
        panic!("{:?}", told(&kept))
    };
    assert_eq!((receipt.invoice.clone(), receipt.told), (None, false));
    assert_eq!(receipt.email.as_deref(), Some("ada@example.com"));
    assert!(kept.awaits_invoice(), "it is asked for again");
    ask(&seller, payment).await.unwrap();
    let kept = seller.payment(payment).await;
    let [_, (EventType::PaymentIntentInvoiced, receipt)] = &told(&kept)[..] else {
        panic!("{:?}", told(&kept))
    };
    assert!(receipt.told, "nobody is told twice");
    assert_eq!(kept.invoice().unwrap().number, "INV-000001");
}

async fn a_late_sweep_and_the_invoice_at_once_tell_of_completion_once(table: Arc<Table>) {
    let seller = Seller::new(table);
    for _ in 0..20 {
        let at = clock::now();
        let payment = seller.paid_at(at).await.id;
        seller.publish(payment).await;
        let late = at.plus_seconds(INVOICE_LATE_S);
        let clock = move || late;
        let (swept, asked) = tokio::join!(complete(&seller.table, &clock), ask(&seller, payment));
        swept.unwrap();
        asked.unwrap();
        numbers(&seller, &[payment]).await;
    }
}

async fn a_payment_of_another_surface_gets_no_invoice(table: Arc<Table>) {
    let seller = Seller::new(table);
    let mut payment = seller.unsaved(clock::now());
    payment.surface = shared::model::Surface::Platform;
    seller.table.commit(vec![shared::store::intent::insert(&payment)]).await.unwrap();
    ask(&seller, payment.id).await.unwrap();
    assert_eq!(seller.invoice(payment.id).await, None);
    let series = key::series(seller.scope, "INV-");
    let counter = seller.table.get(&series, shared::store::Consistency::Strong).await.unwrap();
    assert_eq!(counter, None);
}

/// Sets how the tenant's invoices are numbered, for the `version`th time.
async fn number_as(seller: &Seller, version: u64, prefix: &str, zone: &str) {
    let invoice = InvoicingSettings {
        prefix: prefix.to_owned(),
        timezone: zone.to_owned(),
        ..InvoicingSettings::default()
    };
    let settings = Settings { invoice, version, ..Settings::default() };
    seller.table.commit(vec![tax::put(seller.scope, &settings)]).await.unwrap();
}

/// The number and date of a new payment's invoice that is made at a moment.
async fn numbered_at(seller: &Seller, now: fn() -> Time) -> (String, String) {
    let payment = seller.paid_at(now()).await.id;
    let ambient = Ambient { now, ..AMBIENT };
    invoice_payment(&seller.table, seller.scope, payment, ambient).await.unwrap();
    let terms = seller.invoice(payment).await.unwrap().terms;
    (terms.number, terms.issued_on.to_string())
}

fn moment(text: &str) -> Time {
    Time::parse(text).unwrap()
}

async fn hard_case_39_a_new_year_starts_a_new_series_and_dates_never_go_back(table: Arc<Table>) {
    let seller = Seller::new(table);
    number_as(&seller, 1, "R{YYYY}-", "Europe/Berlin").await;
    let before: fn() -> Time = || moment("2026-12-31T22:59:59.999Z");
    let after: fn() -> Time = || moment("2026-12-31T23:00:00Z");
    let told = |number: &str, date: &str| (number.to_owned(), date.to_owned());
    assert_eq!(numbered_at(&seller, before).await, told("R2026-000001", "2026-12-31"));
    assert_eq!(numbered_at(&seller, after).await, told("R2027-000001", "2027-01-01"));
    // A process whose clock is behind still takes a number of the old year.
    assert_eq!(numbered_at(&seller, before).await, told("R2026-000002", "2026-12-31"));
    assert_eq!(numbered_at(&seller, after).await, told("R2027-000002", "2027-01-01"));
    number_as(&seller, 2, "INV-", "Europe/Berlin").await;
    assert_eq!(numbered_at(&seller, after).await, told("INV-000001", "2027-01-01"));
    assert_eq!(numbered_at(&seller, before).await, told("INV-000002", "2027-01-01"));
}

async fn hard_case_42_a_prefix_that_changes_and_comes_back_loses_no_number(table: Arc<Table>) {
    let seller = Seller::new(table);
    let mut numbers = Vec::new();
    for (version, prefix) in [(1, "A-"), (2, "B-"), (3, "A-"), (4, "2026/")] {
        number_as(&seller, version, prefix, "UTC").await;
        for _ in 0..2 {
            numbers.push(numbered_at(&seller, clock::now).await.0);
        }
    }
    assert_eq!(
        numbers,
        [
            "A-000001",
            "A-000002",
            "B-000001",
            "B-000002",
            "A-000003",
            "A-000004",
            "2026/000001",
            "2026/000002",
        ]
    );
}
