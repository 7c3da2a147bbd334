//! Credit notes of refunds: sums to the minor unit, for each tax line and to the invoice.

use super::samples::{EUR, credit_note, day, invoice, untaxed};
use documents::{Currency, Document, Line, TaxLine, Treatment, xml};
use shared::model::refund::split_tax;

/// Tax that has gone back after refunds of `refunded` in sum: half up.
fn tax_after(refunded: i64, tax: i64, total: i64) -> i64 {
    if total == 0 { 0 } else { (2 * tax * refunded + total) / (2 * total) }
}

/// The credit notes of refunds that succeeded, in that order.
fn credit_notes(of: &Document, refunds: &[i64]) -> Vec<Document> {
    let mut left: Vec<i64> = of.tax_lines.iter().map(|line| line.tax).collect();
    let (mut refunded, mut notes) = (0, Vec::new());
    for amount in refunds {
        let before = tax_after(refunded, of.tax, of.total);
        refunded += amount;
        let tax = tax_after(refunded, of.tax, of.total) - before;
        let parts = split_tax(tax, &left);
        for (left, part) in left.iter_mut().zip(&parts) {
            *left -= part;
        }
        notes.push(part_of(of, *amount, tax, &parts));
    }
    notes
}

fn part_of(of: &Document, total: i64, tax: i64, parts: &[i64]) -> Document {
    let subtotal = total - tax;
    let line = Line { quantity: 1, unit_amount: subtotal, amount: subtotal, ..of.lines[0].clone() };
    let tax_lines = of.tax_lines.iter().zip(parts);
    let tax_lines =
        tax_lines.map(|(line, tax)| TaxLine { taxable: subtotal, tax: *tax, ..line.clone() });
    Document {
        lines: vec![line],
        tax_lines: tax_lines.collect(),
        subtotal,
        tax,
        total,
        ..credit_note(of.clone())
    }
}

fn taxed(net: i64, rates: &[(&str, i64)], currency: Currency) -> Document {
    let mut document = invoice();
    document.currency = currency;
    document.lines[0].unit_amount = net;
    document.lines[0].amount = net;
    let line = document.tax_lines[0].clone();
    let tax_lines = rates.iter().map(|(rate, tax)| TaxLine {
        rate: (*rate).to_owned(),
        taxable: net,
        tax: *tax,
        ..line.clone()
    });
    document.tax_lines = tax_lines.collect();
    document.subtotal = net;
    document.tax = rates.iter().map(|(_, tax)| tax).sum();
    document.total = net + document.tax;
    document.check().unwrap();
    document
}

/// Sums of the notes are the invoice, and each is a document of its own.
fn end_exactly(of: &Document, notes: &[Document]) {
    for note in notes {
        assert_eq!(note.check(), Ok(()), "{note:?}");
    }
    let sum = |of: fn(&Document) -> i64| notes.iter().map(of).sum::<i64>();
    assert_eq!(sum(|note| note.subtotal), of.subtotal);
    assert_eq!(sum(|note| note.tax), of.tax);
    assert_eq!(sum(|note| note.total), of.total);
    for (index, line) in of.tax_lines.iter().enumerate() {
        assert_eq!(notes.iter().map(|note| note.tax_lines[index].tax).sum::<i64>(), line.tax);
    }
}

/// The text of a document's PDF.
fn text_of(folder: &str, document: &Document) -> String {
    let path = super::pdf::written(&super::folder(folder), "note", document);
    super::pdf::said("pdftotext", &[], &path, &["-"]).replace('\u{a0}', " ")
}

#[test]
fn hard_case_52_parts_of_a_refund_have_the_tax_that_the_contract_names() {
    let document = taxed(52, &[("19.2308", 10)], EUR);
    let notes = credit_notes(&document, &[32, 9, 8, 3, 6, 4]);
    end_exactly(&document, &notes);
    assert_eq!(notes.iter().map(|note| note.tax).collect::<Vec<_>>(), [5, 2, 1, 0, 1, 1]);
}

#[test]
fn hard_case_56_full_refunds_and_cent_by_cent_end_exactly() {
    let one = taxed(2_500, &[("19", 475)], EUR);
    let two = taxed(10_000, &[("5", 500), ("9.975", 998)], EUR);
    for document in [one, two] {
        let total = usize::try_from(document.total).unwrap();
        for refunds in [vec![document.total], vec![1; total], vec![7, 5, document.total - 12]] {
            end_exactly(&document, &credit_notes(&document, &refunds));
        }
    }
}

#[test]
fn any_parts_of_any_invoice_end_exactly() {
    let mut random = crate::random::Random(56);
    for _ in 0..400 {
        let net = i64::try_from(random.below(200_000)).unwrap() + 1;
        let rates = [("19", 190_000), ("5", 50_000), ("9.975", 99_750), ("8.875", 88_750)];
        let count = random.below(3);
        let rates: Vec<_> = (0..count)
            .map(|_| rates[random.below(4)])
            .map(|(rate, units)| (rate, (net * units * 2 + 1_000_000) / 2_000_000))
            .collect();
        let document = taxed(net, &rates, EUR);
        let (mut left, mut refunds) = (document.total, Vec::new());
        while left > 0 {
            let part = i64::try_from(random.below(usize::try_from(left).unwrap())).unwrap() + 1;
            refunds.push(part);
            left -= part;
        }
        end_exactly(&document, &credit_notes(&document, &refunds));
    }
}

#[test]
fn hard_case_57_yen_dinars_and_reverse_charges_are_shared_in_their_own_units() {
    let yen = Currency { code: *b"JPY", decimals: 0 };
    let dinars = Currency { code: *b"KWD", decimals: 3 };
    for (currency, shown) in [(yen, "JPY 3"), (dinars, "KWD 0.003")] {
        let document = taxed(15, &[("10", 2)], currency);
        let notes = credit_notes(&document, &[3, 14]);
        end_exactly(&document, &notes);
        let text = text_of("credit-notes", &notes[0]);
        assert!(text.contains(shown), "{shown} is not in {text}");
        assert_eq!(xml(&notes[0]).is_some(), currency.decimals < 3);
    }
    let mut reverse = untaxed(Treatment::ReverseCharge, true);
    reverse.buyer = super::samples::business();
    let notes = credit_notes(&reverse, &[1, 24_999]);
    end_exactly(&reverse, &notes);
    assert!(notes.iter().all(|note| note.tax == 0 && xml(note).is_some()));
}

#[test]
fn a_credit_note_names_its_invoice_and_says_that_money_went_back() {
    let mut note = credit_note(invoice());
    note.issued_on = day(12, 31);
    let text = text_of("credit-note-names", &note);
    for words in ["Credit note", "INV-000044 (2026-11-26)", "Refunded on 2026-11-26 to Visa"] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
}
