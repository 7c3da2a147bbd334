use super::*;
use crate::{
    model::{
        Mode, Money,
        catalog::{Offer, Prices},
        customer::{MerchantAccount, MerchantAccountStatus},
        id::{MemberId, MerchantAccountId},
        organization::PaymentLimits,
    },
    operations::{
        Idempotency,
        fixture::{now, setup, tenant},
        merchant_checkouts,
    },
    store::{catalog, memory::Memory},
};

fn scope() -> Scope {
    Scope { tenant: tenant(), mode: Mode::Test }
}

fn product(n: u8, prices: &[(&str, i64)]) -> Product {
    let prices =
        prices.iter().map(|(code, minor)| Money::from_minor(*minor, code.parse().unwrap()));
    Product {
        id: ProductId::mint(now(), [n; 10]),
        scope: scope(),
        offer: Offer {
            name: format!("Product {n}"),
            description: None,
            image: None,
            tax_code: None,
            tax_rate: None,
            prices: Prices::new(prices).unwrap(),
        },
        sku: None,
        image_url: None,
        active: n != 3,
        archived_at: (n == 4).then(now),
        metadata: None,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

/// Products 1 (in both currencies), 2 (in US dollars), 3 (off) and 4 (archived).
async fn world() -> Table {
    let store = Table::Memory(Memory::default());
    let mut writes = store::tenant::insert(&setup(Mode::Test)).to_vec();
    for n in 1..=4 {
        let both: &[(&str, i64)] = &[("USD", 12_000), ("EUR", 11_000)];
        let prices = if n == 1 { both } else { &[("USD", 30)] };
        writes.extend(catalog::insert(&product(n, prices)));
    }
    store.commit(writes).await.unwrap();
    store
}

fn line(n: u8, quantity: u32) -> NewLine {
    NewLine { product: Some(ProductId::mint(now(), [n; 10])), quantity, adjustable: None }
}

fn wish(lines: Vec<NewLine>) -> NewMerchantLink {
    NewMerchantLink {
        id: "6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21".parse().unwrap(),
        name: "Autumn".into(),
        lines,
        currency: None,
        pricing_mode: None,
        expires_at: None,
        uses: Limit::at_most(Some(2)).unwrap(),
        metadata: None,
        success_url: None,
        created_by: Actor::Member(MemberId::mint(now(), [2; 10])),
    }
}

async fn make(store: &Table, wish: NewMerchantLink) -> Result<IdempotentAnswer> {
    let once = Idempotency::new(scope(), "create_payment_link", None, std::iter::empty());
    let shown = |made: &MadeMerchantLink| made.link.id.to_string();
    create(store, scope(), wish, once.remember(&shown), now()).await
}

async fn refused(store: &Table, wish: NewMerchantLink) -> Vec<(String, String)> {
    let Err(Problem::Invalid(fields)) = make(store, wish).await else { panic!("not refused") };
    fields.into_iter().map(|field| (field.field, field.message)).collect()
}

#[tokio::test]
async fn a_link_freezes_its_products_as_they_are() {
    let store = world().await;
    make(&store, wish(vec![line(1, 1), line(2, 3), line(1, 4)])).await.unwrap();
    let before = product(1, &[("USD", 12_000), ("EUR", 11_000)]);
    let dearer = product(1, &[("USD", 99_000)]);
    let after = Product { offer: dearer.offer, version: 2, ..before.clone() };
    store.commit(catalog::replace(&before, &after)).await.unwrap();
    let opened = open(&store, wish(Vec::new()).id).await.unwrap();
    let snapshot = opened.details.snapshot.unwrap();
    let quantities: Vec<_> = snapshot.lines.iter().map(|line| line.quantity).collect();
    assert_eq!(quantities, [5, 3], "lines of one product are added up");
    let price = snapshot.lines[0].offer.prices.get(Currency::USD).unwrap();
    assert_eq!(price.minor(), 12_000);
    assert_eq!(opened.link.uses.left(), Some(2));
}

#[tokio::test]
async fn lines_that_cannot_be_sold_are_named_all_at_once() {
    let store = world().await;
    let nothing = NewLine { product: None, ..line(1, 1) };
    let lines = vec![line(1, 1), line(9, 1), line(3, 1), line(4, 1), nothing];
    let named = refused(&store, wish(lines)).await;
    let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "products[1].product_id",
        "products[2].product_id",
        "products[3].product_id",
        "products[4].product_id",
    ];
    assert_eq!(names, expected);
    let euro = NewMerchantLink { currency: Some("EUR".parse().unwrap()), ..wish(vec![line(2, 9)]) };
    let named = refused(&store, euro).await;
    assert_eq!(named, [("products[0].product_id".to_owned(), "has no price in EUR".to_owned())]);
}

#[tokio::test]
async fn quantities_are_bounded_and_said_once() {
    let store = world().await;
    let range = |minimum, maximum| Some(QuantityRange { minimum, maximum });
    let choose = |quantity, adjustable| NewLine { adjustable, ..line(2, quantity) };
    for (lines, name) in [
        (vec![line(2, 600_000), line(2, 600_000)], "products[1].quantity"),
        (vec![choose(2, range(1, 4)), line(2, 2)], "products[1].adjustable_quantity"),
        (vec![choose(9, range(1, 4))], "products[0].quantity"),
        (vec![choose(2, range(4, 1))], "products[0].adjustable_quantity"),
    ] {
        assert_eq!(refused(&store, wish(lines)).await[0].0, name);
    }
}

#[tokio::test]
async fn hard_case_20_totals_lie_within_the_limits_whatever_buyers_choose() {
    let store = world().await;
    let named = refused(&store, wish(vec![line(2, 1)])).await;
    let below = "The total 0.30 USD is below the minimum of 0.50 USD.";
    assert_eq!(named, [(String::new(), below.to_owned())]);
    let range = Some(QuantityRange { minimum: 1, maximum: 999_999 });
    let most = NewLine { adjustable: range, ..line(1, 1) };
    assert_eq!(refused(&store, wish(vec![most])).await[0].0, "");
    let soon = NewMerchantLink { expires_at: Some(now()), ..wish(vec![line(1, 1)]) };
    assert_eq!(refused(&store, soon).await[0].0, "expires_at");
}

/// 100 lines of 999,999 pieces of 999,999.99: above the maximum, and no overflow on the way.
#[tokio::test]
async fn hard_case_19_the_largest_link_there_can_be_is_refused_without_overflow() {
    let store = world().await;
    let price = Prices::new([Money::from_minor(99_999_999, Currency::USD)]).unwrap();
    let mut lines = Vec::new();
    for n in 100..200_u8 {
        let dear = product(n, &[("USD", 100)]);
        let offer = Offer { prices: price.clone(), ..dear.offer.clone() };
        store.commit(catalog::insert(&Product { offer, ..dear })).await.unwrap();
        lines.push(line(n, 999_999));
    }
    let refused = refused(&store, wish(lines)).await;
    let why = "The total is larger than can be charged.";
    assert_eq!(refused, [(String::new(), why.to_owned())]);
}

#[tokio::test]
async fn opening_a_link_changes_nothing_and_an_unknown_one_is_not_found() {
    let store = world().await;
    make(&store, wish(vec![line(1, 1)])).await.unwrap();
    let Table::Memory(memory) = &store else { panic!() };
    let before = memory.everything();
    for _ in 0..100 {
        open(&store, wish(Vec::new()).id).await.unwrap();
    }
    assert_eq!(memory.everything(), before);
    let unknown = open(&store, PaymentLinkId::mint(now(), [9; 10])).await.unwrap_err();
    assert_eq!(unknown, Problem::NotFound(Resource::Link));
}

#[test]
fn a_foreign_host_that_only_looks_like_ours_is_another_origin() {
    let origin = |url: &str| merchant_checkouts::origin_of(url).map(|origin| origin.to_string());
    assert_eq!(origin("https://shop.example/a?b#c"), Some("https://shop.example".into()));
    for url in ["javascript:alert(1)", "//shop.example", "https://a@shop.example/", ""] {
        assert_eq!(origin(url), None, "{url}");
    }
}

/// What a request with one key is answered, whatever else it says.
async fn again(store: &Table, said: &[(&str, &str)], at: Time) -> Result<bool> {
    let once = Idempotency::new(scope(), "create_payment_link", Some("K"), said.iter().copied());
    let shown = |made: &MadeMerchantLink| made.link.id.to_string();
    let wish = wish(vec![line(1, 1)]);
    create(store, scope(), wish, once.remember(&shown), at).await.map(|answer| answer.replayed)
}

#[tokio::test]
async fn a_default_of_the_organisation_spelled_out_is_the_same_request() {
    let store = world().await;
    assert_eq!(again(&store, &[("name", "Autumn")], now()).await, Ok(false));
    for said in [
        vec![("name", "Autumn"), ("currency", "USD")],
        vec![("name", "Autumn"), ("pricing_mode", "TAX_EXCLUSIVE")],
        vec![("name", "Autumn"), ("currency", "USD"), ("pricing_mode", "TAX_EXCLUSIVE")],
    ] {
        assert_eq!(again(&store, &said, now()).await, Ok(true), "{said:?}");
    }
    let other = again(&store, &[("name", "Autumn"), ("currency", "EUR")], now()).await;
    assert_eq!(other, Err(Problem::Repeated { differing: vec!["currency".to_owned()] }));
}

#[tokio::test]
async fn a_default_that_has_changed_since_does_not_make_the_same_request_another() {
    let store = world().await;
    assert_eq!(again(&store, &[("currency", "USD")], now()).await, Ok(false));
    let before = store.organization(scope(), now()).await.unwrap();
    let euros = Organization { default_currency: "EUR".parse().unwrap(), ..before.clone() };
    store.commit(vec![organization::put(&euros)]).await.unwrap();
    for said in [vec![("currency", "USD")], Vec::new()] {
        assert_eq!(again(&store, &said, now()).await, Ok(true), "{said:?}");
    }
    assert!(again(&store, &[("currency", "EUR")], now()).await.is_err());
}

/// An organisation that takes any total, with an account at this processor that stands like this.
async fn takes_anything(store: &Table, processor: &str, status: MerchantAccountStatus) {
    let before = store.organization(scope(), now()).await.unwrap();
    let limits = ["USD", "EUR"].map(|code| {
        let of = |minor| Money::from_minor(minor, code.parse().unwrap());
        (code.parse().unwrap(), PaymentLimits { min: of(1), max: of(9_999_999_999) })
    });
    let next = Organization { limits: limits.into(), version: before.version + 1, ..before };
    let account = MerchantAccount {
        id: MerchantAccountId::mint(now(), [1; 10]),
        status,
        descriptor: "SHOP".into(),
        processor: processor.into(),
        connected: None,
        created_at: now(),
    };
    let known = store.tenant_accounts(scope()).await.unwrap();
    let accounts = known.with_account(account).unwrap();
    let writes = vec![organization::put(&next), processor_account::put(&accounts)];
    store.commit(writes).await.unwrap();
}

#[tokio::test]
async fn a_total_that_the_processor_does_not_charge_is_refused_when_the_link_is_made() {
    let store = world().await;
    takes_anything(&store, "stripe", MerchantAccountStatus::Approved).await;
    let too_little = "The total 0.30 USD must be at least 0.50 USD.";
    let named = refused(&store, wish(vec![line(2, 1)])).await;
    assert_eq!(named, [(String::new(), too_little.to_owned())]);
    // The least that a buyer may choose counts, and the most.
    let range = |minimum, maximum| Some(QuantityRange { minimum, maximum });
    let few = NewLine { adjustable: range(1, 9), ..line(2, 5) };
    assert_eq!(refused(&store, wish(vec![few])).await[0].1, too_little);
    let many = NewLine { adjustable: range(1, 99_999), ..line(1, 1) };
    let too_much = "The total 11999880.00 USD must be at most 999999.99 USD.";
    assert_eq!(refused(&store, wish(vec![many])).await[0].1, too_much);
    make(&store, wish(vec![line(2, 2)])).await.unwrap();
}

#[tokio::test]
async fn what_a_buyer_may_choose_in_another_currency_is_charged_by_the_processor_too() {
    let store = world().await;
    takes_anything(&store, "stripe", MerchantAccountStatus::Approved).await;
    let cheap = product(9, &[("USD", 100), ("EUR", 40)]);
    store.commit(catalog::insert(&cheap)).await.unwrap();
    let named = refused(&store, wish(vec![line(9, 1)])).await;
    assert_eq!(named[0].1, "The total 0.40 EUR must be at least 0.50 EUR.");
    make(&store, wish(vec![line(9, 2)])).await.unwrap();
}

#[tokio::test]
async fn without_an_account_that_charges_no_processor_is_asked_what_it_charges() {
    for (processor, status) in [
        ("stripe", MerchantAccountStatus::Pending),
        ("stripe", MerchantAccountStatus::Rejected),
        ("simulator", MerchantAccountStatus::Approved),
    ] {
        let store = world().await;
        takes_anything(&store, processor, status).await;
        make(&store, wish(vec![line(2, 1)])).await.unwrap();
    }
}
