use super::*;
use crate::{
    model::{
        event::{EventType, History},
        id::Id,
        invoice::{DocumentTerms, Invoice},
    },
    store::tests::{golden, id, now, scope},
};

fn note() -> CreditNote {
    let invoice: Invoice = crate::store::invoice::tests::full();
    let mut line = invoice.terms.tax_lines.clone();
    line[0].taxable = 84;
    line[0].tax = 16;
    CreditNote {
        id: Id::derive(now(), [45; 10]),
        scope: scope(),
        surface: crate::model::Surface::Payments,
        invoice: invoice.id,
        invoice_number: "INV-000044".into(),
        invoice_issued_on: invoice.terms.issued_on,
        supplied_on: invoice.supplied_on,
        refund: Some(CreditedRefund {
            id: id(9),
            payment: id(4),
            transaction: id(8),
            processor: "simulator".into(),
            reason: Some("duplicate".into()),
            by_link: true,
        }),
        customer: Some(id(2)),
        customer_own_id: Some("user_123".into()),
        terms: DocumentTerms {
            number: "CN-000001".into(),
            subtotal: 84,
            tax_lines: line,
            seller: crate::model::invoice::DocumentSeller {
                name: "Corner Shop".into(),
                ..Default::default()
            },
            buyer: Default::default(),
            ..invoice.terms
        },
        files: None,
        history: History::starting(EventType::CreditNoteCreated, now()),
        created_at: now(),
        version: 1,
    }
}

#[test]
fn a_credit_note_is_kept_like_this() {
    let item = to_item(&note());
    golden(&item, NOTE);
    assert_eq!(from_item(scope(), &item), Ok(note()));
}

#[test]
fn one_that_takes_an_invoice_back_has_no_refund() {
    let void = CreditNote { refund: None, customer: None, customer_own_id: None, ..note() };
    assert_eq!(from_item(scope(), &to_item(&void)), Ok(void));
}

const NOTE: &str = r#"
buy={}
crt=1795255200250
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
desc="Annual report"
foot="Thank you."
gsi1pk="credit_note#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-8c2c-ac2c-2c2c2c2c2c2c"
gsi1sk="01a1fd8c-69fa-8d2d-ad2d-2d2d2d2d2d2d"
gsi2pk="credit_note#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
gsi2sk="01a1fd8c-69fa-8d2d-ad2d-2d2d2d2d2d2d"
history[0].at=1795255200250
history[0].t="credit_note.created"
id="01a1fd8c-69fa-8d2d-ad2d-2d2d2d2d2d2d"
ino="INV-000044"
inv="01a1fd8c-69fa-8c2c-ac2c-2c2c2c2c2c2c"
ion="2026-11-21"
lang="de"
no="CN-000001"
on="2026-11-21"
outbox="1"
own="user_123"
pk="credit_note#01a1fd8c-69fa-7101-8101-010101010101#test#8d2dad2d2d2d2d2d2d2d"
re.id="01a1fd8c-69fa-7909-8909-090909090909"
re.link=true
re.pay="01a1fd8c-69fa-7404-8404-040404040404"
re.proc="simulator"
re.txn="01a1fd8c-69fa-7808-8808-080808080808"
re.why="duplicate"
sell.name="Corner Shop"
sk="note"
sub=84
sup="2026-11-20"
tax.is="taxed"
tax.lines[0].base=84
tax.lines[0].cat="S"
tax.lines[0].name="VAT"
tax.lines[0].of="DE"
tax.lines[0].rate="19"
tax.lines[0].tax=16
tax.why="domestic"
tax.words="School"
v=1
28 attributes"#;
