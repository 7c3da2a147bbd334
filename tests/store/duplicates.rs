//! The same creation many times at once with one idempotency key, on every route that makes money
//! move: whoever comes second hears the answer of the first, and never a refusal that is only the
//! first one's work.

use super::{fixture, managing, on_own_tables, purse::Purse};
use futures_util::future::join_all;
use shared::{
    app::clock,
    http::meaning,
    model::{
        Currency, Money,
        customer::Customer,
        destination::{Destination, DestinationKind},
        id::PaymentIntentId,
        payment_intent::{PaymentIntent, PaymentRef, wallet::PayeeAccount},
        payment_link::Limit,
        payment_method::{MethodOwner, PaymentMethod, VaultPlace},
        processor_account::TenantAccounts,
        route::IntentType,
        secret::ProcessorToken,
        tax::BuiltIn,
        tenant::Setup,
    },
    operations::{
        Idempotency, Problem,
        merchant_links::{self, MadeMerchantLink},
        new_payment::{NewPayment, OpenedPayment, open},
        payment_links::{self, NewPaymentLink},
        payment_steps::{self, PaymentStep},
        tenant_links::{self, NewTenantLink},
    },
    processor::simulator::{NAME, routes::routes},
    store::{self, Consistency, Table},
};
use std::{collections::BTreeSet, sync::Arc};

on_own_tables!(
    a_transfer_of_all_the_money_is_one_payment_however_often_it_is_asked_for_at_once,
    a_payout_of_all_the_money_is_one_payment_however_often_it_is_asked_for_at_once,
    a_funding_is_one_payment_however_often_it_is_asked_for_at_once,
    a_platform_link_is_one_however_often_it_is_asked_for_at_once,
    a_tenants_own_link_is_one_however_often_it_is_asked_for_at_once,
    the_last_link_an_organisation_may_have_is_one_however_often_it_is_asked_for_at_once,
    a_release_of_the_rest_is_the_same_request_with_the_rest_spelled_out,
);

/// Requests at the same moment.
const AT_ONCE: usize = 24;

/// Whatever money there is, in minor units.
const ALL: i64 = 50_000;

/// A tenant with a customer, two wallets and ways in and out.
struct World {
    purse: Purse,
    setup: Setup,
    customer: Customer,
}

impl World {
    async fn new(table: Arc<Table>) -> Self {
        let mut purse = Purse::with(table, &[]).await;
        let setup = Setup { routes: routes(clock::new_id::<_>), ..fixture::setup(purse.scope) };
        let customer = fixture::customer(purse.scope, clock::now());
        purse.customer = customer.id;
        let table = &purse.table;
        table.commit(store::tenant::insert(&setup).to_vec()).await.unwrap();
        table.commit(store::customer::insert(&customer).to_vec()).await.unwrap();
        purse.add(&[ALL, 0]).await;
        Self { purse, setup, customer }
    }

    fn table(&self) -> &Table {
        &self.purse.table
    }

    fn new_payment(&self, kind: IntentType, route: Option<&str>) -> NewPayment {
        let found = |name: &str| self.setup.routes.iter().find(|route| route.name == name).unwrap();
        NewPayment {
            idempotency_key: "order-17".to_owned(),
            kind,
            customer: self.customer.id,
            wallet: self.purse.wallets[0],
            amount: Money::from_minor(ALL, Currency::USD),
            route: route.map(|name| found(name).id),
            destination_wallet: None,
            method: None,
            payee: None,
            hold_s: None,
            metadata: None,
        }
    }

