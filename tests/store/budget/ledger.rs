//! Payments between wallets and the outside, from the request to the answer.
//!
//! Each commit costs two units an item, and one for each of the intent's two indexes: a transfer is
//! 10 and 2, a hold 8 and 2, its release 12 and 2.

use super::{Budget, Shop, fixture, row, slice};
use crate::clock;
use serde_json::{Value, json};
use shared::{
    http::{
        Request,
        body::Body,
        gateway,
        platform::{payment::view, payment_step::ReleasePayment, routes::payments::CreatePayment},
        reply,
    },
    model::{
        Currency,
        customer::Customer,
        destination::{Destination, DestinationKind},
        id::{PaymentIntentId, RouteId, WalletId},
        ledger::Account,
        payment_intent::{PaymentIntent, PaymentRef, StatusName},
        payment_method::{MethodOwner, PaymentMethod, VaultPlace},
        tenant::Setup,
    },
    operations::{
        Idempotency, Now, engine as payments,
        new_payment::{OpenedPayment, open},
        payment_steps,
    },
    processor::{
        Processors,
        simulator::{Card, NAME, routes::routes, token, tokenise},
    },
    store::{self, Consistency, intent::IntentFilter, meter::Usage},
};

/// Wallets, a card and a payee in a shop.
struct Purse<'a> {
    shop: &'a Shop,
    setup: Setup,
    customer: Customer,
    wallets: [WalletId; 2],
    card: PaymentMethod,
    payee: Destination,
}

/// What a request and its answer look like here.
fn request(path: &str, body: &Value) -> Request {
    let event = json!({
        "httpMethod": "POST",
        "resource": path,
        "requestContext": {},
        "headers": {"content-type": "application/json"},
        "body": body.to_string(),
    });
    gateway::request(event).unwrap()
}

impl<'a> Purse<'a> {
    async fn open(shop: &'a Shop) -> Self {
        let scope = fixture::scope();
        let setup = Setup { routes: routes(clock::new_id::<_>), ..fixture::setup(scope) };
        let customer = fixture::customer(scope, clock::now());
        let table = &shop.table;
        table.commit(store::tenant::insert(&setup).to_vec()).await.unwrap();
        table.commit(store::customer::insert(&customer).to_vec()).await.unwrap();
        let wallets = [(); 2].map(|()| clock::new_id());
        for wallet in wallets {
            let account = Account::wallet(scope, wallet, Currency::USD, customer.id);
            table.commit(vec![store::account::insert(&account)]).await.unwrap();
        }
        let card = Card {
            number: "4242424242424242".to_owned(),
            exp_month: 12,
            exp_year: 2040,
            cvc: "123".to_owned(),
        };
        let made = tokenise(&shop.key, &card, "link", scope.tenant, clock::now(), [1; 8]);
        let (text, card) = made.unwrap();
        let token = token::vault(&shop.key, text.reveal()).unwrap();
        let vault = VaultPlace { processor: NAME.to_owned(), token };
        let owner = MethodOwner { scope, customer: customer.id };
        let now = clock::now();
        let id = clock::new_id();
        let card = PaymentMethod::saved(id, owner, card, vault, now);
        table.commit(store::payment_method::insert(&card)).await.unwrap();
        let payee = Destination {
            id: clock::new_id(),
            scope,
            customer: customer.id,
            payee: clock::new_id(),
            kind: DestinationKind::Email { address: "ada@example.com".to_owned() },
            label: None,
            created_at: now,
            version: 1,
        };
        table.commit(vec![store::destination::insert(&payee)]).await.unwrap();
        shop.used();
        Self { shop, setup, customer, wallets, card, payee }
    }

    fn route(&self, name: &str) -> RouteId {
        self.setup.routes.iter().find(|route| route.name == name).unwrap().id
    }

