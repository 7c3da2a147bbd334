use super::*;
use crate::{
    model::{
        Amounts, Currency,
        bank::{AccountType, BankSummary},
        customer::Customer,
        ledger::{Account, AccountId, Balance},
        payment_intent::{
            Terms, WalletTerms,
            wallet::{self, Pull, Way},
        },
        payment_method::{MethodOwner, PaymentMethod, VaultPlace},
        route::{IntentType, Limits, Rail, Route, Spendable},
        secret::ProcessorToken,
        tenant::{Setup, Tenant},
    },
    operations::{Idempotency, Resource, StateRefusal},
    store::{
        self, Write, intent,
        memory::Memory,
        tests::{id, now, pending, scope},
    },
};
use futures_util::FutureExt;
use std::collections::BTreeMap;

fn clock() -> Time {
    now().plus_seconds(60)
}

fn route(maximum: i64) -> Route {
    Route {
        id: id(20),
        name: "ACH in".into(),
        pull: Some(Rail::Ach),
        push: None,
        processor: "simulator".into(),
        limits: BTreeMap::from([(Currency::USD, Limits { minimum: 1, maximum })]),
        spendable: Spendable::AtSettled,
    }
}

fn setup(routes: Vec<Route>, limit: i64) -> Setup {
    let tenant = Tenant {
        scope: scope(),
        name: "Corner Shop".into(),
        allowed_origins: vec![],
        limits: BTreeMap::from([(Currency::USD, Money::from_minor(limit, Currency::USD))]),
        review: BTreeMap::new(),
        created_at: now(),
        version: 1,
    };
    Setup { tenant, routes }
}

fn method() -> PaymentMethod {
    let summary = BankSummary {
        routing_number: "110000000".into(),
        last4: "6789".into(),
        account_type: AccountType::Checking,
        holder_name: "Ada".into(),
        fingerprint: "f".into(),
    };
    let owner = MethodOwner { scope: scope(), customer: id(2) };
    let token = ProcessorToken::new("ba_1".into());
    let vault = VaultPlace { processor: "simulator".into(), token };
    PaymentMethod::bank(id(21), owner, summary, vault, now())
}

fn payment_ref() -> PaymentRef {
    PaymentRef { scope: scope(), id: id(5) }
}

fn in_review(kind: IntentType) -> PaymentIntent {
    let pull = Pull { rail: Rail::Ach, method: id(21), token: ProcessorToken::new("ba_1".into()) };
    let way = Way {
        route: id(20),
        processor: "simulator".into(),
        pull: Some(pull),
        push: None,
        spendable: Spendable::AtSettled,
    };
    let funding = kind == IntentType::Funding;
    let terms = WalletTerms {
        kind,
        wallet: id(10),
        destination_wallet: (!funding).then(|| id(11)),
        way: funding.then_some(way),
        hold: None,
        first: None,
    };
    let new = PaymentIntent {
        id: id(5),
        amounts: Amounts::untaxed(Money::from_minor(1_000, Currency::USD)),
        terms: Terms::Wallet(terms),
        history: wallet::history(now()),
        ..pending()
    };
    PaymentIntent { version: 1, ..new.stop_for_review(now()) }
}

async fn world(kind: IntentType) -> Table {
    let store = Table::Memory(Memory::default());
    let customer = Customer::new(id(2), scope(), "Ada".into(), "ada@example.com".into());
    let wallet = |n| Account {
        scope: scope(),
        id: AccountId::Wallet(id(n)),
        currency: Currency::USD,
        owner: Some(id(2)),
        balance: Balance::default(),
        version: 0,
    };
    let mut writes: Vec<Write> = Vec::new();
    writes.extend(store::tenant::insert(&setup(vec![route(5_000)], 9_000)));
    writes.extend(store::customer::insert(&customer));
    writes.extend(store::payment_method::insert(&method()));
    writes.push(store::account::insert(&wallet(10)));
    writes.push(store::account::insert(&wallet(11)));
    writes.push(intent::insert(&in_review(kind)));
    store.commit(writes).await.unwrap();
    store
}

const APPROVE: PaymentStep = PaymentStep::Review(ReviewDecision::Approve);

async fn approve(store: &Table) -> Result<IdempotentAnswer> {
    let idempotency = Idempotency::new(scope(), "review", None, std::iter::empty());
    let shown = |payment: &PaymentIntent| payment.status.name().as_str().to_owned();
    take(store, payment_ref(), &APPROVE, idempotency.remember(&shown), &clock).await
}

#[tokio::test]
async fn an_approval_reads_again_what_the_payment_rests_on() {
    let store = world(IntentType::Funding).await;
    assert_eq!(approve(&store).await.unwrap().data, "processing", "nothing has changed");
    let store = world(IntentType::Funding).await;
    store.commit(store::payment_method::remove(&method())).await.unwrap();
    let refused = approve(&store).await.unwrap_err();
    assert_eq!(refused, Problem::NotFound(Resource::PaymentMethod));
    for (routes, limit, missing) in
        [(vec![], 9_000, true), (vec![route(999)], 9_000, false), (vec![route(5_000)], 999, false)]
    {
        let store = world(IntentType::Funding).await;
        let mut next = setup(routes, limit);
        next.tenant.version = 2;
        store.commit(store::tenant::replace(&next).into()).await.unwrap();
        let refused = approve(&store).await.unwrap_err();
        match missing {
            true => assert_eq!(refused, Problem::NotFound(Resource::Route)),
            false => assert!(matches!(refused, Problem::Invalid(_)), "{refused:?}"),
        }
        let waits = store.intent(scope(), id(5), Consistency::Strong).await.unwrap().unwrap();
        assert_eq!(waits.status, Status::PendingReview, "it goes on waiting");
    }
}

#[tokio::test]
async fn who_lacks_money_because_a_duplicate_took_it_hears_the_duplicates_answer() {
    let store = world(IntentType::Transfer).await;
    let alone = approve(&store).await.unwrap_err();
    assert_eq!(alone, Problem::State(StateRefusal::InsufficientFunds));
    let idempotency = Idempotency::new(scope(), "review", Some("key"), std::iter::empty());
    // The duplicate commits between what this one has read and what it writes.
    let shown = |_: &PaymentIntent| {
        if let Some(write) = idempotency.write("the first answer", clock()) {
            let _ = store.commit(vec![write]).now_or_never().unwrap();
        }
        "the second answer".to_owned()
    };
    let remember = idempotency.remember(&shown);
    let answer = take(&store, payment_ref(), &APPROVE, remember, &clock).await.unwrap();
    assert_eq!((answer.data.as_str(), answer.replayed), ("the first answer", true));
}
