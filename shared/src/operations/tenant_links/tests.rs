use super::*;
use crate::{
    model::{
        Currency, Mode,
        customer::{Customer, MerchantAccount, MerchantAccountStatus},
        id::TenantId,
    },
    store::{customer, memory::Memory, tenant},
};
use futures_util::FutureExt;
use std::collections::BTreeMap;

fn now() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn scope() -> Scope {
    Scope { tenant: TenantId::mint(now(), [1; 10]), mode: Mode::Test }
}

fn eur(minor: i64) -> Money {
    Money::from_minor(minor, "EUR".parse().unwrap())
}

fn payer() -> Customer {
    let id = CustomerId::mint(now(), [2; 10]);
    Customer::new(id, scope(), "Ada".into(), "ada@example.com".into())
}

/// A table with a tenant that may take up to EUR 1,000.00, a customer, and an account that charges.
fn shop(with_account: bool) -> Table {
    let table = Table::Memory(Memory::default());
    let limit: Currency = "EUR".parse().unwrap();
    let tenant = Tenant {
        scope: scope(),
        name: "Shop".into(),
        allowed_origins: vec![],
        limits: [(limit, eur(100_000))].into(),
        review: BTreeMap::new(),
        created_at: now(),
        version: 1,
    };
    let mut writes =
        tenant::insert(&crate::model::tenant::Setup { tenant, routes: vec![] }).to_vec();
    writes.extend(customer::insert(&payer()));
    if with_account {
        let account = MerchantAccount {
            id: Id::mint(now(), [3; 10]),
            status: MerchantAccountStatus::Approved,
            descriptor: "SHOP".into(),
            processor: "simulator".into(),
            created_at: now(),
        };
        let accounts = TenantAccounts::none(scope()).with_account(account).unwrap();
        writes.push(processor_account::put(&accounts));
    }
    table.commit(writes).now_or_never().unwrap().unwrap();
    table
}

fn new(key: Option<&str>, at: Time) -> NewTenantLink {
    NewTenantLink {
        id: id(scope(), key, [9; 10], at),
        idempotency_key: key.map(str::to_owned),
        amount: eur(25_000),
        description: "Annual report".into(),
        customer: None,
        success_url: None,
        metadata: None,
        expires_at: None,
        tax_code: None,
    }
}

fn make(table: &Table, new: &NewTenantLink) -> Result<MadeLink> {
    let found = table.get_many(&new.keys(scope()), Consistency::Strong).now_or_never().unwrap();
    create(table, scope(), new, &found.unwrap()).now_or_never().unwrap()
}

#[test]
fn a_link_belongs_to_the_tenant_and_is_found_by_its_id() {
    let table = shop(true);
    let made = make(&table, &new(None, now())).unwrap();
    assert!(!made.replayed);
    let payment = made.payment;
    assert_eq!((payment.surface, payment.customer), (Surface::Payments, None));
    assert_eq!(payment.amounts, Amounts::untaxed(eur(25_000)));
    let kept = table.intent(scope(), payment.id, Consistency::Strong).now_or_never().unwrap();
    assert_eq!(kept.unwrap(), Some(payment));
}

#[test]
fn a_key_that_comes_again_is_answered_as_before_whatever_has_become_of_the_link() {
    let table = shop(true);
    let first = make(&table, &new(Some("A-17"), now())).unwrap().payment;
    let canceled = first.cancel(now().plus_seconds(5)).unwrap();
    table.replace_intent(&canceled, None).now_or_never().unwrap().unwrap();
    let again = make(&table, &new(Some("A-17"), now().plus_days(400))).unwrap();
    assert!(again.replayed);
    assert_eq!(again.payment.id, first.id);
    assert_eq!(again.payment, first);
}

#[test]
fn a_key_that_comes_with_another_request_is_told_what_differs() {
    let table = shop(true);
    make(&table, &new(Some("A-17"), now())).unwrap();
    let other = NewTenantLink {
        amount: eur(25_001),
        description: "Another".into(),
        customer: Some(LinkCustomer::Known(payer().id)),
        success_url: Some("https://shop.example/".into()),
        metadata: Metadata::new("{}").ok(),
        expires_at: Some(now().plus_days(1)),
        tax_code: Some("digital".into()),
        ..new(Some("A-17"), now())
    };
    let Err(Problem::Repeated { differing }) = make(&table, &other) else { panic!() };
    let all =
        ["amount", "description", "customerId", "successUrl", "metadata", "expiresAt", "taxCode"];
    assert_eq!(differing, all);
    // What it asks for cannot be had any more; the key has been answered all the same.
    let above = NewTenantLink { amount: eur(100_001), ..new(Some("A-17"), now()) };
    assert_eq!(
        make(&table, &above).unwrap_err(),
        Problem::Repeated { differing: vec!["amount".into()] }
    );
}

#[test]
fn what_is_missing_is_told_in_the_order_of_the_contract() {
    let unpaid = shop(false);
    let nobody = |customer| NewTenantLink { customer: Some(customer), ..new(None, now()) };
    let missing = Problem::NotFound(Resource::Customer);
    for customer in [
        LinkCustomer::Nobody,
        LinkCustomer::Own("user-1".into()),
        LinkCustomer::Known(CustomerId::mint(now(), [8; 10])),
    ] {
        assert_eq!(make(&unpaid, &nobody(customer)).unwrap_err(), missing);
    }
    let refused = make(&unpaid, &new(Some("k"), now())).unwrap_err();
    assert_eq!(refused, Problem::State(StateRefusal::NoMerchantAccount));
    let above = NewTenantLink { amount: eur(100_001), ..nobody(LinkCustomer::Nobody) };
    let Err(Problem::Invalid(fields)) = make(&unpaid, &above) else { panic!() };
    assert_eq!(fields[0].field, "amount");
}

#[test]
fn a_customer_is_found_by_either_id() {
    let table = shop(true);
    let own = key::customer_own_id(scope(), "user/1 %");
    let claim = own.item().with("v", 1_i64).with("cust", payer().id.to_string());
    table.commit(vec![store::Write::Insert(claim)]).now_or_never().unwrap().unwrap();
    for customer in [LinkCustomer::Known(payer().id), LinkCustomer::Own("user/1 %".into())] {
        let asked = NewTenantLink { customer: Some(customer), ..new(None, now()) };
        let asked = NewTenantLink { id: id(scope(), None, asked_random(&asked), now()), ..asked };
        assert_eq!(make(&table, &asked).unwrap().payment.customer, Some(payer().id));
    }
}

/// Another id for each way to name a customer.
fn asked_random(asked: &NewTenantLink) -> [u8; 10] {
    match asked.customer {
        Some(LinkCustomer::Own(_)) => [11; 10],
        Some(LinkCustomer::Known(_) | LinkCustomer::Nobody) | None => [12; 10],
    }
}

#[test]
fn one_key_is_one_payment_of_one_tenant() {
    let table = shop(true);
    let one = make(&table, &new(Some("k"), now())).unwrap().payment.id;
    let elsewhere = Scope { mode: Mode::Live, ..scope() };
    assert_ne!(id(elsewhere, Some("k"), [9; 10], now()).seed(), one.seed());
    let places = [place(scope(), one)];
    let at_place = table.get_many(&places, Consistency::Strong);
    let items = at_place.now_or_never().unwrap().unwrap();
    assert_eq!(found(scope(), one, &items).unwrap().id, one);
    let twin: PaymentIntentId = Id::derive(now().plus_days(3), one.seed().unwrap());
    assert_eq!(found(scope(), twin, &items).unwrap_err(), Problem::NotFound(Resource::Payment));
}