    /// A payment as `platform-create-payment` makes it.
    async fn pay(&self, key: &str, more: Value) -> PaymentIntent {
        let mut body = json!({
            "user_id": self.customer.id.to_string(),
            "wallet_id": self.wallets[0].to_string(),
            "amount": "12.50",
            "idempotency_key": key,
            "metadata": {"order": "A-1001"},
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let (store, scope) = (&self.shop.table, self.setup.tenant.scope);
        let request = request("/v1/platform/payments", &body);
        let body = request.body_of::<CreatePayment>().unwrap();
        let clock: Now<'_> = &clock::now;
        let opened = match open(store, scope, &body.command().unwrap(), clock).await.unwrap() {
            OpenedPayment::Earlier(earlier) => return *earlier,
            OpenedPayment::New(opened) => *opened,
        };
        let processors = Processors::embedded(&self.shop.books, self.shop.key.clone(), true);
        payments::drive(store, &processors, opened, None, clock).await.unwrap()
    }

    fn transfer(&self) -> Value {
        json!({"intent_type": "transfer", "destination_wallet_id": self.wallets[1].to_string()})
    }

    fn hold(&self) -> Value {
        let mut body = self.transfer();
        body["hold"] = true.into();
        body
    }

    /// What `platform-release-payment` does, and what it costs.
    async fn release(&self, id: PaymentIntentId, body: Value) -> Paying {
        let (store, scope) = (&self.shop.table, self.setup.tenant.scope);
        let request = request("/v1/platform/payments/{payment_intent_id}/release", &body);
        let mut fields = request.fields().unwrap();
        let body: ReleasePayment = fields.read().unwrap();
        let idempotency = Idempotency::of(
            &request,
            &body.meaning(),
            scope,
            "release-payment",
            body.idempotency_key(),
        )
        .unwrap();
        let shown = |payment: &PaymentIntent| reply::json(&view(payment, clock::now()));
        let (step, remember) = (body.command(), idempotency.remember(&shown));
        payment_steps::take(store, PaymentRef { scope, id }, &step, remember, &clock::now)
            .await
            .unwrap();
        let used = self.shop.used();
        let found = store.intent(scope, id, Consistency::Strong).await.unwrap().unwrap();
        self.shop.used();
        Paying { paid: found, used }
    }

    /// What `platform-cancel-payment` does without a key, and what it costs.
    async fn call_off(&self, id: PaymentIntentId) -> Paying {
        let decide = |payment: &PaymentIntent, _: i64, now| payment.call_off(now);
        let payment = PaymentRef { scope: self.setup.tenant.scope, id };
        let store = &self.shop.table;
        let step = payments::step(store, payment, decide, |_| Vec::new(), &clock::now);
        Paying { paid: step.await.unwrap(), used: self.shop.used() }
    }

    /// A payment, and what it costs.
    async fn paying(&self, key: &str, more: Value) -> Paying {
        let paid = self.pay(key, more).await;
        Paying { paid, used: self.shop.used() }
    }

    fn funding(&self) -> Value {
        json!({
            "intent_type": "funding",
            "product_id": self.route("Fund by card").to_string(),
            "payment_method_id": self.card.id.to_string(),
        })
    }

    fn payout(&self) -> Value {
        json!({
            "product_id": self.route("Pay out by e-mail").to_string(),
            "payee_destination_id": self.payee.id.to_string(),
        })
    }
}

/// The most that an operation may cost: trips, write units and read units.
struct Most(u64, u64, u64);

/// A payment after an operation, and what that cost.
struct Paying {
    paid: PaymentIntent,
    used: Usage,
}

/// Prints a row and holds it against trips, write units (indexes included) and read units.
fn cost(operation: &'static str, most: Most, paying: Paying, status: StatusName) -> PaymentIntent {
    let (Most(trips, write, read), Paying { paid, used }) = (most, paying);
    let budget =
        Budget { operation, trips, half_write_units: 2 * write, half_read_units: 2 * read };
    assert_eq!(paid.status.name(), status, "{operation}");
    row(&budget, used);
    paid
}

pub(super) async fn payments(shop: &Shop) {
    let purse = Purse::open(shop).await;
    // Accounts of the outside come into being with the first payments; the usual one finds them.
    for n in 0..200 {
        let route = if n % 2 == 0 { purse.funding() } else { purse.payout() };
        purse.pay(&format!("earlier-{n}"), route).await;
    }
    purse.pay("plenty", with(purse.funding(), "amount", 5_000)).await;
    shop.used();
    within(&purse).await;
    outside(&purse).await;
    listing(&purse).await;
}

fn with(mut body: Value, name: &str, value: impl Into<Value>) -> Value {
    body[name] = value.into();
    body
}

async fn within(purse: &Purse<'_>) {
    use StatusName::{Canceled, Held, Succeeded};
    let paid = purse.paying("transfer", purse.transfer()).await;
    cost("transfer", Most(2, 12, 5), paid, Succeeded);
    let again = purse.paying("transfer", purse.transfer()).await;
    cost("transfer, the same request again", Most(1, 0, 5), again, Succeeded);
    let held = cost("hold", Most(2, 10, 5), purse.paying("hold", purse.hold()).await, Held);
    let released = purse.release(held.id, json!({})).await;
    cost("release", Most(3, 14, 3), released, Succeeded);
    let held = purse.pay("hold-2", purse.hold()).await;
    purse.shop.used();
    let part = purse.release(held.id, json!({"amount": 5, "idempotency_key": "part"})).await;
    cost("release a part, idempotency key", Most(4, 16, 4), part, Held);
    let canceled = purse.call_off(held.id).await;
    cost("cancel", Most(3, 10, 3), canceled, Canceled);
}

async fn outside(purse: &Purse<'_>) {
    use StatusName::{Processing, Succeeded};
    let funded = purse.paying("fund", purse.funding()).await;
    cost("funding by card", Most(5, 15, 9), funded, Succeeded);
    let sent = purse.paying("payout", purse.payout()).await;
    cost("payout, accepted by the bank", Most(6, 15, 10), sent, Processing);
}

async fn listing(purse: &Purse<'_>) {
    let filter = IntentFilter::default();
    let listed =
        purse.shop.table.intents(purse.setup.tenant.scope, filter, &slice(50), clock::now()).await;
    assert_eq!(listed.unwrap().entries.len(), 50);
    let used = purse.shop.used();
    let budget = Budget {
        operation: "list 50 payments between wallets",
        trips: 2,
        half_write_units: 0,
        half_read_units: used.half_read_units,
    };
    row(&budget, used);
    assert!(used.half_read_units <= 14, "7 read units");
}
