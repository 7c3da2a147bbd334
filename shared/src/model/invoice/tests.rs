use super::*;
use crate::model::{
    Amounts, Currency, Id, Mode, Money, Surface,
    card::CardSummary,
    customer::Customer,
    id::MerchantAccountId,
    payment_intent::{
        Attempt, Buyer, CardSuccess, ChargingAccount, Invoicing, LinkTerms, PaymentIntent, Status,
        Success, Terms,
    },
    payment_link::{Limit, LinkAttempts, OneTimeLink},
    tax::Category,
};

pub(super) fn now() -> Time {
    Time::parse("2026-11-26T22:30:00Z").unwrap()
}

pub(super) fn id<K>(n: u8) -> Id<K> {
    Id::mint(now(), [n; 10])
}

pub(super) fn payment() -> PaymentIntent {
    let account = ChargingAccount {
        id: id::<()>(3).uuid().to_string().parse::<MerchantAccountId>().unwrap(),
        processor: "simulator".into(),
        connected: None,
        statement: None,
    };
    let link = OneTimeLink {
        account,
        payee: "Corner Shop".into(),
        attempts: LinkAttempts::none(Limit::UNLIMITED).and_one(),
        expires_at: None,
        allowed_origins: Vec::new(),
        return_url: None,
    };
    let card = CardSummary {
        brand: "visa".into(),
        last4: "4242".into(),
        exp_month: 12,
        exp_year: 2030,
        fingerprint: "f".into(),
        country: None,
    };
    let buyer = Buyer { email: "ada@example.com".into(), name: None };
    let (buyer, billing, charged) = (Some(buyer), None, None);
    let attempt = Attempt { id: id(8), card, save_card: false, buyer, billing, charged };
    PaymentIntent {
        id: id(4),
        scope: Scope { tenant: id(1), mode: Mode::Test },
        surface: Surface::Payments,
        customer: Some(id(2)),
        customer_own_id: None,
        amounts: Amounts::untaxed(Money::from_minor(25_000, Currency::USD)),
        description: "Annual report".into(),
        terms: Terms::Link(LinkTerms { link, declined: Vec::new(), request: None }),
        metadata: Some(Metadata::new(r#"{"order":"A-17"}"#).unwrap()),
        status: Status::Succeeded(Success::Card(CardSuccess {
            attempt,
            charge: "ch_1".into(),
            payment_method: None,
            invoicing: Invoicing::default(),
            refundable: crate::model::refund::Refundable::all_of(Amounts::untaxed(
                Money::from_minor(25_000, Currency::USD),
            )),
        })),
        history: History::starting(EventType::PaymentIntentCreated, now())
            .and(EventType::PaymentIntentSucceeded, now()),
        created_at: now(),
        updated_at: now(),
        version: 3,
    }
}

pub(super) fn invoice() -> Invoice {
    let settings =
        InvoiceSettings { time_zone: "Asia/Tokyo".parse().unwrap(), ..InvoiceSettings::default() };
    let later = now().plus_seconds(2);
    let taken = SeriesCounter::new("INV-".into(), 44).take(6, settings.time_zone.date(later));
    let customer = Customer::new(id(2), payment().scope, "Ada".into(), "a@example.com".into());
    let sources = InvoiceSources {
        seller: DocumentSeller { name: "Corner Shop".into(), ..DocumentSeller::default() },
        settings: &settings,
        customer: Some(&customer),
        checkout: None,
        taken: &taken,
    };
    Invoice::of_payment(&payment(), sources, later).unwrap()
}

/// An invoice with two taxes on one base.
fn taxed() -> Invoice {
    let mut taxed = invoice();
    let line = |name: &str, rate: &str, tax| TaxLine {
        jurisdiction: "CA".into(),
        name: name.into(),
        rate: rate.parse().unwrap(),
        taxable: 25_000,
        tax,
        category: Category::S,
    };
    taxed.terms.tax_lines = vec![line("GST", "5", 1_250), line("QST", "9.975", 2_494)];
    taxed.credited = Credited::nothing_of(&taxed.terms);
    taxed
}

fn note(n: u8, total: i64) -> CreditNoteRef {
    CreditNoteRef { id: id(n), number: format!("CN-{n:06}"), total }
}

#[test]
fn an_outstanding_invoice_is_paid_or_taken_back_once() {
    let later = now().plus_seconds(60);
    let open =
        Invoice { kind: InvoiceKind::Adjustment, status: InvoiceStatus::Outstanding, ..taxed() };
    let paid = open.mark_paid(later).unwrap().unwrap();
    assert_eq!((paid.status, paid.version), (InvoiceStatus::Paid, 2));
    assert_eq!(paid.mark_paid(later), Ok(None));
    assert_eq!(paid.void(note(1, 28_744), later), Err(InvoiceRefusal::Final));
    let void = open.void(note(1, 28_744), later).unwrap().unwrap();
    assert_eq!(void.status, InvoiceStatus::Void);
    assert_eq!((void.credited.tax.clone(), void.credited.refunded), (vec![1_250, 2_494], 0));
    assert_eq!(void.history.entries.last().unwrap().kind, EventType::InvoiceVoided);
    assert_eq!(void.void(note(2, 28_744), later), Ok(None));
    assert_eq!(void.mark_paid(later), Err(InvoiceRefusal::Final));
    let mut credit = open;
    credit.terms.subtotal = -25_000;
    assert_eq!(credit.void(note(1, 28_744), later), Err(InvoiceRefusal::Final));
}

#[test]
fn credit_notes_of_an_invoice_end_at_its_sums_per_tax_line() {
    let mut invoice = taxed();
    let (mut gone, mut lines) = (0, [0, 0]);
    // Each refund's tax as the payment's refunds decide it, a cent at a time in between.
    let total = invoice.terms.total();
    let parts = [1, 1, 1, 9_999, 1, 5_000, 13_741];
    assert_eq!(parts.iter().sum::<i64>(), total);
    let (mut refunded, mut refunded_tax) = (0, 0);
    for (n, amount) in (1_u8..).zip(parts) {
        refunded += amount;
        let due = (2 * 3_744 * refunded + total) / (2 * total);
        let tax = due - refunded_tax;
        refunded_tax = due;
        let share = invoice.share_of(amount, tax);
        assert_eq!(
            share.subtotal + share.tax_lines.iter().map(|line| line.tax).sum::<i64>(),
            amount
        );
        assert!(share.subtotal >= 0 && share.tax_lines.iter().all(|line| line.tax >= 0));
        gone += share.subtotal;
        for (sum, line) in lines.iter_mut().zip(&share.tax_lines) {
            *sum += line.tax;
        }
        invoice = invoice.credit(&share, note(n, amount), now());
    }
    assert_eq!((gone, lines), (25_000, [1_250, 2_494]));
    assert_eq!(invoice.credited.refunded, total);
    assert_eq!(invoice.credited.notes.len(), parts.len());
    assert_eq!(invoice.status, InvoiceStatus::Paid);
}

#[test]
fn files_are_named_after_the_number() {
    let mut terms = invoice().terms;
    terms.number = "2026/R-000001".into();
    assert_eq!(terms.file_name(FileKind::Pdf), "2026-R-000001.pdf");
    assert_eq!(terms.file_name(FileKind::Xml), "2026-R-000001.xml");
}

/// An invoice of two rates, each of a base of its own, and something without tax.
fn of_two_rates() -> Invoice {
    let mut invoice = taxed();
    let line = |rate: &str, taxable, tax| TaxLine {
        jurisdiction: "DE".into(),
        name: "VAT".into(),
        rate: rate.parse().unwrap(),
        taxable,
        tax,
        category: Category::S,
    };
    invoice.terms.subtotal = 10_001;
    invoice.terms.tax_lines = vec![line("19", 3_333, 633), line("7", 6_001, 420)];
    invoice.credited = Credited::nothing_of(&invoice.terms);
    invoice
}

#[test]
fn hard_case_56_bases_of_several_rates_go_back_in_parts_and_end_exactly() {
    let whole = of_two_rates();
    let (total, tax) = (whole.terms.total(), whole.terms.tax());
    for step in [1, 7, 100, 999, total] {
        let (mut invoice, mut done, mut told) = (whole.clone(), 0, 0);
        let mut bases = vec![0; 2];
        while done < total {
            let amount = step.min(total - done);
            done += amount;
            let part = (tax * done * 2 + total) / (total * 2) - told;
            told += part;
            let share = invoice.share_of(amount, part);
            assert_eq!(share.subtotal + part, amount);
            for (sum, line) in bases.iter_mut().zip(&share.tax_lines) {
                assert!(line.taxable >= 0 && line.taxable <= share.subtotal.max(0) + 1);
                *sum += line.taxable;
            }
            invoice = invoice.credit(&share, note(1, amount), now());
        }
        assert_eq!(bases, [3_333, 6_001], "in steps of {step}");
        assert_eq!(invoice.credited.tax, [633, 420]);
    }
}
