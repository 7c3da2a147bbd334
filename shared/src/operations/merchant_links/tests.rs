use super::*;
use crate::{
    model::{
        Mode, Money,
        catalog::{Offer, Prices},
        id::{MemberId, TenantId},
        tenant::Setup,
    },
    operations::{Idempotency, merchant_checkouts},
    store::{catalog, memory::Memory},
};
use std::collections::BTreeMap;

fn now() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn scope() -> Scope {
    Scope { tenant: TenantId::mint(now(), [1; 10]), mode: Mode::Test }
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
    let tenant = Tenant {
        scope: scope(),
        name: "Demo Shop".into(),
        allowed_origins: Vec::new(),
        limits: BTreeMap::new(),
        review: BTreeMap::new(),
        created_at: now(),
        version: 1,
    };
    let mut writes = store::tenant::insert(&Setup { tenant, routes: Vec::new() }).to_vec();
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
    let shown = |made: &MadeLink| made.link.id.to_string();
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
async fn totals_lie_within_the_limits_whatever_buyers_choose() {
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
