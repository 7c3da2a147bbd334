//! Hard case 58 of the payments contract, and what else there is about invoices that tenants make
//! themselves.

use super::shop::Seller;
use crate::store::{fixture, on_own_tables};
use futures_util::future::join_all;
use shared::{
    app::clock::{self, AMBIENT},
    model::{
        Id, Time,
        event::EventType,
        id::{CustomerId, InvoiceId},
        invoice::{Invoice, InvoiceStatus},
        tax::BuiltIn,
    },
    operations::{
        FieldError, Idempotency, IdempotentAnswer, Problem, Resource, StateRefusal,
        adjustments::{Adjustment, SettledAs, adjust, settle},
        tenant_links::LinkCustomer,
    },
    store::{Consistency, Table, customer, list::Slice},
};
use std::{collections::BTreeSet, sync::Arc};

on_own_tables!(
    an_adjustment_is_outstanding_until_it_is_settled_outside,
    hard_case_58_an_adjustment_that_is_taken_back_gets_one_credit_note,
    a_credit_takes_a_number_of_the_credit_notes_and_cannot_be_taken_back,
    an_adjustment_sent_again_is_made_once,
    adjustments_and_payments_at_once_share_one_series,
    an_adjustment_without_customer_or_currency_is_refused,
);

async fn buyer(seller: &Seller) -> CustomerId {
    let customer = fixture::customer(seller.scope, clock::now());
    seller.table.commit(customer::insert(&customer).to_vec()).await.unwrap();
    customer.id
}

fn wish(customer: LinkCustomer, amount: i64) -> Adjustment {
    Adjustment {
        id: clock::new_id(),
        customer,
        amount,
        description: "Late fee".to_owned(),
        metadata: None,
        currency: Some("EUR".parse().unwrap()),
    }
}

fn shown(invoice: &Invoice) -> String {
    invoice.id.to_string()
}

fn id(answer: &IdempotentAnswer) -> InvoiceId {
    answer.data.parse().unwrap()
}

async fn make(
    seller: &Seller,
    wish: &Adjustment,
    key: Option<&str>,
) -> Result<IdempotentAnswer, Problem> {
    let idempotency =
        Idempotency::new(seller.scope, "create_invoice", key, [("amount", "1")].into_iter());
    let remember = idempotency.remember(&shown);
    adjust(&seller.table, seller.scope, &BuiltIn, wish, remember, AMBIENT).await
}

async fn set(seller: &Seller, id: InvoiceId, to: SettledAs) -> Result<(), Problem> {
    let idempotency = Idempotency::new(seller.scope, "set", None, [].into_iter());
    let remember = idempotency.remember(&shown);
    settle(&seller.table, seller.scope, id, to, remember, AMBIENT).await.map(|_| ())
}

async fn kept(seller: &Seller, id: InvoiceId) -> Invoice {
    seller.table.invoice(seller.scope, id, Consistency::Strong).await.unwrap().unwrap()
}

async fn made(seller: &Seller, amount: i64) -> Invoice {
    let customer = LinkCustomer::Known(buyer(seller).await);
    let answer = make(seller, &wish(customer, amount), None).await.unwrap();
    kept(seller, id(&answer)).await
}

async fn an_adjustment_is_outstanding_until_it_is_settled_outside(table: Arc<Table>) {
    let seller = Seller::new(table);
    let invoice = made(&seller, 5_000).await;
    assert_eq!((invoice.status, invoice.terms.total()), (InvoiceStatus::Outstanding, 5_000));
    assert_eq!(invoice.terms.number, "INV-000001");
    assert_eq!(invoice.due_on, invoice.terms.issued_on.plus_days(30));
    for _ in 0..2 {
        set(&seller, invoice.id, SettledAs::Paid).await.unwrap();
    }
    let paid = kept(&seller, invoice.id).await;
    assert_eq!((paid.status, paid.version), (InvoiceStatus::Paid, 2), "the second did nothing");
    let void = set(&seller, invoice.id, SettledAs::Void).await;
    assert_eq!(void, Err(Problem::State(StateRefusal::InvoiceFinal)));
    let unknown = set(&seller, clock::new_id(), SettledAs::Paid).await;
    assert_eq!(unknown, Err(Problem::NotFound(Resource::Invoice)));
}

