use super::*;
use crate::{
    model::{
        Currency,
        event::{EventType, History},
        id::Id,
        invoice::{
            DocumentBuyer, DocumentSeller, DocumentTerms, Language, PostalAddress, StoredFile,
        },
        tax::{Category, Reason, TaxLine, Treatment},
    },
    store::tests::{golden, id, now, put, scope, size},
};

/// An invoice with everything that may be absent.
pub fn full() -> Invoice {
    Invoice {
        id: Id::derive(now(), [44; 10]),
        scope: scope(),
        surface: Surface::Payments,
        kind: InvoiceKind::Payment(PaidBy {
            payment: id(4),
            transaction: id(8),
            brand: "visa".into(),
            last4: "4242".into(),
            at: now(),
        }),
        status: InvoiceStatus::Paid,
        customer: Some(id(2)),
        customer_own_id: Some("user_123".into()),
        terms: terms(),
        due_on: "2026-11-21".parse().unwrap(),
        supplied_on: "2026-11-20".parse().unwrap(),
        metadata: Some(Metadata::new(r#"{"order":"A-17"}"#).unwrap()),
        credited: Credited {
            refunded: 100,
            tax: vec![16],
            notes: vec![CreditNoteRef { id: id(9), number: "CN-000001".into(), total: 100 }],
        },
        files: Some(DocumentFiles {
            pdf: StoredFile { sha256: "ab".repeat(32), bytes: 40_000 },
            xml: Some(StoredFile { sha256: "cd".repeat(32), bytes: 9_000 }),
            renderer: "1".into(),
        }),
        history: History::starting(EventType::InvoiceCreated, now()),
        created_at: now(),
        updated_at: now(),
        version: 3,
    }
}

fn terms() -> DocumentTerms {
    let address = PostalAddress {
        line1: Some("1 High Street".into()),
        line2: Some("2nd floor".into()),
        city: Some("Berlin".into()),
        state: Some("Berlin".into()),
        postal_code: Some("10115".into()),
        country: Some("DE".into()),
        region: Some("BE".into()),
    };
    DocumentTerms {
        number: "INV-000044".into(),
        issued_on: "2026-11-21".parse().unwrap(),
        seller: DocumentSeller {
            name: "Corner Shop Ltd".into(),
            address: Some(address.clone()),
            tax_id: Some("DE123456788".into()),
            registration_number: Some("HRB 1".into()),
            tax_number: Some("12/345".into()),
            email: Some("shop@example.com".into()),
            website: Some("https://shop.example".into()),
        },
        buyer: DocumentBuyer {
            name: Some("Ada".into()),
            email: Some("ada@example.com".into()),
            company: Some("Example SARL".into()),
            address: Some(address),
            tax_id: Some("FR40303265045".into()),
        },
        description: "Annual report".into(),
        lines: Vec::new(),
        currency: Currency::USD,
        subtotal: 25_000,
        treatment: Treatment::Taxed,
        reason: Reason::Domestic,
        exemption_reason: Some("School".into()),
        tax_lines: vec![TaxLine {
            jurisdiction: "DE".into(),
            name: "VAT".into(),
            rate: "19".parse().unwrap(),
            taxable: 25_000,
            tax: 4_750,
            category: Category::S,
        }],
        language: Language::De,
        footer: Some("Thank you.".into()),
    }
}

/// An adjustment with nothing that may be absent.
fn bare() -> Invoice {
    let full = full();
    Invoice {
        kind: InvoiceKind::Adjustment,
        status: InvoiceStatus::Outstanding,
        customer: None,
        customer_own_id: None,
        terms: DocumentTerms {
            seller: DocumentSeller { name: "Corner Shop".into(), ..DocumentSeller::default() },
            buyer: DocumentBuyer::default(),
            treatment: Treatment::NotCollected,
            reason: Reason::NotConfigured,
            exemption_reason: None,
            tax_lines: Vec::new(),
            language: Language::En,
            footer: None,
            ..full.terms.clone()
        },
        metadata: None,
        credited: Credited::default(),
        files: None,
        version: 1,
        ..full
    }
}

#[test]
fn a_full_invoice_is_kept_like_this() {
    let item = to_item(&full());
    golden(&item, FULL);
    assert_eq!(from_item(scope(), &item), Ok(full()));
    assert!(size(&item) < 2_048, "{} bytes", size(&item));
}

#[test]
fn a_bare_invoice_is_kept_like_this() {
    let item = to_item(&bare());
    golden(&item, BARE);
    assert_eq!(from_item(scope(), &item), Ok(bare()));
}

#[test]
fn an_invoice_is_made_once_and_replaced_at_its_version() {
    assert_eq!(put(&insert(&full())), &to_item(&full()));
    assert!(matches!(replace(&full()), Write::Replace { version: 2, .. }));
}

const FULL: &str = r#"
back.notes[0].id="01a1fd8c-69fa-7909-8909-090909090909"
back.notes[0].no="CN-000001"
back.notes[0].sum=100
back.sum=100
back.tax[0]=16
buy.addr.cc="DE"
buy.addr.city="Berlin"
buy.addr.l1="1 High Street"
buy.addr.l2="2nd floor"
buy.addr.reg="BE"
buy.addr.st="Berlin"
buy.addr.zip="10115"
buy.firm="Example SARL"
buy.mail="ada@example.com"
buy.name="Ada"
buy.vat="FR40303265045"
by="1"
crt=1795255200250
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
desc="Annual report"
due="2026-11-21"
foot="Thank you."
gsi1pk="invoice#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7202-8202-020202020202"
gsi1sk="01a1fd8c-69fa-8c2c-ac2c-2c2c2c2c2c2c"
gsi2pk="invoice#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
gsi2sk="01a1fd8c-69fa-8c2c-ac2c-2c2c2c2c2c2c"
history[0].at=1795255200250
history[0].t="invoice.created"
id="01a1fd8c-69fa-8c2c-ac2c-2c2c2c2c2c2c"
lang="de"
meta="{\"order\":\"A-17\"}"
no="INV-000044"
on="2026-11-21"
outbox="1"
own="user_123"
paid.at=1795255200250
paid.brand="visa"
paid.last4="4242"
paid.pay="01a1fd8c-69fa-7404-8404-040404040404"
paid.txn="01a1fd8c-69fa-7808-8808-080808080808"
pdf.n=40000
pdf.sha="abababababababababababababababababababababababababababababababab"
pk="invoice#01a1fd8c-69fa-7101-8101-010101010101#test#8c2cac2c2c2c2c2c2c2c"
sell.addr.cc="DE"
sell.addr.city="Berlin"
sell.addr.l1="1 High Street"
sell.addr.l2="2nd floor"
sell.addr.reg="BE"
sell.addr.st="Berlin"
sell.addr.zip="10115"
sell.mail="shop@example.com"
sell.name="Corner Shop Ltd"
sell.num="12/345"
sell.reg="HRB 1"
sell.vat="DE123456788"
sell.web="https://shop.example"
sk="invoice"
st="paid"
sub=25000
sup="2026-11-20"
tax.is="taxed"
tax.lines[0].base=25000
tax.lines[0].cat="S"
tax.lines[0].name="VAT"
tax.lines[0].of="DE"
tax.lines[0].rate="19"
tax.lines[0].tax=4750
tax.why="domestic"
tax.words="School"
upd=1795255200250
v=3
xml.n=9000
xml.sha="cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
33 attributes"#;
const BARE: &str = r#"
back.notes=[]
back.sum=0
back.tax=[]
buy={}
crt=1795255200250
cur="USD"
desc="Annual report"
due="2026-11-21"
gsi2pk="invoice#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
gsi2sk="01a1fd8c-69fa-8c2c-ac2c-2c2c2c2c2c2c"
history[0].at=1795255200250
history[0].t="invoice.created"
id="01a1fd8c-69fa-8c2c-ac2c-2c2c2c2c2c2c"
lang="en"
no="INV-000044"
on="2026-11-21"
outbox="1"
pk="invoice#01a1fd8c-69fa-7101-8101-010101010101#test#8c2cac2c2c2c2c2c2c2c"
sell.name="Corner Shop"
sk="invoice"
st="outstanding"
sub=25000
sup="2026-11-20"
tax.is="not_collected"
tax.lines=[]
tax.why="not_configured"
upd=1795255200250
v=1
23 attributes"#;