    /// The payment that all requests were told of, or that is still under way for them.
    async fn ask(&self, new: &NewPayment) -> PaymentIntentId {
        let scope = self.setup.tenant.scope;
        let asked = (0..AT_ONCE).map(|_| {
            let (table, new) = (Arc::clone(&self.purse.table), new.clone());
            tokio::spawn(async move {
                loop {
                    match open(&table, scope, &new, &clock::now).await {
                        Err(Problem::Contended) => tokio::task::yield_now().await,
                        other => return other,
                    }
                }
            })
        });
        let (mut ids, mut first) = (BTreeSet::new(), 0);
        for told in join_all(asked).await {
            match told.unwrap() {
                Ok(OpenedPayment::New(payment)) => {
                    first += 1;
                    ids.insert(payment.id);
                }
                Ok(OpenedPayment::Earlier(payment)) => {
                    ids.insert(payment.id);
                }
                // The first one still works on it.
                Err(Problem::InProgress { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        // Of one millisecond they write the very same record, and each may go on with it.
        assert!(first > 0 && ids.len() == 1, "{first} first ones, {ids:?}");
        ids.into_iter().next().unwrap()
    }
}

async fn a_transfer_of_all_the_money_is_one_payment_however_often_it_is_asked_for_at_once(
    table: Arc<Table>,
) {
    let world = World::new(table).await;
    let destination_wallet = Some(world.purse.wallets[1]);
    let new = NewPayment { destination_wallet, ..world.new_payment(IntentType::Transfer, None) };
    world.ask(&new).await;
    assert_eq!(world.purse.balance(0).await.0, 0);
    assert_eq!(world.purse.balance(1).await.0, ALL);
}

async fn a_payout_of_all_the_money_is_one_payment_however_often_it_is_asked_for_at_once(
    table: Arc<Table>,
) {
    let world = World::new(table).await;
    let payee = Destination {
        id: clock::new_id(),
        scope: world.purse.scope,
        customer: world.customer.id,
        payee: clock::new_id(),
        kind: DestinationKind::Email { address: "ada@example.com".to_owned() },
        label: None,
        created_at: clock::now(),
        version: 1,
    };
    world.table().commit(vec![store::destination::insert(&payee)]).await.unwrap();
    let new = NewPayment {
        payee: Some(PayeeAccount::Destination(payee.id)),
        ..world.new_payment(IntentType::Payout, Some("Pay out by e-mail"))
    };
    world.ask(&new).await;
    assert_eq!(world.purse.balance(0).await, (ALL, 0, ALL));
}

async fn a_funding_is_one_payment_however_often_it_is_asked_for_at_once(table: Arc<Table>) {
    let world = World::new(table).await;
    let card = fixture::attempt(clock::now()).card;
    let token = ProcessorToken::new("vaulted".to_owned());
    let vault = VaultPlace { processor: NAME.to_owned(), token };
    let owner = MethodOwner { scope: world.purse.scope, customer: world.customer.id };
    let method = PaymentMethod::saved(clock::new_id(), owner, card, vault, clock::now());
    world.table().commit(store::payment_method::insert(&method)).await.unwrap();
    let new = NewPayment {
        method: Some(method.id),
        ..world.new_payment(IntentType::Funding, Some("Fund by card"))
    };
    world.ask(&new).await;
    // What comes in is announced when the provider is asked.
    assert_eq!(world.purse.balance(0).await, (ALL, 0, 0));
}

async fn a_platform_link_is_one_however_often_it_is_asked_for_at_once(table: Arc<Table>) {
    let world = World::new(table).await;
    let scope = world.purse.scope;
    let made = (0..AT_ONCE).map(|_| async {
        let new = NewPaymentLink {
            id: clock::new_id(),
            customer: world.customer.id,
            merchant_account: None,
            amount: Money::from_minor(1_250, Currency::USD),
            lasts_s: 600,
            attempts: Limit::ONE,
            metadata: None,
            return_url: None,
        };
        let meaning = [("amount", "12.5")].into_iter();
        let idempotency = Idempotency::new(scope, "create-link", Some("order-17"), meaning);
        payment_links::create(world.table(), scope, &new, &idempotency, clock::now()).await
    });
    let made: Vec<_> = join_all(made).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(made.iter().filter(|link| !link.replayed).count(), 1);
    assert!(made.iter().all(|link| link.id == made[0].id), "{made:?}");
}

async fn a_tenants_own_link_is_one_however_often_it_is_asked_for_at_once(table: Arc<Table>) {
    let world = World::new(table).await;
    let scope = world.purse.scope;
    let account = world.customer.merchant_accounts[0].clone();
    let accounts = TenantAccounts::none(scope).with_account(account).unwrap();
    world.table().commit(vec![store::processor_account::put(&accounts)]).await.unwrap();
    let made = (0..AT_ONCE).map(|_| async {
        let key = Some("order-17");
        let new = NewTenantLink {
            nonce: i64::from_be_bytes(clock::random()),
            id: tenant_links::id(scope, key, clock::random(), clock::now()),
            idempotency_key: key.map(str::to_owned),
            amount: Money::from_minor(1_250, Currency::USD),
            description: "Annual report".to_owned(),
            customer: None,
            success_url: None,
            metadata: None,
            expires_at: None,
            tax_code: None,
        };
        let mut found = Vec::new();
        for key in new.keys(scope) {
            found.push(world.table().get(&key, Consistency::Strong).await.unwrap());
        }
        tenant_links::create(world.table(), &BuiltIn, scope, &new, &found).await
    });
    let made: Vec<_> = join_all(made).await.into_iter().map(Result::unwrap).collect();
    // Those of one millisecond are the very same record but for who wrote it.
    assert_eq!(made.iter().filter(|link| !link.replayed).count(), 1);
    assert!(made.iter().all(|link| link.payment == made[0].payment), "{made:?}");
}

async fn the_last_link_an_organisation_may_have_is_one_however_often_it_is_asked_for_at_once(
    table: Arc<Table>,
) {
    let shop = managing::shop(&table).await;
    let mut settings = table.organization(shop.0, clock::now()).await.unwrap();
    settings.max_links = Some(1);
    settings.version = 1;
    table.commit(vec![store::organization::put(&settings)]).await.unwrap();
    let made = (0..AT_ONCE).map(|_| async {
        let render = |made: &MadeMerchantLink| made.link.id.to_string();
        loop {
            let meaning = [("name", "Autumn")].into_iter();
            let key = Some("order-17");
            let idempotency = Idempotency::new(shop.0, "create-payment-link", key, meaning);
            let (new, remember) = (managing::new_link(shop.1), idempotency.remember(&render));
            let made = merchant_links::create(&table, shop.0, new, remember, clock::now());
            match made.await {
                Err(Problem::Contended) => tokio::task::yield_now().await,
                other => return other,
            }
        }
    });
    let made: Vec<_> = join_all(made).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(made.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(made.iter().all(|answer| answer.data == made[0].data), "{made:?}");
}

/// A release that names no amount lets all go that is left, and means the same as one that names it;
/// be it the first of the two or the second.
async fn a_release_of_the_rest_is_the_same_request_with_the_rest_spelled_out(table: Arc<Table>) {
    for (first, again) in [(None, Some("400.00")), (Some("400"), None), (Some("400"), Some("4e2"))]
    {
        let world = World::new(Arc::clone(&table)).await;
        let (scope, destination_wallet) = (world.purse.scope, Some(world.purse.wallets[1]));
        let transfer = world.new_payment(IntentType::Transfer, None);
        let hold = NewPayment { destination_wallet, hold_s: Some(3_600), ..transfer };
        let id = world.ask(&hold).await;
        let release = async |key: &str, amount: Option<&str>| {
            let meaning = amount.map(meaning::number);
            let meaning = meaning.iter().map(|amount| ("amount", amount.as_str()));
            let once = Idempotency::new(scope, "release", Some(key), meaning);
            let step = PaymentStep::Release { amount: amount.map(str::to_owned), r#final: false };
            let shown = |payment: &PaymentIntent| format!("{:?}", payment.status.name());
            let remember = once.remember(&shown);
            let payment = PaymentRef { scope, id };
            payment_steps::take(world.table(), payment, &step, remember, &clock::now).await
        };
        assert!(!release("a part", Some("100")).await.unwrap().replayed);
        let told = release("the rest", first).await.unwrap();
        assert!(!told.replayed && told.data == "Succeeded", "{told:?}");
        assert_eq!(world.purse.balance(1).await.0, ALL);
        let again = release("the rest", again).await.unwrap();
        assert!(again.replayed && again.data == told.data, "{again:?}");
        let other = release("the rest", Some("399.99")).await;
        assert!(matches!(other, Err(Problem::Repeated { .. })), "{other:?}");
    }
}
