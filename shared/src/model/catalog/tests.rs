use super::*;
use crate::model::{Mode, id::Id};

fn now() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::USD)
}

fn eur() -> Currency {
    "EUR".parse().unwrap()
}

fn product(n: u8, prices: &[Money]) -> Product {
    Product {
        id: Id::mint(now(), [n; 10]),
        scope: Scope { tenant: Id::mint(now(), [1; 10]), mode: Mode::Test },
        offer: Offer {
            name: format!("Product {n}"),
            description: None,
            image: None,
            tax_code: Some("service".into()),
            tax_rate: None,
            prices: Prices::new(prices.iter().copied()).unwrap(),
        },
        sku: None,
        image_url: None,
        active: true,
        archived_at: None,
        metadata: None,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn snapshot() -> Snapshot {
    let both = [usd(12_000), Money::from_minor(11_000, eur())];
    let range = QuantityRange { minimum: 1, maximum: 4 };
    Snapshot {
        currency: Currency::USD,
        pricing_mode: Pricing::Exclusive,
        lines: vec![
            SnapshotLine::of(&product(5, &both), 1, Some(range)),
            SnapshotLine::of(&product(6, &[usd(50)]), 2, None),
        ],
    }
}

#[test]
fn an_archived_product_is_refused_in_new_links_until_it_is_restored() {
    let product = product(5, &[usd(1)]);
    let archived = product.archive(now().plus_seconds(1));
    assert!(product.sells() && !archived.sells());
    assert_eq!(archived.archive(now().plus_seconds(2)), archived, "once is enough");
    let back = archived.restore(now().plus_seconds(3)).unwrap();
    assert!(back.sells() && back.restore(now()).is_none());
    assert!(!Product { active: false, ..product }.sells());
}

#[test]
fn buyers_choose_within_the_range_of_a_line_and_nowhere_else() {
    let snapshot = snapshot();
    let [seats, badges] = [snapshot.lines[0].product, snapshot.lines[1].product];
    let lines = snapshot.choose(Currency::USD, &[(seats, 3)]).unwrap();
    assert_eq!(lines.iter().map(|line| line.quantity).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(sum(Currency::USD, &lines), Some(usd(36_100)));
    assert_eq!(snapshot.choose(Currency::USD, &[]).unwrap()[0].quantity, 1);
    let range = snapshot.lines[0].range();
    for (quantities, refusal) in [
        (vec![(seats, 5)], ChoiceRefusal::OutOfRange(0, range)),
        (vec![(seats, 2), (seats, 0)], ChoiceRefusal::OutOfRange(1, range)),
        (vec![(badges, 2)], ChoiceRefusal::NotAdjustable(0)),
        (vec![(Id::mint(now(), [9; 10]), 1)], ChoiceRefusal::NotAdjustable(0)),
    ] {
        assert_eq!(snapshot.choose(Currency::USD, &quantities), Err(refusal));
    }
}

#[test]
fn a_currency_counts_where_every_line_has_it() {
    let mut snapshot = snapshot();
    assert_eq!(snapshot.currencies(), [Currency::USD]);
    assert_eq!(snapshot.choose(eur(), &[]), Err(ChoiceRefusal::Currency));
    assert_eq!(snapshot.bounds(Currency::USD), Ok((usd(12_100), usd(48_100))));
    snapshot.lines.pop();
    assert_eq!(snapshot.currencies(), [eur(), Currency::USD]);
}

#[test]
fn a_hundred_of_the_largest_lines_do_not_overflow() {
    let line = SnapshotLine::of(&product(5, &[usd(MAX_PRICE_MINOR)]), MAX_QUANTITY, None);
    let lines = vec![line; MAX_LINES];
    let snapshot = Snapshot { lines, ..snapshot() };
    assert_eq!(snapshot.choose(Currency::USD, &[]), Err(ChoiceRefusal::TooLarge));
    assert_eq!(snapshot.bounds(Currency::USD), Err(ChoiceRefusal::TooLarge));
}

#[test]
fn prices_have_bounds_and_at_least_one() {
    assert!(Prices::new([]).is_err());
    assert!(Prices::new([usd(0)]).is_err() && Prices::new([usd(MAX_PRICE_MINOR + 1)]).is_err());
    assert_eq!(Prices::new([usd(1)]).unwrap().get(Currency::USD), Some(usd(1)));
}
