//! What each operation costs: round trips and capacity units, as DynamoDB counts them.
//!
//! Units come from `ReturnConsumedCapacity: TOTAL` of the embedded DynamoDB. Total means table and
//! index together, so the index is part of every figure here. The simulator's books are the
//! processor's, not ours: they lie in another table here and are counted on their own.

mod ledger;
mod links;
mod sales;

use super::{backend, fixture};
use crate::clock;
use ring::hmac;
use serde_json::json;
use shared::operations::{Idempotency, checkout, payment_links};
use shared::{
    http::{body::Body, gateway, platform::card_payment_link::CreateCardPaymentLink},
    model::{
        Scope,
        customer::Customer,
        payment_intent::{PaymentIntent, StatusName, TokenHome},
    },
    processor::{
        Processors,
        simulator::{Card, NAME, tokenise},
    },
    store::{
        self, Consistency, Table,
        intent::{IntentFilter, Reserved},
        list::Slice,
        meter::Usage,
    },
};
use std::sync::Arc;

/// What an operation may cost; units are doubled, as the meter counts them.
struct Budget {
    operation: &'static str,
    trips: u64,
    half_write_units: u64,
    half_read_units: u64,
}

/// Prints one row of the table and holds the figures against the budget.
fn row(budget: &Budget, used: Usage) {
    let units =
        |halves: u64| format!("{}.{}", halves / 2, if halves.is_multiple_of(2) { 0 } else { 5 });
    eprintln!(
        "{:<46} | {:>5} | {:>4} | {:>4}",
        budget.operation,
        used.calls,
        units(used.half_write_units),
        units(used.half_read_units)
    );
    let operation = budget.operation;
    assert_eq!(used.calls, budget.trips, "trips of {operation}");
    assert_eq!(used.half_write_units, budget.half_write_units, "half write units of {operation}");
    assert_eq!(used.half_read_units, budget.half_read_units, "half read units of {operation}");
}

/// A table with a tenant and a customer who can be charged.
struct Shop {
    table: Arc<Table>,
    books: Arc<Table>,
    scope: Scope,
    customer: Customer,
    key: hmac::Key,
}

impl Shop {
    async fn open() -> Self {
        let table = backend::dynoxide().await;
        let scope = fixture::scope();
        let customer = fixture::customer(scope, clock::now());
        table.commit(store::tenant::insert(&fixture::setup(scope)).to_vec()).await.unwrap();
        table.commit(store::customer::insert(&customer).to_vec()).await.unwrap();
        table.meter().take();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &clock::random::<32>());
        Self { table, books: backend::memory(), scope, customer, key }
    }

    fn used(&self) -> Usage {
        self.table.meter().take()
    }

    /// Makes a link as `platform-create-card-payment-link` does, from the request to the commit.
    async fn create_link(&self, key: Option<&str>) -> bool {
        let body = json!({
            "user_id": self.customer.id.to_string(),
            "amount": "12.50",
            "metadata": {"order": "A-1001"},
            "return_url": "https://shop.example/thanks",
            "idempotency_key": key,
        });
        let event = json!({
            "httpMethod": "POST",
            "resource": "/v1/platform/card/payment-link",
            "requestContext": {},
            "headers": {"content-type": "application/json"},
            "body": body.to_string(),
        });
        let request = gateway::request(event).unwrap();
        let mut fields = request.fields().unwrap();
        let body: CreateCardPaymentLink = fields.read().unwrap();
        let operation = "create";
        let idempotency = Idempotency::of(
            &request,
            &body.meaning(),
            self.scope,
            operation,
            body.idempotency_key(),
        )
        .unwrap();
        let new = body.command(clock::new_id()).unwrap();
        let now = clock::now();
        let made = payment_links::create(&self.table, self.scope, &new, &idempotency, now).await;
        made.unwrap().replayed
    }

    async fn link(&self) -> PaymentIntent {
        let intent = fixture::intent(self.scope, self.customer.id, clock::now());
        self.table.commit(vec![store::intent::insert(&intent)]).await.unwrap();
        self.used();
        intent
    }

    /// Pays a link as `hosted-submit-payment` does, with what reserving and settling cost.
    async fn pay(&self, number: &str, save: bool) -> (PaymentIntent, Usage, Usage) {
        let intent = self.link().await;
        let link = intent.id.to_string();
        let card = Card {
            number: number.to_owned(),
            exp_month: 12,
            exp_year: 2040,
            cvc: "123".to_owned(),
        };
        let tenant = self.scope.tenant;
        let made = tokenise(&self.key, &card, &link, tenant, clock::now(), clock::random());
        let (token, card) = made.unwrap();
        let attempt = checkout::attempt(intent.id, &token, card, save);
        let now = clock::now();
        let reserved =
            self.table.reserve(self.scope, intent.id, attempt, TokenHome::own(NAME), now).await;
        let Reserved::Yes(reserved) = reserved.unwrap() else { panic!("the link was free") };
        let reserving = self.used();
        let processors = Processors::embedded(&self.books, self.key.clone(), true);
        let paid = checkout::charge(&self.table, &processors, *reserved, &token, &clock::now).await;
        let paid = paid.unwrap();
        (paid, reserving, self.used())
    }
}

