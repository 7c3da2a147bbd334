//! What stands on pages, looked at before it is drawn.

use super::{
    flow::{Flow, Item, MARGIN},
    fonts::Fonts,
    layout::laid_out,
    units::Milli,
};
use crate::document::{Document, Line, Page, TaxLine};
use crate::samples::{invoice, long, scripts, with_sums};

/// Left, top, right and bottom of a line of text.
type Frame = [Milli; 4];

fn frames(page: &[Item]) -> Vec<(Frame, String)> {
    page.iter()
        .filter_map(|item| match item {
            Item::Text { x, y, line, .. } => {
                let frame = [*x, *y - line.above, *x + line.width, *y + line.below];
                Some((frame, line.text.clone()))
            }
            Item::Rule { .. } => None,
        })
        .collect()
}

fn everything_is_in_its_place(name: &str, document: &Document) {
    document.check().unwrap();
    let fonts = Fonts::load().unwrap();
    let flow: Flow = laid_out(&fonts, document);
    let (width, height) = flow.size;
    for page in &flow.pages {
        let frames = frames(page);
        for (index, (frame, text)) in frames.iter().enumerate() {
            let [left, top, right, bottom] = *frame;
            let inside = left >= MARGIN && right <= width - MARGIN && top > 0 && bottom < height;
            assert!(inside, "{name}: {text:?} leaves the page at {frame:?}");
            for (other, beside) in &frames[index + 1..] {
                let apart =
                    other[0] >= right || other[2] <= left || other[1] >= bottom || other[3] <= top;
                assert!(apart, "{name}: {text:?} at {frame:?} lies over {beside:?} at {other:?}");
            }
        }
    }
}

fn everywhere(document: &mut Document, text: &str) {
    let some = || Some(text.to_owned());
    let Document { seller, buyer, number, note, footer, .. } = document;
    for field in [&mut seller.name, number] {
        text.clone_into(field);
    }
    for address in [&mut seller.address, &mut buyer.address] {
        address.line1 = some();
        address.line2 = some();
        address.city = some();
        address.postal_code = some();
        address.state = some();
    }
    for field in [
        &mut buyer.company,
        &mut buyer.name,
        &mut buyer.email,
        &mut seller.email,
        &mut seller.website,
        &mut seller.tax_id,
        &mut seller.tax_number,
        &mut seller.registration_number,
        note,
        footer,
    ] {
        *field = some();
    }
    for line in &mut document.lines {
        text.clone_into(&mut line.description);
    }
    for line in &mut document.tax_lines {
        text.clone_into(&mut line.name);
        text.clone_into(&mut line.jurisdiction);
    }
}

#[test]
fn nothing_overlaps_or_leaves_the_page() {
    everything_is_in_its_place("one line", &invoice());
    everything_is_in_its_place("all scripts", &scripts());
    everything_is_in_its_place("ten pages", &long(240));
}

#[test]
fn whatever_names_and_descriptions_are_nothing_overlaps_or_leaves_the_page() {
    let texts = [
        ("empty", String::new()),
        ("blanks", " \u{a0}\t ".to_owned()),
        ("no blank at all", "W".repeat(500)),
        ("marks upon marks", format!("e{}", "\u{301}".repeat(499))),
        ("marks and nothing below", "\u{301}".repeat(200)),
        ("one cluster of Devanagari", "\u{915}\u{94d}".repeat(250)),
        ("Arabic with vowels", "مُحَمَّدٌ ".repeat(70)),
        ("Han", "鬱".repeat(500)),
        ("Thai", "น้ำใจ".repeat(100)),
        ("right to left by force", format!("{}abc 123", "\u{202e}".repeat(60))),
        ("joined by nothing", "a\u{200d}".repeat(250)),
        ("emoji", "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}".repeat(80)),
        ("half of everything", "aא(3)ب你क\u{301}".repeat(60)),
        ("wide signs", "\u{fdfd}\u{2e3b}".repeat(120)),
    ];
    for ((name, text), page) in texts.into_iter().zip([Page::A4, Page::Letter].iter().cycle()) {
        let mut document = Document { page: *page, test_mode: true, ..invoice() };
        everywhere(&mut document, &text);
        everything_is_in_its_place(name, &document);
    }
}

#[test]
fn the_largest_amounts_stay_in_their_columns() {
    let mut document = invoice();
    let largest = i64::MAX / 4;
    let row = |quantity, unit_amount| Line {
        description: "Everything there is, and some more".to_owned(),
        quantity,
        unit_amount,
        amount: quantity * unit_amount,
    };
    document.lines = vec![row(1, largest), row(largest, 1), row(3_000_000_000, 300_000_000)];
    document.subtotal = document.lines.iter().map(|line| line.amount).sum();
    document.tax = 0;
    document.total = document.subtotal;
    let line = TaxLine { rate: "0".to_owned(), tax: 0, ..document.tax_lines[0].clone() };
    document.tax_lines = vec![TaxLine { taxable: document.subtotal, ..line }];
    everything_is_in_its_place("largest", &document);
}

#[test]
fn a_row_that_is_longer_than_a_page_goes_over_pages() {
    let mut document = with_sums(invoice());
    document.lines[0].description = "long ".repeat(3_000);
    everything_is_in_its_place("long row", &document);
    let fonts = Fonts::load().unwrap();
    assert!(laid_out(&fonts, &document).pages.len() > 2);
}
