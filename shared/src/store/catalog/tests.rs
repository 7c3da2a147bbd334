use super::*;
use crate::{
    model::{
        Currency, Money,
        catalog::{Offer, Prices},
    },
    store::{
        memory::Memory,
        tests::{golden, id, now, put, scope},
    },
};
use futures_util::FutureExt;

fn product(n: u8, sku: Option<&str>) -> Product {
    Product {
        id: id(n),
        scope: scope(),
        offer: Offer {
            name: "Workshop seat".into(),
            description: Some("A day".into()),
            image: None,
            tax_code: Some("service".into()),
            tax_rate: Some("9.975".parse().unwrap()),
            prices: Prices::new([Money::from_minor(12_000, Currency::USD)]).unwrap(),
        },
        sku: sku.map(str::to_owned),
        image_url: Some("https://cdn.example/seat.png".into()),
        active: true,
        archived_at: None,
        metadata: Some(Metadata::new("{}").unwrap()),
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

#[test]
fn a_product_and_the_claim_on_its_number_are_kept_like_this() {
    let writes = insert(&product(5, Some("WS-1")));
    golden(
        put(&writes[0]),
        r#"
crt=1795255200250
desc="A day"
meta="{}"
name="Workshop seat"
on=true
pk="product#01a1fd8c-69fa-7101-8101-010101010101#test"
prices.USD=12000
rate="9.975"
sk="01a1fd8c-69fa-7505-8505-050505050505"
sku="WS-1"
tax="service"
upd=1795255200250
url="https://cdn.example/seat.png"
v=1
14 attributes"#,
    );
    golden(
        put(&writes[1]),
        r#"
id="01a1fd8c-69fa-7505-8505-050505050505"
pk="sku#01a1fd8c-69fa-7101-8101-010101010101#test#WS-1"
sk="sku"
v=1
4 attributes"#,
    );
    assert_eq!(from_item(scope(), put(&writes[0])), Ok(product(5, Some("WS-1"))));
    let archived = product(5, None).archive(now());
    assert_eq!(from_item(scope(), &to_item(&archived)), Ok(archived));
}

#[test]
fn a_number_is_unique_among_products_that_are_not_archived() {
    let table = Table::Memory(Memory::default());
    let run = |writes: Vec<Write>| table.commit(writes).now_or_never().unwrap().is_ok();
    let [one, two] = [5, 6].map(|n| product(n, Some("WS-1")));
    assert!(run(insert(&one)));
    assert!(!run(insert(&two)), "taken");
    let archived = one.archive(now());
    assert!(run(replace(&one, &archived)));
    assert!(run(insert(&two)), "given up");
    let back = archived.restore(now()).unwrap();
    assert!(!run(replace(&archived, &back)), "taken meanwhile");
    let other = Product { sku: Some("WS-2".into()), ..back };
    assert!(run(replace(&archived, &other)));
    let renamed = Product { sku: Some("WS-3".into()), version: other.version + 1, ..other.clone() };
    assert!(run(replace(&other, &renamed)));
    assert!(run(insert(&product(7, Some("WS-2")))), "given up by the change");
}

#[test]
fn products_are_listed_newest_first_and_read_together() {
    let table = Table::Memory(Memory::default());
    for n in 1..=3 {
        table.commit(insert(&product(n, None))).now_or_never().unwrap().unwrap();
    }
    let (page, more) = table.products(scope(), None, 2).now_or_never().unwrap().unwrap();
    assert_eq!((page.iter().map(|p| p.id).collect::<Vec<_>>(), more), (vec![id(3), id(2)], true));
    let (page, more) = table.products(scope(), Some(id(2)), 2).now_or_never().unwrap().unwrap();
    assert_eq!((page.iter().map(|p| p.id).collect::<Vec<_>>(), more), (vec![id(1)], false));
    let read = table.products_by_id(scope(), &[id(2), id(9)]).now_or_never().unwrap().unwrap();
    assert_eq!(read, [Some(product(2, None)), None]);
}
