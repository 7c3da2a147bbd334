//! Hard cases 54 to 56 of the payments contract, as far as they are about credit notes.

use super::{queue::NumberingQueue, shop::Seller};
use crate::store::on_own_tables;
use futures_util::future::join_all;
use shared::{
    app::clock::{self, AMBIENT},
    model::{
        Id, Money, Surface,
        actor::Actor,
        card::FailureReason,
        credit_note::CreditNote,
        event::{EventType, History},
        id::RefundId,
        payment_intent::PaymentIntent,
        refund::{Refund, RefundStatus, Standing},
    },
    operations::numbering::{credit_refund, invoice_payment},
    store::{Consistency, list::Slice, refund::RefundWritten},
};
use std::{collections::BTreeSet, sync::Arc};

on_own_tables!(
    a_refund_gets_its_credit_note_once_however_often_it_is_asked_for,
    hard_case_55_a_refund_before_the_invoice_is_credited_once_the_invoice_is_there,
    hard_case_54_and_56_partial_refunds_end_at_the_sum_and_failed_ones_leave_no_gap,
    credit_notes_of_20_refunds_at_once_have_no_gap_and_no_twin,
);

/// A refund that the processor is asked for.
async fn asked(seller: &Seller, payment: &PaymentIntent, minor: i64) -> Refund {
    let now = clock::now();
    let refund = Refund {
        id: Id::derive(now, clock::random()),
        scope: seller.scope,
        surface: Surface::Payments,
        payment: payment.id,
        transaction: payment.status.attempt().unwrap().transaction(),
        link: None,
        customer: None,
        amount: Money::from_minor(minor, payment.amount().currency()),
        charge: "ch_1".to_owned(),
        processor: "simulator".to_owned(),
        reason: Some("duplicate".to_owned()),
        requested_by: Actor::Client,
        metadata: None,
        status: RefundStatus::Processing { until: now.plus_seconds(30) },
        invoice: None,
        invoiced: true,
        credit_note: None,
        invoiced_later: false,
        first: None,
        began: Standing { pending: minor, ..Standing::default() },
        ended: None,
        history: History::starting(EventType::RefundCreated, now),
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let read = seller.table.refundable_payment(seller.scope, payment.id).await.unwrap();
    let before = read.unwrap().1.unwrap();
    let written = seller.table.begin_refund(&refund, &before, None).await.unwrap();
    assert_eq!(written, RefundWritten::Yes);
    refund
}

async fn end(seller: &Seller, refund: &Refund, failed: bool) {
    let read = seller.table.refundable_payment(seller.scope, refund.payment).await.unwrap();
    let before = read.unwrap().1.unwrap();
    let minor = refund.amount.minor();
    let (after, next) = if failed {
        (before.give_back(minor), refund.fail(FailureReason::ProcessingError, clock::now()))
    } else {
        let (after, tax) = before.settle(minor);
        let tax = Money::from_minor(tax, refund.amount.currency());
        (after, refund.succeed("re_1".to_owned(), tax, clock::now()))
    };
    let written = seller.table.end_refund(&next.unwrap(), &before, &after).await.unwrap();
    assert_eq!(written, RefundWritten::Yes);
}

async fn refunded(seller: &Seller, payment: &PaymentIntent, minor: i64) -> RefundId {
    let refund = asked(seller, payment, minor).await;
    end(seller, &refund, false).await;
    refund.id
}

async fn note_of(seller: &Seller, refund: RefundId) -> Option<CreditNote> {
    let refund = seller.table.refund(seller.scope, refund).await.unwrap().unwrap();
    let named = refund.credit_note?;
    let note = seller.table.credit_note(seller.scope, named.id, Consistency::Strong).await;
    let note = note.unwrap().unwrap();
    assert_eq!(note.named(), named);
    Some(note)
}

async fn next_note(seller: &Seller) -> u64 {
    let series = seller.table.series(seller.scope, "CN-").await.unwrap();
    series.map_or(1, |series| series.next)
}

async fn invoiced(seller: &Seller) -> PaymentIntent {
    let payment = seller.paid().await;
    invoice_payment(&seller.table, seller.scope, payment.id, AMBIENT).await.unwrap();
    payment
}

async fn a_refund_gets_its_credit_note_once_however_often_it_is_asked_for(
    table: Arc<shared::store::Table>,
) {
    let seller = Seller::new(table);
    let payment = invoiced(&seller).await;
    let refund = refunded(&seller, &payment, 400).await;
    let mut queue = NumberingQueue::default();
    for _ in 0..3 {
        queue.ask_credit(seller.scope, refund);
    }
    queue.work(&seller.table).await;
    assert_eq!(queue.troubles, Vec::<String>::new());
    let note = note_of(&seller, refund).await.unwrap();
    assert_eq!((note.terms.number.as_str(), note.terms.total()), ("CN-000001", 400));
    assert_eq!(next_note(&seller).await, 2);
    let invoice = seller.invoice(payment.id).await.unwrap();
    assert_eq!(note.invoice_number, invoice.terms.number);
    assert_eq!(invoice.credited.notes, [note.named()]);
    assert_eq!(invoice.credited.refunded, 400);
    let slice = Slice {
        before: None,
        from: seller.scope.tenant.minted_at(),
        until: clock::now().plus_seconds(60),
        limit: 25,
    };
    for of in [None, Some(invoice.id)] {
        let notes = seller.table.credit_notes(seller.scope, of, None, &slice).await.unwrap();
        assert_eq!(notes.entries, std::slice::from_ref(&note));
    }
    let listed = seller.table.invoices(seller.scope, None, None, &slice).await.unwrap();
    assert_eq!(listed.entries, [invoice]);
}

async fn hard_case_55_a_refund_before_the_invoice_is_credited_once_the_invoice_is_there(
    table: Arc<shared::store::Table>,
) {
    let seller = Seller::new(table);
    let payment = seller.paid().await;
    let refunds = [refunded(&seller, &payment, 400).await, refunded(&seller, &payment, 100).await];
    let mut queue = NumberingQueue::default();
    refunds.iter().for_each(|refund| queue.ask_credit(seller.scope, *refund));
    queue.work(&seller.table).await;
    assert_eq!((queue.dead.len(), note_of(&seller, refunds[0]).await), (0, None), "they wait");
    queue.ask(seller.scope, payment.id);
    queue.work(&seller.table).await;
    let mut total = 0;
    for refund in refunds {
        let note = note_of(&seller, refund).await.unwrap();
        assert_eq!(note.invoice_number, "INV-000001");
        total += note.terms.total();
    }
    assert_eq!(total, 500);
    assert_eq!(seller.invoice(payment.id).await.unwrap().credited.refunded, 500);
    assert_eq!(next_note(&seller).await, 3);
    queue.ask(seller.scope, payment.id);
    queue.work(&seller.table).await;
    assert_eq!(next_note(&seller).await, 3, "nothing is credited twice");
}

async fn hard_case_54_and_56_partial_refunds_end_at_the_sum_and_failed_ones_leave_no_gap(
    table: Arc<shared::store::Table>,
) {
    let seller = Seller::new(table);
    let payment = invoiced(&seller).await;
    let total = payment.amount().minor();
    let first = refunded(&seller, &payment, 1).await;
    let failing = asked(&seller, &payment, 300).await;
    credit(&seller, failing.id).await;
    assert_eq!(note_of(&seller, failing.id).await, None, "nothing is known yet");
    end(&seller, &failing, true).await;
    credit(&seller, failing.id).await;
    assert_eq!(note_of(&seller, failing.id).await, None);
    let rest = refunded(&seller, &payment, total - 1).await;
    let mut sums = (0, 0);
    for (number, refund) in [("CN-000001", first), ("CN-000002", rest)] {
        credit(&seller, refund).await;
        let note = note_of(&seller, refund).await.unwrap();
        assert_eq!(note.terms.number, number);
        sums = (sums.0 + note.terms.subtotal, sums.1 + note.terms.tax());
    }
    let invoice = seller.invoice(payment.id).await.unwrap();
    assert_eq!(sums, (invoice.terms.subtotal, invoice.terms.tax()));
}

async fn credit(seller: &Seller, refund: RefundId) {
    credit_refund(&seller.table, seller.scope, refund, AMBIENT).await.unwrap();
}

/// Each message twice, all at once: what loses against others four times comes back.
async fn credit_notes_of_20_refunds_at_once_have_no_gap_and_no_twin(
    table: Arc<shared::store::Table>,
) {
    let seller = Seller::new(table);
    let payment = invoiced(&seller).await;
    let mut refunds = Vec::new();
    for _ in 0..20 {
        refunds.push(refunded(&seller, &payment, 10).await);
    }
    let work = refunds.iter().chain(&refunds).map(|refund| async {
        while credit_refund(&seller.table, seller.scope, *refund, AMBIENT).await.is_err() {}
    });
    join_all(work).await;
    let mut numbers = BTreeSet::new();
    for refund in refunds {
        numbers.insert(note_of(&seller, refund).await.unwrap().terms.number);
    }
    assert_eq!(numbers, (1..=20).map(|n| format!("CN-{n:06}")).collect());
    let invoice = seller.invoice(payment.id).await.unwrap();
    assert_eq!((invoice.credited.notes.len(), invoice.credited.refunded), (20, 200));
}
