use super::*;
use crate::model::{
    Currency, Money,
    address::Address,
    date::Date,
    invoice::{
        SeriesCounter,
        tests::{id, invoice, now, payment},
    },
    payment_intent::Status,
};

#[test]
fn an_invoice_copies_the_moment() {
    let invoice = invoice();
    assert_eq!(invoice.terms.number, "INV-000044");
    assert_eq!(invoice.terms.issued_on.to_string(), "2026-11-27", "the day in Tokyo");
    assert_eq!(
        (invoice.due_on, invoice.supplied_on),
        (invoice.terms.issued_on, invoice.terms.issued_on)
    );
    assert_eq!(invoice.status, InvoiceStatus::Paid);
    assert_eq!(
        (invoice.terms.subtotal, invoice.terms.tax(), invoice.terms.total()),
        (25_000, 0, 25_000)
    );
    assert_eq!(invoice.terms.buyer.email.as_deref(), Some("ada@example.com"), "what was typed");
    assert_eq!(invoice.terms.buyer.name.as_deref(), Some("Ada"), "completed from the customer");
    let paid_by = invoice.paid_by().unwrap();
    assert_eq!((paid_by.last4.as_str(), paid_by.at), ("4242", now()));
}

/// What was typed, completed from the customer's address.
fn addressed(typed: Option<Billing>, sold_to: &str) -> Option<PostalAddress> {
    let mut customer = Customer::new(id(2), payment().scope, "Ada".into(), "a@example.com".into());
    customer.profile.address = Some(Address {
        line1: "Hauptstr. 1".into(),
        line2: None,
        city: "Berlin".into(),
        state: None,
        postal_code: "10115".into(),
        country: "DE".parse().unwrap(),
        region: None,
    });
    let record = TaxRecord {
        treatment: Treatment::Taxed,
        reason: Reason::Destination,
        lines: Vec::new(),
        tax_code: "general".into(),
        country: Some(sold_to.parse().unwrap()),
        region: None,
        tax_id: None,
        exemption_reason: None,
        rules: "2026-07-11".into(),
        settings_version: 1,
        decided_at: now(),
    };
    billed_to(typed.as_ref(), Some(&record), Some(&customer))
}

#[test]
fn a_charge_with_nobody_there_is_billed_to_the_customers_address() {
    let billed = addressed(None, "DE").unwrap();
    assert_eq!(billed.line1.as_deref(), Some("Hauptstr. 1"));
    assert_eq!((billed.city.as_deref(), billed.country.as_deref()), (Some("Berlin"), Some("DE")));
    let moved = addressed(None, "FR").unwrap();
    assert_eq!((moved.line1, moved.country.as_deref()), (None, Some("FR")), "sold elsewhere");
}

#[test]
fn what_was_typed_is_completed_where_the_country_agrees_and_nothing_contradicts() {
    let typed = |country: &str, code: Option<&str>| {
        Some(Billing {
            country: Some(country.parse().unwrap()),
            postal_code: code.map(str::to_owned),
            ..Billing::default()
        })
    };
    let street = |typed, sold_to| addressed(typed, sold_to).unwrap().line1;
    assert_eq!(street(typed("DE", None), "DE").as_deref(), Some("Hauptstr. 1"));
    assert_eq!(street(typed("DE", Some("10115")), "DE").as_deref(), Some("Hauptstr. 1"));
    assert_eq!(street(typed("DE", Some("80331")), "DE"), None, "of two addresses one is kept");
    assert_eq!(street(typed("FR", None), "FR"), None);
}

#[test]
fn a_payment_has_one_place_for_its_invoice_whenever_it_is_made() {
    let (one, other) = (id_for(id(4), now()), id_for(id(4), now().plus_days(40)));
    assert_ne!(one, other);
    assert_eq!(one.seed(), other.seed());
    assert_ne!(one.seed(), id_for(id(5), now()).seed());
}

#[test]
fn a_payment_that_took_no_money_has_no_invoice() {
    let pending = PaymentIntent { status: Status::Pending, ..payment() };
    let settings = InvoiceSettings::default();
    let taken = SeriesCounter::new("INV-".into(), 1).take(6, Date::utc(now()));
    let sources = InvoiceSources {
        seller: DocumentSeller::default(),
        settings: &settings,
        customer: None,
        checkout: None,
        taken: &taken,
    };
    assert_eq!(Invoice::of_payment(&pending, sources, now()), None);
}

/// A line of a checkout.
fn bought(name: &str, quantity: u32, unit: i64) -> Purchase {
    Purchase {
        product: None,
        name: name.into(),
        quantity,
        unit_price: Money::from_minor(unit, Currency::USD),
        tax_code: None,
        tax_rate: None,
    }
}

#[test]
fn lines_of_a_sale_add_up_to_its_subtotal_whether_prices_contain_tax_or_not() {
    let cart = [bought("Seat", 3, 1_190), bought("Book", 1, 1_070), bought("Gift", 2, 0)];
    let told = |lines: Vec<DocumentLine>| {
        lines
            .into_iter()
            .map(|line| (line.description, line.quantity, line.unit_amount, line.amount))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told(sold_lines(&cart, 4_640)),
        [
            ("Seat".to_owned(), 3, 1_190, 3_570),
            ("Book".to_owned(), 1, 1_070, 1_070),
            ("Gift".to_owned(), 2, 0, 0),
        ]
    );
    let net = told(sold_lines(&cart, 4_001));
    let (first, second) = (3_078, 923);
    assert_eq!(
        net,
        [
            ("3 x Seat".to_owned(), 1, first, first),
            ("Book".to_owned(), 1, second, second),
            ("2 x Gift".to_owned(), 1, 0, 0),
        ]
    );
    assert_eq!(first + second, 4_001);
}
