//! How invoices and credit notes look.

use super::{
    flow::{Column, Flow, MARGIN, Role},
    fonts::{Fonts, Style},
    table::{lines, totals},
    text::Line,
    units::Milli,
};
use crate::{
    countries,
    document::{Address, Buyer, Document, Kind, Seller, Settlement, Treatment},
    money::shown,
};

/// Ink of what is read.
pub const INK: [u8; 3] = [0x17, 0x1a, 0x21];
/// Ink of labels.
pub const SOFT: [u8; 3] = [0x6a, 0x70, 0x7c];
/// Ink of rules.
pub const FAINT: [u8; 3] = [0xdd, 0xe0, 0xe5];
/// Ink of the warning in test mode.
const WARNING: [u8; 3] = [0xb4, 0x23, 0x18];
/// Ink of the word across a page of test mode.
const ACROSS: [u8; 3] = [0xf1, 0xf2, 0xf4];

/// What is read.
pub const TEXT: Style = Style { size: 9_500, bold: false, color: INK };
/// What stands out.
pub const STRONG: Style = Style { size: 9_500, bold: true, color: INK };
/// What names things.
pub const LABEL: Style = Style { size: 8_500, bold: false, color: SOFT };
const TITLE: Style = Style { size: 25_000, bold: true, color: INK };
const SUM: Style = Style { size: 19_000, bold: true, color: INK };
const ALERT: Style = Style { size: 9_500, bold: true, color: WARNING };
const SMALL: Style = Style { size: 8_000, bold: false, color: SOFT };
/// The word across a page of test mode.
pub const TEST: Style = Style { size: 178_000, bold: true, color: ACROSS };

/// Between columns.
pub const GAP: Milli = 18_000;

/// Sets a document on pages.
pub fn laid_out<'f>(fonts: &'f Fonts, document: &Document) -> Flow<'f> {
    let mut flow = Flow::new(fonts, document.page);
    title(&mut flow, document);
    facts(&mut flow, document);
    flow.space(26_000);
    parties(&mut flow, document);
    flow.space(30_000);
    sum(&mut flow, document);
    flow.space(24_000);
    lines(&mut flow, document);
    totals(&mut flow, document);
    notes(&mut flow, document);
    footer(&mut flow, document);
    page_numbers(&mut flow, document);
    flow
}

fn title(flow: &mut Flow, document: &Document) {
    let whole = flow.whole();
    flow.element(Role::Title, |flow| flow.text(whole, TITLE, document.title()));
    flow.space(10_000);
    if document.test_mode {
        flow.paragraph(whole, ALERT, document.words().not_an_invoice);
        flow.space(8_000);
    }
}

/// Number and dates, each behind its label.
fn facts(flow: &mut Flow, document: &Document) {
    let words = document.words();
    let mut facts = vec![
        (words.number, document.number.clone()),
        (words.issued_on, document.issued_on.to_string()),
        (words.supplied_on, document.supplied_on.to_string()),
    ];
    if let Settlement::Due { on } = document.settlement {
        facts.push((words.due_on, on.to_string()));
    }
    if let Kind::CreditNote { invoice: Some(invoice) } = &document.kind {
        facts.push((words.of_invoice, format!("{} ({})", invoice.number, invoice.issued_on)));
    }
    let labels: Vec<_> = facts.iter().map(|(label, _)| flow.single(LABEL, label)).collect();
    let indent = labels.iter().map(|label| label.width).max().unwrap_or(0) + GAP;
    let whole = flow.whole();
    let column = Column { x: whole.x + indent, width: whole.width - indent };
    for (label, (_, value)) in labels.into_iter().zip(facts) {
        flow.element(Role::Paragraph, |flow| {
            let values = flow.broken(TEXT, &value, column.width);
            let height: Milli = values.iter().map(Line::height).sum();
            let lower = (values.first().map_or(0, |value| value.above) - label.above).max(0);
            flow.keep_together(height.max(lower + label.height()));
            let start = flow.at;
            let label_bottom = start.y + lower + label.height();
            flow.space(lower);
            flow.place(whole.x, LABEL, label);
            flow.at = start;
            flow.text(column, TEXT, &value);
            if flow.at.page == start.page {
                flow.at.y = flow.at.y.max(label_bottom);
            }
            flow.space(1_800);
        });
    }
}

/// Seller and buyer, beside each other.
fn parties(flow: &mut Flow, document: &Document) {
    let words = document.words();
    let whole = flow.whole();
    let width = (whole.width - GAP) / 2;
    let start = flow.at;
    let left = Column { x: whole.x, width };
    party(flow, left, words.from, seller_lines(document));
    let after_seller = std::mem::replace(&mut flow.at, start);
    let right = Column { x: whole.x + width + GAP, width };
    party(flow, right, words.to, buyer_lines(document));
    flow.at = flow.at.max(after_seller);
}

/// Lines that stand together, a little apart from the next ones.
type Group = Vec<(Style, String)>;

fn party(flow: &mut Flow, column: Column, heading: &str, groups: Vec<Group>) {
    flow.element(Role::Section, |flow| {
        flow.element(Role::Heading, |flow| flow.text(column, LABEL, heading));
        flow.space(3_000);
        for group in groups.into_iter().filter(|group| !group.is_empty()) {
            flow.element(Role::Paragraph, |flow| {
                for (style, text) in group {
                    flow.text(column, style, &text);
                    flow.space(600);
                }
            });
            flow.space(5_000);
        }
    });
}