fn slice(limit: u32) -> Slice {
    let now = clock::now();
    Slice { before: None, from: now.plus_days(-1), until: now.plus_days(1), limit }
}

/// One test, so that the table prints whole.
#[tokio::test]
async fn every_operation_keeps_to_its_budget() {
    clock::set();
    eprintln!("{:<46} | trips | wru  | rru", "operation");
    let shop = Shop::open().await;
    links(&shop).await;
    payments(&shop).await;
    lists(&shop).await;
    ledger::payments(&shop).await;
    eprintln!("of the payments surface:");
    sales::surface().await;
    links::links(&shop).await;
    links::members(&shop).await;
}

async fn links(shop: &Shop) {
    assert!(!shop.create_link(None).await);
    let plain = Budget {
        operation: "create one-time link",
        trips: 2,
        half_write_units: 4,
        half_read_units: 2,
    };
    row(&plain, shop.used());
    assert!(!shop.create_link(Some("order-1")).await);
    let keyed = Budget {
        operation: "create one-time link, idempotency key",
        trips: 2,
        half_write_units: 10,
        half_read_units: 3,
    };
    row(&keyed, shop.used());
    assert!(shop.create_link(Some("order-1")).await);
    let repeated = Budget {
        operation: "the same request again",
        trips: 1,
        half_write_units: 0,
        half_read_units: 3,
    };
    row(&repeated, shop.used());
    let intent = shop.link().await;
    let found = shop.table.intent(shop.scope, intent.id, Consistency::Eventual).await.unwrap();
    assert!(found.is_some());
    let open =
        Budget { operation: "open hosted page", trips: 1, half_write_units: 0, half_read_units: 1 };
    row(&open, shop.used());
}

async fn payments(shop: &Shop) {
    let write = |operation| Budget { operation, trips: 1, half_write_units: 4, half_read_units: 0 };
    let (paid, reserving, settling) = shop.pay("4242424242424242", false).await;
    assert_eq!(paid.status.name(), StatusName::Succeeded);
    row(&write("pay: reserve"), reserving);
    // The third unit is the place among what was paid.
    let paying = Budget { half_write_units: 6, ..write("pay: settle") };
    row(&paying, settling);
    let (failed, _, settling) = shop.pay("4000000000000002", true).await;
    assert_eq!(failed.status.name(), StatusName::Failed);
    row(&write("pay: settle, declined"), settling);
    let (saved, _, settling) = shop.pay("4242424242424242", true).await;
    assert_eq!(saved.status.name(), StatusName::Succeeded);
    // The customer is read: a card that is saved becomes the default where there is none.
    let saving = Budget {
        operation: "pay: settle and save the card",
        trips: 2,
        half_write_units: 18,
        half_read_units: 2,
    };
    row(&saving, settling);
    let (_, _, settling) = shop.pay("4242424242424242", true).await;
    let known = Budget {
        operation: "pay: settle, the card is saved already",
        trips: 3,
        half_write_units: 6,
        half_read_units: 2,
    };
    row(&known, settling);
}

async fn lists(shop: &Shop) {
    for n in 0..60_i64 {
        let at = clock::now().plus_seconds(-n);
        let pending = fixture::intent(shop.scope, shop.customer.id, at);
        let intent = match n % 3 {
            0 => pending,
            1 => fixture::in_status(pending, StatusName::Succeeded),
            _ => fixture::in_status(pending, StatusName::Failed),
        };
        shop.table.commit(vec![store::intent::insert(&intent)]).await.unwrap();
    }
    shop.used();
    let all = IntentFilter::default();
    let of_customer = IntentFilter { customer: Some(shop.customer.id), ..all };
    // Links are in the table, payments between wallets in an index: both are asked at once.
    for (operation, filter, trips) in
        [("list 50 payments", all, 2), ("list 50 payments of a customer", of_customer, 1)]
    {
        let listed = shop.table.intents(shop.scope, filter, &slice(50), clock::now()).await;
        assert_eq!(listed.unwrap().entries.len(), 50);
        let used = shop.used();
        let budget =
            Budget { operation, trips, half_write_units: 0, half_read_units: used.half_read_units };
        row(&budget, used);
        assert!(used.half_read_units <= 14, "7 read units for {operation}");
    }
    let customers = shop.table.customers(shop.scope, &slice(50)).await.unwrap();
    assert_eq!(customers.entries.len(), 1);
    let few = Budget {
        operation: "list customers, one there",
        trips: 1,
        half_write_units: 0,
        half_read_units: 1,
    };
    row(&few, shop.used());
}
