//! Documents as the worker would hand them over.

use documents::{
    Address, Buyer, Card, Currency, Date, Document, Kind, Language, Line, Page, Reference, Seller,
    Settlement, TaxId, TaxLine, Treatment,
};

pub const fn day(month: u8, day: u8) -> Date {
    Date { year: 2026, month, day }
}

pub const EUR: Currency = Currency { code: *b"EUR", decimals: 2 };

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// A Berlin seller's invoice to a French consumer, paid by card, taxed at 19 %.
pub fn invoice() -> Document {
    Document {
        kind: Kind::Invoice,
        id: "inv_0199f3a2c4d07b1e8f6a5d4c3b2a1908".to_owned(),
        number: "INV-000044".to_owned(),
        issued_on: day(11, 26),
        supplied_on: day(11, 26),
        seller: seller(),
        buyer: consumer(),
        currency: EUR,
        lines: vec![Line {
            description: "Annual report".to_owned(),
            quantity: 1,
            unit_amount: 25_000,
            amount: 25_000,
        }],
        tax_lines: vec![TaxLine {
            name: "VAT".to_owned(),
            jurisdiction: "DE".to_owned(),
            rate: "19".to_owned(),
            taxable: 25_000,
            tax: 4_750,
        }],
        treatment: Treatment::Taxed,
        subtotal: 25_000,
        tax: 4_750,
        total: 29_750,
        settlement: paid(),
        note: None,
        footer: text("Thank you for your order. Questions? Write to billing@nordlicht.example."),
        language: Language::English,
        page: Page::A4,
        test_mode: false,
    }
}

fn seller() -> Seller {
    Seller {
        id: "0199f000-0000-7000-8000-000000000001".to_owned(),
        name: "Nordlicht Verlag GmbH".to_owned(),
        address: Address {
            line1: text("Torstraße 140"),
            line2: text("2. Hof"),
            city: text("Berlin"),
            postal_code: text("10119"),
            state: None,
            country: text("DE"),
        },
        tax_id: text("DE136695976"),
        registration_number: text("HRB 4711 B"),
        tax_number: text("30/123/45678"),
        email: text("billing@nordlicht.example"),
        website: text("https://nordlicht.example"),
    }
}

fn consumer() -> Buyer {
    Buyer {
        company: None,
        name: text("Élodie Martin"),
        email: text("elodie@example.com"),
        address: Address {
            line1: text("12 rue de la Paix"),
            line2: None,
            city: text("Paris"),
            postal_code: text("75002"),
            state: None,
            country: text("FR"),
        },
        tax_id: None,
    }
}

/// A French business.
pub fn business() -> Buyer {
    Buyer {
        company: text("Éditions du Pont SAS"),
        tax_id: Some(TaxId { value: "FR40303265045".to_owned(), well_formed: true }),
        ..consumer()
    }
}

pub fn paid() -> Settlement {
    let card = Card { brand: "Visa".to_owned(), last4: "4242".to_owned() };
    Settlement::Paid { on: day(11, 26), card: Some(card) }
}

/// Without tax, treated so.
pub fn untaxed(treatment: Treatment, with_line: bool) -> Document {
    let line = TaxLine { rate: "0".to_owned(), tax: 0, ..invoice().tax_lines.remove(0) };
    Document {
        treatment,
        tax: 0,
        total: 25_000,
        tax_lines: if with_line { vec![line] } else { Vec::new() },
        ..invoice()
    }
}

/// Every treatment, by a name.
pub fn treatments() -> Vec<(&'static str, Document)> {
    let reason = "Article 132(1)(i) of Directive 2006/112/EC".to_owned();
    let mut business_taxed = invoice();
    business_taxed.buyer = business();
    let mut reverse = untaxed(Treatment::ReverseCharge, true);
    reverse.buyer = business();
    let mut out_of_scope = untaxed(Treatment::OutOfScope, true);
    out_of_scope.buyer = business();
    vec![
        ("taxed", invoice()),
        ("business", business_taxed),
        ("reverse_charge", reverse),
        ("exempt", untaxed(Treatment::Exempt { reason }, true)),
        ("zero_rated", untaxed(Treatment::ZeroRated, true)),
        ("not_collected", untaxed(Treatment::NotCollected, false)),
        ("out_of_scope", out_of_scope),
    ]
}

/// The credit note over all of an invoice.
pub fn credit_note(of: Document) -> Document {
    let invoice = Reference { number: of.number.clone(), issued_on: of.issued_on };
    Document {
        kind: Kind::CreditNote { invoice: Some(invoice) },
        number: "CN-000007".to_owned(),
        id: "cn_0199f3a2c4d07b1e8f6a5d4c3b2a1908".to_owned(),
        issued_on: day(12, 3),
        ..of
    }
}

/// Names of every script that documents know, and what nobody's font has.
pub const SCRIPTS: [&str; 12] = [
    "Zoë Łukasz İstanbul Ærøskøbing",
    "Ε\u{301}λένη Παπαδοπούλου",
    "Йосиф Щербаков",
    "שלום עליכם (בע\"מ) 42",
    "محمد (Ltd) 42",
    "नमस्ते श्रीमान् क्षत्रिय",
    "สวัสดีครับ บริษัท จำกัด",
    "你好世界，有限公司",
    "こんにちは カタカナ株式会社",
    "김철수 주식회사",
    "e\u{301} o\u{308}\u{304} n\u{303} q\u{323}\u{302}",
    "Ship it \u{1f680} now",
];

/// One invoice with all of them.
pub fn scripts() -> Document {
    let mut document = invoice();
    document.buyer.company = text("محمد (Ltd) 42");
    document.buyer.name = text("김 · 你好 · नमस्ते · Ελένη · İ");
    document.buyer.address.line1 = text("רחוב הרצל 12 (קומה 3)");
    document.seller.name = "Nordlicht Verlag GmbH & Söhne".to_owned();
    document.lines = SCRIPTS.iter().map(|name| line(name, 1, 2_000)).collect();
    document.lines.push(line(&"W".repeat(300), 1, 500));
    document.lines.push(line(&"محمد علي عبد الله (الطبعة 2) ".repeat(8), 1, 500));
    with_sums(document)
}

/// An invoice of some lines.
pub fn long(lines: u16) -> Document {
    let mut document = invoice();
    document.lines = (1..=lines)
        .map(|at| {
            let description = format!("Chapter {at}: what was found in the archive of the harbour");
            line(&description, i64::from(at % 4) + 1, 1_250)
        })
        .collect();
    with_sums(document)
}

fn line(description: &str, quantity: i64, unit_amount: i64) -> Line {
    let description = description.to_owned();
    Line { description, quantity, unit_amount, amount: quantity * unit_amount }
}

/// The document with the sums of its lines, taxed at 19 %.
pub fn with_sums(mut document: Document) -> Document {
    document.subtotal = document.lines.iter().map(|line| line.amount).sum();
    document.tax = (document.subtotal * 19 + 50) / 100;
    document.total = document.subtotal + document.tax;
    document.tax_lines[0].taxable = document.subtotal;
    document.tax_lines[0].tax = document.tax;
    document
}
