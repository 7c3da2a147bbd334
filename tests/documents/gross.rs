//! Prices that contain their tax: what the calculator makes of them is an invoice that adds up.

use super::samples::invoice;
use documents::{Document, TaxLine};
use shared::model::tax::rate::Rate;

/// An invoice of a price that contains these taxes, of one base, as the calculator splits it: the
/// last tax is what is left.
fn of_price(gross: i64, rates: &[&str]) -> Document {
    let read: Vec<Rate> = rates.iter().map(|rate| rate.parse().unwrap()).collect();
    let net = Rate::net_of(gross, &read);
    let mut rest = gross - net;
    let last = rates.len() - 1;
    let taxes = rates.iter().zip(&read).enumerate().map(|(at, (text, rate))| {
        let tax = if at == last { rest } else { rate.of(net) };
        rest -= tax;
        TaxLine {
            name: "VAT".to_owned(),
            jurisdiction: "DE".to_owned(),
            rate: (*text).to_owned(),
            taxable: net,
            tax,
        }
    });
    let tax_lines: Vec<TaxLine> = taxes.collect();
    let mut document = invoice();
    document.lines[0].amount = net;
    document.lines[0].unit_amount = net;
    Document { tax_lines, subtotal: net, tax: gross - net, total: gross, ..document }
}

#[test]
fn every_price_that_contains_its_tax_makes_an_invoice_that_adds_up() {
    let rates: [&[&str]; 9] = [
        &["19"],
        &["25.5"],
        &["8.875"],
        &["0.0001"],
        &["100"],
        &["5", "9.975"],
        &["2.1"],
        &["27"],
        &["5", "7"],
    ];
    let mut by_one = 0;
    for rates in rates {
        for gross in (1..4_000).chain([9_999_999, 1 << 40, (1 << 53) - 1]) {
            let document = of_price(gross, rates);
            assert_eq!(document.check(), Ok(()), "{gross} at {rates:?}");
            let exact = document.tax_lines.iter().all(|line| {
                let rate: Rate = line.rate.parse().unwrap();
                rate.of(line.taxable) == line.tax
            });
            by_one += u32::from(!exact);
        }
    }
    assert!(by_one > 0, "some taxes differ from their rate of the base by a unit");
}

/// A cart with a rate of 19 and one of 7, whose prices contain them: each rate is split for itself.
#[test]
fn prices_of_several_rates_make_an_invoice_that_adds_up() {
    for (first, second) in (1..400).zip((1..9_000).step_by(17)) {
        let (one, other) = (of_price(first, &["19"]), of_price(second, &["7"]));
        let mut both = one.clone();
        both.tax_lines.extend(other.tax_lines.clone());
        both.subtotal += other.subtotal;
        both.tax += other.tax;
        both.total += other.total;
        both.lines.extend(other.lines.clone());
        assert_eq!(both.check(), Ok(()), "{first} at 19 and {second} at 7");
    }
}

#[test]
fn a_tax_that_no_price_contains_is_refused() {
    for (tax, fine) in [(4_749, false), (4_750, true), (4_751, false)] {
        let mut document = invoice();
        document.tax_lines[0].tax = tax;
        let document = Document { tax, total: 25_000 + tax, ..document };
        assert_eq!(document.check().is_ok(), fine, "{tax}");
    }
    let mut two = of_price(1_000, &["19"]);
    two.tax_lines[0].tax += 2;
    let two = Document { tax: two.tax + 2, total: two.total + 2, ..two };
    assert!(two.check().is_err());
}
