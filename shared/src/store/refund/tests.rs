use super::*;
use crate::{
    model::{
        Amounts, Currency, Money, Time,
        actor::Actor,
        card::FailureReason,
        event::{EventType, History},
        id::Id,
        invoice::CreditNoteRef,
        metadata::Metadata,
        payment_intent::{CardSuccess, Invoicing, Status, Success},
        refund::RESERVATION_S,
    },
    store::{
        memory::Memory,
        tests::{attempt, golden, id, now, pending, scope, size},
    },
};
use futures_util::FutureExt;

/// A payment of 12.50 USD that succeeded.
fn paid() -> PaymentIntent {
    let status = Status::Succeeded(Success::Card(CardSuccess {
        attempt: attempt(),
        charge: "ch_1".into(),
        payment_method: None,
        invoicing: Invoicing::default(),
        refundable: Refundable::all_of(pending().amounts),
    }));
    PaymentIntent { status, ..pending() }
}

fn refund(n: u8, minor: i64) -> Refund {
    Refund {
        id: Id::derive(now(), [n; 10]),
        scope: scope(),
        surface: Surface::Payments,
        payment: paid().id,
        transaction: id(8),
        link: None,
        customer: Some(id(2)),
        amount: Money::from_minor(minor, Currency::USD),
        charge: "ch_1".into(),
        processor: "simulator".into(),
        reason: Some("requested_by_customer".into()),
        requested_by: Actor::ApiKey(id(7)),
        metadata: Some(Metadata::new(r#"{"case":"A-1"}"#).unwrap()),
        status: RefundStatus::Processing { until: now().plus_seconds(RESERVATION_S) },
        invoice: None,
        invoiced: true,
        credit_note: None,
        invoiced_later: false,
        first: None,
        began: Standing { pending: minor, left: 1_250 - minor, ..Standing::default() },
        ended: None,
        history: History::starting(EventType::RefundCreated, now()),
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn table(tax: i64) -> Table {
    let table = Table::Memory(Memory::default());
    let item = intent::to_item(&paid()).with("tax", tax);
    table.commit(vec![Write::Insert(item)]).now_or_never().unwrap().unwrap();
    table
}

fn left(table: &Table) -> Refundable {
    let read = table.refundable_payment(scope(), paid().id).now_or_never().unwrap().unwrap();
    read.unwrap().1.unwrap()
}

/// Asks for a refund as an operation would: decided from what was read, then written.
fn ask(table: &Table, n: u8, minor: i64) -> Option<Refund> {
    let before = left(table);
    let (_, amount) = before.reserve(Some(minor)).ok()?;
    let refund = refund(n, amount);
    let written = table.begin_refund(&refund, &before, None).now_or_never().unwrap().unwrap();
    (written == RefundWritten::Yes).then_some(refund)
}

fn succeed(table: &Table, refund: &Refund) -> (RefundWritten, i64) {
    let before = left(table);
    let (after, tax) = before.settle(refund.amount.minor());
    let later = now().plus_seconds(4);
    let tax_share = Money::from_minor(tax, Currency::USD);
    let next = refund.succeed("re_1".into(), tax_share, later).unwrap();
    let end = table.end_refund(&next, &before, &after);
    (end.now_or_never().unwrap().unwrap(), tax)
}

fn fail(table: &Table, refund: &Refund) -> RefundWritten {
    let before = left(table);
    let after = before.give_back(refund.amount.minor());
    let next = refund.fail(FailureReason::ProcessingError, now().plus_seconds(4)).unwrap();
    table.end_refund(&next, &before, &after).now_or_never().unwrap().unwrap()
}

#[test]
fn a_refund_under_way_is_kept_like_this() {
    let item = to_item(&refund(9, 400));
    golden(
        &item,
        r#"
amt=400
by="api_key#01a1fd8c-69fa-7707-8707-070707070707"
chg="ch_1"
crt=1795255200250
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
gsi1pk="refund#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7404-8404-040404040404"
gsi1sk="01a1fd8c-69fa-8909-8909-090909090909"
gsi2pk="refund#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
gsi2sk="01a1fd8c-69fa-8909-8909-090909090909"
history[0].at=1795255200250
history[0].t="refund.created"
meta="{\"case\":\"A-1\"}"
note="requested_by_customer"
outbox="1"
pay="01a1fd8c-69fa-7404-8404-040404040404"
pk="refund#01a1fd8c-69fa-7101-8101-010101010101#test#89098909090909090909"
proc="simulator"
sfc="payments"
sk="refund"
st="processing"
txn="01a1fd8c-69fa-7808-8808-080808080808"
until=1795255230250
upd=1795255200250
v=1
was.d=0
was.l=850
was.p=400
25 attributes"#,
    );
    assert_eq!(from_item(scope(), &item), Ok(refund(9, 400)));
    assert!(size(&item) < 1024);
}

#[test]
fn a_refund_that_succeeded_is_kept_like_this() {
    let link = Some("6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21".parse().unwrap());
    let of_link = Refund { link, ..refund(9, 400) };
    let tax = Money::from_minor(64, Currency::USD);
    let done = of_link.succeed("re_77".into(), tax, now().plus_seconds(4)).unwrap();
    let item = to_item(&done);
    golden(
        &item,
        r#"
amt=400
by="api_key#01a1fd8c-69fa-7707-8707-070707070707"
chg="ch_1"
crt=1795255200250
cur="USD"
cust="01a1fd8c-69fa-7202-8202-020202020202"
done=1795255204250
gsi1pk="refund#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-7404-8404-040404040404"
gsi1sk="01a1fd8c-69fa-8909-8909-090909090909"
gsi2pk="refund#01a1fd8c-69fa-7101-8101-010101010101#test#2026-11"
gsi2sk="01a1fd8c-69fa-8909-8909-090909090909"
gsi4pk="refunded#01a1fd8c-69fa-7101-8101-010101010101#test#6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21"
gsi4sk="001795255204250#01a1fd8c-69fa-8909-8909-090909090909"
history[0].at=1795255200250
history[0].t="refund.created"
history[1].at=1795255204250
history[1].t="refund.succeeded"
link="6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21"
meta="{\"case\":\"A-1\"}"
note="requested_by_customer"
outbox="1"
pay="01a1fd8c-69fa-7404-8404-040404040404"
pk="refund#01a1fd8c-69fa-7101-8101-010101010101#test#89098909090909090909"
proc="simulator"
ref="re_77"
sfc="payments"
sk="refund"
st="succeeded"
tax=64
txn="01a1fd8c-69fa-7808-8808-080808080808"
upd=1795255204250
v=2
was.d=0
was.l=850
was.p=400
30 attributes"#,
    );
    assert_eq!(from_item(scope(), &item), Ok(done));
    let failed = refund(9, 400).fail(FailureReason::ProcessingError, now()).unwrap();
    assert_eq!(from_item(scope(), &to_item(&failed)), Ok(failed));
}

#[test]
fn a_refund_with_its_credit_note_stays_below_a_kilobyte() {
    let tax = Money::from_minor(64, Currency::USD);
    let charge = format!("ch_{}", id::<()>(8));
    let asked = Refund { charge, reason: None, metadata: None, ..refund(9, 400) };
    let done = asked.succeed(format!("re_{}", id::<()>(9)), tax, now()).unwrap();
    let note = CreditNoteRef { id: id(6), number: "CN-000001".into(), total: 400 };
    let credited =
        Refund { invoice: Some(id(5)), credit_note: Some(note), invoiced_later: true, ..done };
    assert_eq!(from_item(scope(), &to_item(&credited)), Ok(credited.clone()));
    let size = size(&to_item(&credited));
    // With room for the digits of larger amounts.
    assert!(size < 1000, "{size}");
}

#[test]
fn one_key_asked_at_two_moments_is_one_refund() {
    let table = table(0);
    assert!(ask(&table, 9, 400).is_some());
    let later = Refund { id: Id::derive(now().plus_days(40), [9; 10]), ..refund(9, 400) };
    let again = table.begin_refund(&later, &left(&table), None).now_or_never().unwrap().unwrap();
    assert_eq!(again, RefundWritten::MovedOn);
    let read = table.refund(scope(), later.id).now_or_never().unwrap().unwrap().unwrap();
    assert_eq!(read.id, refund(9, 400).id);
}

#[test]
fn what_is_left_is_lowered_when_asked_and_raised_when_failed() {
    let table = table(0);
    assert_eq!(left(&table).left, 1_250);
    let one = ask(&table, 1, 1_000).unwrap();
    let two = ask(&table, 2, 250).unwrap();
    assert!(ask(&table, 3, 1).is_none());
    assert_eq!(fail(&table, &two), RefundWritten::Yes);
    assert_eq!((left(&table).left, left(&table).pending), (250, 1_000));
    assert_eq!(fail(&table, &two), RefundWritten::MovedOn, "it is over");
    assert_eq!(succeed(&table, &one).0, RefundWritten::Yes);
    let rest = left(&table);
    assert_eq!((rest.left, rest.pending, rest.refunded, rest.count), (250, 0, 1_000, 2));
}

/// Both decide from the same read: the guard lets one of them through.
#[test]
fn two_who_ask_for_the_whole_at_once_get_it_once() {
    let table = table(0);
    ask(&table, 9, 50).unwrap();
    let before = left(&table);
    let written = [1, 2].map(|n| {
        let refund = refund(n, 1_200);
        let begun = table.begin_refund(&refund, &before, None);
        begun.now_or_never().unwrap().unwrap()
    });
    assert_eq!(written, [RefundWritten::Yes, RefundWritten::Stale]);
    assert_eq!(left(&table).left, 0);
}

#[test]
fn the_first_refund_of_a_payment_is_written_once_too() {
    let table = table(0);
    let before = left(&table);
    let written = [1, 2].map(|n| {
        let refund = refund(n, 700);
        let begun = table.begin_refund(&refund, &before, None);
        begun.now_or_never().unwrap().unwrap()
    });
    assert_eq!(written, [RefundWritten::Yes, RefundWritten::Stale]);
}

#[test]
fn shares_of_tax_are_written_in_the_order_in_which_refunds_succeed() {
    let table = table(200);
    let [one, two] = [(1, 625), (2, 625)].map(|(n, minor)| ask(&table, n, minor).unwrap());
    let stale = left(&table);
    assert_eq!(succeed(&table, &two), (RefundWritten::Yes, 100));
    let (after, tax) = stale.settle(625);
    let tax = Money::from_minor(tax, Currency::USD);
    let next = one.succeed("re_1".into(), tax, now()).unwrap();
    let late = table.end_refund(&next, &stale, &after).now_or_never().unwrap().unwrap();
    assert_eq!(late, RefundWritten::Stale, "decided before the other was written");
    assert_eq!(succeed(&table, &one), (RefundWritten::Yes, 100));
    assert_eq!(left(&table).refunded_tax, 200);
}

#[test]
fn a_refund_made_at_the_processor_is_booked_beyond_what_is_left() {
    let table = table(0);
    let pending = ask(&table, 1, 1_000).unwrap();
    let before = left(&table);
    let fact = before.book_fact(600);
    assert_eq!(fact.collision, 350);
    let found = refund(5, 600);
    let zero = Money::from_minor(0, Currency::USD);
    let found = found.succeed("re_5".into(), zero, now()).unwrap();
    let written = table.book_refund(&found, &before, &fact).now_or_never().unwrap().unwrap();
    assert_eq!(written, RefundWritten::Yes);
    assert_eq!((left(&table).left, left(&table).pending), (0, 1_000));
    assert_eq!(fail(&table, &pending), RefundWritten::Yes);
}

#[test]
fn nothing_of_an_unpaid_payment_is_refundable() {
    let table = Table::Memory(Memory::default());
    let item = intent::to_item(&pending());
    table.commit(vec![Write::Insert(item)]).now_or_never().unwrap().unwrap();
    let read = table.refundable_payment(scope(), pending().id).now_or_never().unwrap().unwrap();
    assert_eq!(read.unwrap().1, None);
    let all = Refundable::all_of(Amounts::untaxed(pending().amount()));
    let forced = table.begin_refund(&refund(1, 100), &all, None).now_or_never().unwrap().unwrap();
    assert_eq!(forced, RefundWritten::Stale, "the guard says so as well");
}

#[test]
fn refunds_are_listed_by_payment_and_by_tenant_newest_first() {
    let table = table(0);
    for (n, days) in [(1, -40), (2, -1), (3, 0)] {
        let at = now().plus_days(days);
        let id = Id::derive(at, [n; 10]);
        let refund = Refund { id, created_at: at, ..refund(n, 100) };
        table.begin_refund(&refund, &left(&table), None).now_or_never().unwrap().unwrap();
    }
    let seeds = |refunds: &[Refund]| {
        refunds.iter().map(|refund| refund.id.uuid().as_bytes()[15]).collect::<Vec<_>>()
    };
    let of = table.refunds_of_payment(scope(), paid().id).now_or_never().unwrap().unwrap();
    assert_eq!(seeds(&of), [3, 2, 1]);
    let from = Time::from_ms(now().ms() - 90 * 86_400_000);
    let slice = Slice { before: None, from, until: now(), limit: 2 };
    let page = table.refunds(scope(), None, &slice, |_| true).now_or_never().unwrap().unwrap();
    assert_eq!(seeds(&page.entries), [3, 2]);
    let slice = Slice { before: page.next, ..slice };
    let page = table.refunds(scope(), None, &slice, |_| true).now_or_never().unwrap().unwrap();
    assert_eq!(seeds(&page.entries), [1]);
}