async fn hard_case_58_an_adjustment_that_is_taken_back_gets_one_credit_note(table: Arc<Table>) {
    let seller = Seller::new(table);
    let invoice = made(&seller, 5_000).await;
    let all = join_all((0..4).map(|_| set(&seller, invoice.id, SettledAs::Void))).await;
    assert!(all.iter().any(Result::is_ok), "{all:?}");
    set(&seller, invoice.id, SettledAs::Void).await.unwrap();
    let void = kept(&seller, invoice.id).await;
    assert_eq!((void.status, &void.terms), (InvoiceStatus::Void, &invoice.terms));
    let told: Vec<EventType> = void.history.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(told, [EventType::InvoiceCreated, EventType::InvoiceVoided]);
    let [note] = void.credited.notes.as_slice() else { panic!("{:?}", void.credited) };
    assert_eq!((note.number.as_str(), note.total), ("CN-000001", 5_000));
    let slice =
        Slice { before: None, from: Time::EPOCH, until: clock::now().plus_seconds(60), limit: 25 };
    let slice = Slice { from: seller.scope.tenant.minted_at(), ..slice };
    let notes = seller.table.credit_notes(seller.scope, Some(invoice.id), None, &slice).await;
    let notes = notes.unwrap().entries;
    assert_eq!(notes.len(), 1);
    assert_eq!((notes[0].refund.clone(), &notes[0].invoice_number), (None, &invoice.terms.number));
    let series = seller.table.series(seller.scope, "CN-").await.unwrap().unwrap();
    assert_eq!(series.next, 2, "no number was lost");
    let paid = set(&seller, invoice.id, SettledAs::Paid).await;
    assert_eq!(paid, Err(Problem::State(StateRefusal::InvoiceFinal)));
}

async fn a_credit_takes_a_number_of_the_credit_notes_and_cannot_be_taken_back(table: Arc<Table>) {
    let seller = Seller::new(table);
    let credit = made(&seller, -700).await;
    assert_eq!((credit.terms.number.as_str(), credit.terms.total()), ("CN-000001", -700));
    let void = set(&seller, credit.id, SettledAs::Void).await;
    assert_eq!(void, Err(Problem::State(StateRefusal::InvoiceFinal)));
    set(&seller, credit.id, SettledAs::Paid).await.unwrap();
    let series = seller.table.series(seller.scope, "CN-").await.unwrap().unwrap();
    assert_eq!(series.next, 2, "a refused void takes no number");
}

async fn an_adjustment_sent_again_is_made_once(table: Arc<Table>) {
    let seller = Seller::new(table);
    let customer = buyer(&seller).await;
    let again = || wish(LinkCustomer::Known(customer), 5_000);
    let first = make(&seller, &again(), Some("key")).await.unwrap();
    let second = make(&seller, &again(), Some("key")).await.unwrap();
    assert_eq!((first.data, second.replayed), (second.data, true));
    let series = seller.table.series(seller.scope, "INV-").await.unwrap().unwrap();
    assert_eq!(series.next, 2);
}

async fn adjustments_and_payments_at_once_share_one_series(table: Arc<Table>) {
    let seller = Seller::new(table);
    let customer = buyer(&seller).await;
    let paid = join_all((0..10).map(|_| seller.paid())).await;
    let adjusting = (0..10).map(|_| async {
        loop {
            let wish = wish(LinkCustomer::Known(customer), 100);
            if let Ok(answer) = make(&seller, &wish, None).await {
                return kept(&seller, id(&answer)).await.terms.number;
            }
        }
    });
    let numbering = paid.iter().map(|payment| async {
        let scope = seller.scope;
        let ask = || {
            shared::operations::numbering::invoice_payment(
                &seller.table,
                scope,
                payment.id,
                AMBIENT,
            )
        };
        while ask().await.is_err() {}
        seller.invoice(payment.id).await.unwrap().terms.number
    });
    let (made, numbered) = tokio::join!(join_all(adjusting), join_all(numbering));
    let numbers: BTreeSet<String> = made.into_iter().chain(numbered).collect();
    assert_eq!(numbers, (1..=20).map(|n| format!("INV-{n:06}")).collect());
}

async fn an_adjustment_without_customer_or_currency_is_refused(table: Arc<Table>) {
    let seller = Seller::new(table);
    let missing = Err(Problem::NotFound(Resource::Customer));
    let strangers = [
        LinkCustomer::Nobody,
        LinkCustomer::Own("user 1".to_owned()),
        LinkCustomer::Known(Id::mint(clock::now(), clock::random())),
    ];
    for stranger in strangers {
        let answer = make(&seller, &wish(stranger, 100), None).await.map(|_| ());
        assert_eq!(answer, missing);
    }
    let customer = LinkCustomer::Known(buyer(&seller).await);
    let wish = Adjustment { currency: None, ..wish(customer, 100) };
    let Err(Problem::Invalid(fields)) = make(&seller, &wish, None).await else {
        panic!("no currency is named anywhere")
    };
    let [FieldError { field, .. }] = fields.as_slice() else { panic!("{fields:?}") };
    assert_eq!(field, "currency");
}
