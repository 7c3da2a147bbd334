use super::*;
use crate::{
    model::{
        Money,
        catalog::{Offer, Prices},
    },
    operations::Idempotency,
    store::{
        Update, key,
        memory::Memory,
        tests::{id, now, scope},
    },
};

fn product(n: u8, name: &str, sku: Option<&str>) -> Product {
    Product {
        id: id(n),
        scope: scope(),
        offer: Offer {
            name: name.to_owned(),
            description: None,
            image: None,
            tax_code: None,
            tax_rate: None,
            prices: Prices::new([Money::from_minor(100, Currency::USD)]).unwrap(),
        },
        sku: sku.map(str::to_owned),
        image_url: None,
        active: n != 2,
        archived_at: None,
        metadata: None,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn no_key() -> Idempotency {
    Idempotency::new(scope(), "test", None, std::iter::empty())
}

async fn add(store: &Table, product: &Product) -> Result<()> {
    let shown = |_: &Product| String::new();
    create_product(store, product, no_key().remember(&shown), now()).await.map(|_| ())
}

async fn bring_back(store: &Table, n: u8) -> Result<()> {
    let found = find(store, scope(), id(n)).await?;
    let shown = |_: &Sold| String::new();
    restore(store, &found, no_key().remember(&shown), now()).await.map(|_| ())
}

fn query(order: ProductOrder) -> ProductQuery {
    let filter = ProductFilter { words: None, active: None, archived: false, currency: None };
    ProductQuery { filter, order, after: None, limit: 2 }
}

async fn walk(store: &Table, mut query: ProductQuery) -> Vec<String> {
    let mut seen = Vec::new();
    loop {
        let page = list(store, scope(), &query).await.unwrap();
        seen.extend(page.products.into_iter().map(|(product, _)| product.offer.name));
        query.after = page.next;
        if query.after.is_none() {
            return seen;
        }
    }
}

#[tokio::test]
async fn products_are_listed_by_age_and_by_name_and_searched_without_accents() {
    let store = Table::Memory(Memory::default());
    for (n, name) in [(1, "écharpe"), (2, "Zebra"), (3, "Apple"), (4, "eclair")] {
        add(&store, &product(n, name, None)).await.unwrap();
    }
    let newest = walk(&store, query(ProductOrder::Newest)).await;
    assert_eq!(newest, ["eclair", "Apple", "Zebra", "écharpe"]);
    let by_name = walk(&store, query(ProductOrder::Name)).await;
    assert_eq!(by_name, ["Apple", "écharpe", "eclair", "Zebra"]);
    let filtered = |filter: ProductFilter| ProductQuery { filter, ..query(ProductOrder::Name) };
    let any = || query(ProductOrder::Name).filter;
    let words = ProductFilter { words: Some(Words::of("EC")), ..any() };
    assert_eq!(walk(&store, filtered(words)).await, ["écharpe", "eclair"]);
    let off = ProductFilter { active: Some(false), ..any() };
    assert_eq!(walk(&store, filtered(off)).await, ["Zebra"]);
    let euro = ProductFilter { currency: Some("EUR".parse().unwrap()), ..any() };
    assert!(walk(&store, filtered(euro)).await.is_empty());
}

#[tokio::test]
async fn an_archived_product_gives_its_number_up_and_comes_back_only_while_it_is_free() {
    let store = Table::Memory(Memory::default());
    add(&store, &product(1, "One", Some("A-1"))).await.unwrap();
    let taken = add(&store, &product(2, "Two", Some("A-1"))).await.unwrap_err();
    assert_eq!(taken, sku_taken());
    let not_gone = bring_back(&store, 1).await.unwrap_err();
    assert_eq!(not_gone, Problem::State(StateRefusal::NotDeleted));
    for _ in 0..2 {
        let found = find(&store, scope(), id(1)).await.unwrap();
        archive(&store, &found, now()).await.unwrap();
    }
    assert!(walk(&store, query(ProductOrder::Newest)).await.is_empty());
    add(&store, &product(2, "Two", Some("A-1"))).await.unwrap();
    assert_eq!(bring_back(&store, 1).await.unwrap_err(), sku_taken());
    let two = find(&store, scope(), id(2)).await.unwrap();
    let other = Product { sku: Some("A-2".into()), ..two.clone() };
    let kept = change(&store, &two, other, now()).await.unwrap();
    assert_eq!(kept.version, 2);
    bring_back(&store, 1).await.unwrap();
    assert_eq!(walk(&store, query(ProductOrder::Newest)).await, ["Two", "One"]);
}

#[tokio::test]
async fn two_edits_of_one_product_at_the_same_moment_do_not_undo_each_other() {
    let store = Table::Memory(Memory::default());
    add(&store, &product(1, "One", None)).await.unwrap();
    let seen = find(&store, scope(), id(1)).await.unwrap();
    let [first, second] = ["Uno", "Un"].map(|name| {
        let offer = Offer { name: name.into(), ..seen.offer.clone() };
        Product { offer, ..seen.clone() }
    });
    change(&store, &seen, first, now()).await.unwrap();
    assert_eq!(change(&store, &seen, second, now()).await.unwrap_err(), Problem::Contended);
    let same = find(&store, scope(), id(1)).await.unwrap();
    assert_eq!(change(&store, &same, same.clone(), now()).await.unwrap().version, 2, "no write");
}

#[tokio::test]
async fn there_are_never_more_products_than_the_limit_and_archived_ones_do_not_count() {
    let store = Table::Memory(Memory::default());
    let most = i64::from(MAX_PRODUCTS);
    let count = Update::of_counter(key::tally(scope(), "products")).add("n", most - 1);
    store.commit(vec![Write::Update(count)]).await.unwrap();
    add(&store, &product(1, "One", None)).await.unwrap();
    let full = Problem::State(StateRefusal::TooManyProducts);
    assert_eq!(add(&store, &product(2, "Two", None)).await.unwrap_err(), full);
    for _ in 0..2 {
        let found = find(&store, scope(), id(1)).await.unwrap();
        archive(&store, &found, now()).await.unwrap();
    }
    add(&store, &product(2, "Two", None)).await.unwrap();
    assert_eq!(bring_back(&store, 1).await.unwrap_err(), full);
}
