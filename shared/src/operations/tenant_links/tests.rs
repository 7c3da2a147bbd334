use super::*;
use crate::{
    model::{
        Currency, Mode,
        customer::{Customer, MerchantAccount, MerchantAccountStatus},
        id::TenantId,
        tax::BuiltIn,
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
            connected: None,
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
        nonce: 1,
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
    create(table, &BuiltIn, scope(), new, &found.unwrap()).now_or_never().unwrap()
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
fn of_two_equal_requests_in_one_millisecond_one_is_the_first() {
    let table = shop(true);
    let first = new(Some("A-17"), now());
    assert!(!make(&table, &first).unwrap().replayed);
    let twin = NewTenantLink { nonce: 2, ..first.clone() };
    let again = make(&table, &twin).unwrap();
    assert!(again.replayed, "a duplicate took the first one's record for its own");
    // The client's own second try, whose first answer was lost, is the first all the same.
    assert!(!make(&table, &first).unwrap().replayed);
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
        tax_code: Some("service".into()),
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
fn the_usual_tax_code_spelled_out_is_the_same_request() {
    let table = shop(true);
    let usual = "digital".to_owned();
    for (key, first, second) in [("a", None, Some(usual.clone())), ("b", Some(usual), None)] {
        let with = |tax_code| NewTenantLink { tax_code, ..new(Some(key), now()) };
        let made = make(&table, &with(first)).unwrap();
        let again = make(&table, &with(second)).unwrap();
        assert!(again.replayed);
        assert_eq!(again.payment.id, made.payment.id);
    }
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
    let duplicate: PaymentIntentId = Id::derive(now().plus_days(3), one.seed().unwrap());
    assert_eq!(
        found(scope(), duplicate, &items).unwrap_err(),
        Problem::NotFound(Resource::Payment)
    );
}

/// Tax of Germany, which the tenant is registered in.
fn collecting(table: &Table) {
    use crate::model::{
        address::Address,
        tax::settings::{Collect, Registration, Scheme, SellerDetails, TaxChange},
    };
    let address = Address {
        line1: "Street 1".into(),
        line2: None,
        city: "Town".into(),
        state: None,
        postal_code: "10115".into(),
        country: "DE".parse().unwrap(),
        region: None,
    };
    let seller = SellerDetails {
        legal_name: "Shop".into(),
        address: address.clone(),
        tax_id: None,
        registration_number: None,
        tax_number: None,
        email: None,
        website: None,
    };
    let home = Registration {
        country: "DE".parse().unwrap(),
        region: None,
        scheme: Scheme::Standard,
        tax_id: None,
        from: None,
        until: None,
        rate: None,
        postal_rates: vec![],
    };
    let change = TaxChange {
        seller: Some(Some(seller)),
        collect: Some(Collect::Registered),
        registrations: Some(vec![home]),
        ..TaxChange::default()
    };
    let settings = Settings::default().changed(change, now()).unwrap();
    let mut ada = payer();
    ada.id = CustomerId::mint(now(), [5; 10]);
    ada.email = "ada@example.de".into();
    ada.profile.address = Some(address);
    ada.profile.own_id = Some("user 1".into());
    let mut writes = vec![store::tax::put(scope(), &settings)];
    writes.extend(customer::insert_kept(&ada, None));
    table.commit(writes).now_or_never().unwrap().unwrap();
}

#[tokio::test]
async fn where_the_customers_country_is_known_tax_is_estimated_when_the_link_is_made() {
    let table = shop(true);
    collecting(&table);
    let make = async |new: &NewTenantLink| {
        let found = table.get_many(&new.keys(scope()), Consistency::Strong).await.unwrap();
        create(&table, &BuiltIn, scope(), new, &found).await.unwrap()
    };
    let known = LinkCustomer::Known(CustomerId::mint(now(), [5; 10]));
    for (key, customer) in [("a", known.clone()), ("b", LinkCustomer::Own("user 1".into()))] {
        let asked = NewTenantLink { customer: Some(customer), ..new(Some(key), now()) };
        let made = make(&asked).await.payment;
        let minors = (made.amounts.tax().minor(), made.amounts.total().minor());
        assert_eq!(minors, (4_750, 29_750), "{key}");
        let record = made.estimate().unwrap().record.clone().unwrap();
        assert_eq!(record.country.map(|country| country.to_string()).as_deref(), Some("DE"));
        // The customer moves: the same request is answered as it was.
        let asked =
            NewTenantLink { id: id(scope(), Some(key), [8; 10], now().plus_ms(1)), ..asked };
        let again = make(&asked).await;
        assert!(again.replayed);
        assert_eq!(again.payment, made);
    }
    // Nobody is named, or somebody whose country nobody knows.
    let nowhere = Some(LinkCustomer::Known(payer().id));
    for (key, customer) in [("c", None), ("d", nowhere)] {
        let made = make(&NewTenantLink { customer, ..new(Some(key), now()) }).await.payment;
        assert_eq!((made.amounts.tax().minor(), made.estimate()), (0, None), "{key}");
    }
    // Total above what can be named: the link is made, and cannot be paid.
    let most = Money::from_minor(crate::model::money::LARGEST_MINOR, "USD".parse().unwrap());
    let huge = NewTenantLink { amount: most, customer: Some(known), ..new(Some("e"), now()) };
    assert_eq!(make(&huge).await.payment.estimate(), None);
}