fn seller_lines(document: &Document) -> Vec<Group> {
    let words = document.words();
    let Seller { name, address, tax_id, registration_number, tax_number, email, website, .. } =
        &document.seller;
    let mut place = vec![(STRONG, name.clone())];
    place.extend(address_lines(document, address));
    let contact = email.iter().chain(website).map(|text| (TEXT, text.clone())).collect();
    let numbers = [
        (words.tax_id, tax_id),
        (words.tax_number, tax_number),
        (words.registration, registration_number),
    ];
    let numbers = numbers.into_iter().filter_map(|(label, number)| {
        number.as_ref().map(|number| (TEXT, format!("{label} {number}")))
    });
    vec![place, contact, numbers.collect()]
}

fn buyer_lines(document: &Document) -> Vec<Group> {
    let Buyer { company, name, email, address, tax_id } = &document.buyer;
    let mut names = company.iter().chain(name).chain(email);
    let mut place: Group = names.next().map(|name| (STRONG, name.clone())).into_iter().collect();
    if company.is_some() {
        place.extend(name.iter().map(|name| (TEXT, name.clone())));
    }
    place.extend(address_lines(document, address));
    let is_named = company.is_some() || name.is_some();
    let contact = email.iter().filter(|_| is_named).map(|text| (TEXT, text.clone())).collect();
    let label = document.words().tax_id;
    let numbers = tax_id.iter().map(|id| (TEXT, format!("{label} {}", id.value))).collect();
    vec![place, contact, numbers]
}

/// An address as its country writes it.
fn address_lines(document: &Document, address: &Address) -> Vec<(Style, String)> {
    let Address { line1, line2, city, postal_code, state, country } = address;
    let country = country.as_deref();
    let joined = |parts: &[&Option<String>]| {
        let parts: Vec<_> = parts.iter().filter_map(|part| part.as_deref()).collect();
        parts.join(" ")
    };
    let place = match country {
        Some("US" | "CA" | "AU") => {
            let region = joined(&[state, postal_code]);
            let city = city.clone().unwrap_or_default();
            let comma = if city.is_empty() || region.is_empty() { "" } else { ", " };
            vec![format!("{city}{comma}{region}")]
        }
        Some("GB" | "IE") => [city, state, postal_code].into_iter().flatten().cloned().collect(),
        _ => vec![joined(&[postal_code, city]), state.clone().unwrap_or_default()],
    };
    let country = country.map(|code| countries::name(code, document.language).to_owned());
    let lines = line1.iter().chain(line2).cloned().chain(place).chain(country);
    lines.filter(|line| !line.trim().is_empty()).map(|line| (TEXT, line)).collect()
}

/// The sum in large figures, and how it is settled.
fn sum(flow: &mut Flow, document: &Document) {
    let whole = flow.whole();
    flow.paragraph(whole, SUM, &shown(document.total, document.currency));
    flow.space(2_000);
    flow.paragraph(whole, TEXT, &settlement(document));
}

fn settlement(document: &Document) -> String {
    let words = document.words();
    let is_invoice = document.kind == Kind::Invoice;
    match &document.settlement {
        Settlement::Paid { on, card: Some(card) } => {
            let text = if is_invoice { words.paid_by_card } else { words.refunded_to_card };
            let card = words.card.replace("{brand}", &card.brand).replace("{last4}", &card.last4);
            text.replace("{date}", &on.to_string()).replace("{card}", &card)
        }
        Settlement::Paid { on, card: None } => {
            let text = if is_invoice { words.paid } else { words.refunded };
            text.replace("{date}", &on.to_string())
        }
        Settlement::Due { on } => words.due.replace("{date}", &on.to_string()),
        Settlement::SetOff => words.set_off.to_owned(),
    }
}

/// What has to be said about the tax, and what the seller says about the sale.
fn notes(flow: &mut Flow, document: &Document) {
    let words = document.words();
    let about_tax = match &document.treatment {
        Treatment::ReverseCharge => Some((words.reverse_charge, words.reverse_charge_note)),
        Treatment::Exempt { reason } => Some((words.exempt, reason.as_str())),
        Treatment::OutOfScope => Some((words.out_of_scope, "")),
        Treatment::Taxed | Treatment::ZeroRated | Treatment::NotCollected => None,
    };
    let whole = flow.whole();
    flow.space(26_000);
    if let Some((heading, text)) = about_tax {
        flow.keep_together(2 * 1_400 * TEXT.size / 1_000);
        flow.paragraph(whole, STRONG, heading);
        flow.paragraph(whole, TEXT, text);
        flow.space(8_000);
    }
    if let Some(note) = &document.note {
        flow.paragraph(whole, TEXT, note);
        flow.space(8_000);
    }
}

/// The seller's standing words, at the foot of the last page.
fn footer(flow: &mut Flow, document: &Document) {
    let Some(footer) = &document.footer else { return };
    let whole = flow.whole();
    let lines = flow.broken(SMALL, footer, whole.width);
    let height: Milli = lines.iter().map(Line::height).sum();
    flow.keep_together(height);
    flow.at.y = flow.at.y.max(flow.bottom() - height);
    flow.paragraph(whole, SMALL, footer);
}

/// Number and page on each page, and in test mode the word across.
fn page_numbers(flow: &mut Flow, document: &Document) {
    let pages = flow.pages.len();
    let whole = flow.whole();
    let y = flow.size.1 - MARGIN / 2;
    for page in 0..pages {
        let text = document.words().page.replace("{page}", &(page + 1).to_string());
        let text = text.replace("{pages}", &pages.to_string());
        let right = flow.single(SMALL, &text);
        let left = flow.broken(SMALL, &document.number, whole.width - right.width - GAP);
        let x = whole.x + whole.width - right.width;
        flow.put_beside(page, x, y, SMALL, right);
        if let Some(left) = left.into_iter().next() {
            flow.put_beside(page, whole.x, y, SMALL, left);
        }
    }
}
