use super::*;
use crate::model::{Amounts, Currency, Mode, id::Id};

fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::USD)
}

fn now() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn id<K>(n: u8) -> Id<K> {
    Id::mint(now(), [n; 10])
}

fn refund() -> Refund {
    Refund {
        id: id(9),
        scope: Scope { tenant: id(1), mode: Mode::Test },
        surface: Surface::Links,
        payment: id(4),
        transaction: id(8),
        link: None,
        customer: None,
        amount: usd(4_000),
        charge: "ch_1".into(),
        processor: "simulator".into(),
        reason: Some("One seat less".into()),
        requested_by: Actor::Operator,
        metadata: None,
        status: RefundStatus::Processing { until: now().plus_seconds(RESERVATION_S) },
        invoice: None,
        invoiced: false,
        credit_note: None,
        invoiced_later: false,
        first: None,
        began: Standing { pending: 4_000, ..Standing::default() },
        ended: None,
        history: History::starting(EventType::RefundCreated, now()),
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

/// Numbers without a pattern, the same in every run.
fn numbers(seed: u64) -> impl FnMut(i64) -> i64 {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        i64::try_from(state >> 33).unwrap() % below
    }
}

#[test]
fn a_refund_ends_once() {
    let later = now().plus_seconds(40);
    let done = refund().succeed("re_1".into(), usd(0), later).unwrap();
    assert_eq!((done.status.name(), done.due()), (RefundStatusName::Succeeded, None));
    assert_eq!(done.history.last_sequence(), 2);
    let failed = refund().fail(FailureReason::ProcessingError, later).unwrap();
    assert_eq!(failed.history.entries[1].kind, EventType::RefundFailed);
    for over in [done, failed] {
        assert_eq!(over.succeed("re_2".into(), usd(0), later), Err(RefundOver));
        assert_eq!(over.fail(FailureReason::ProcessingError, later), Err(RefundOver));
        assert_eq!(over.ask_again_in(60, later), Err(RefundOver));
    }
}

/// The worker that makes credit notes may be faster than the same request that comes again.
#[test]
fn what_was_answered_stays_though_a_credit_note_and_an_invoice_come_later() {
    let at = now().plus_seconds(1);
    let answered = refund().succeed("re_1".into(), usd(0), at).unwrap().answered();
    assert_eq!(answered.clone().as_answered(), answered);
    let note = CreditNoteRef { id: id(6), number: "CN-000001".into(), total: 4_000 };
    let credited = |known: Refund| Refund {
        invoiced_later: known.invoice.is_none(),
        invoice: Some(id(5)),
        credit_note: Some(note.clone()),
        updated_at: at.plus_seconds(1),
        ..known
    };
    assert_eq!(credited(answered.clone()).as_answered().invoice, None);
    let named = Refund { invoice: Some(id(5)), ..answered };
    assert_eq!(credited(named.clone()).as_answered(), named);
    let late = Refund { first: Some(RefundStatusName::Processing), ..named };
    let told = credited(late).as_answered();
    assert_eq!((told.status.name(), told.invoice), (RefundStatusName::Processing, Some(id(5))));
    assert_eq!((told.credit_note, told.updated_at), (None, now()));
}

#[test]
fn silence_moves_the_time_of_the_next_question_and_tells_nobody() {
    let later = now().plus_seconds(40);
    let asked = refund().ask_again_in(60, later).unwrap();
    assert_eq!(asked.due(), Some(later.plus_seconds(60)));
    assert_eq!((asked.history, asked.updated_at), (refund().history, now()));
    assert!(refund().may_be_sent_again(later));
    assert!(!refund().may_be_sent_again(now().plus_seconds(KEY_LIVES_S)));
}

#[test]
fn refunds_side_by_side_never_pass_the_total() {
    let all = Refundable::all_of(Amounts::untaxed(usd(100)));
    let (one, taken) = all.reserve(Some(60)).unwrap();
    assert_eq!((one.left, one.pending, taken), (40, 60, 60));
    assert_eq!(one.reserve(Some(41)), Err(RefundRefusal::ExceedsRest { left: 40 }));
    assert_eq!(one.reserve(Some(0)), Err(RefundRefusal::ExceedsRest { left: 40 }));
    let (both, rest) = one.reserve(None).unwrap();
    assert_eq!((both.left, both.pending, rest), (0, 100, 40));
    assert_eq!(both.reserve(None), Err(RefundRefusal::InProgress));
    let (first, _) = both.settle(60);
    assert_eq!(first.reserve(None), Err(RefundRefusal::InProgress));
    let failed = first.give_back(40);
    assert_eq!((failed.left, failed.pending, failed.refunded), (40, 0, 60));
    let (last, _) = failed.reserve(None).unwrap().0.settle(40);
    assert_eq!(last.reserve(None), Err(RefundRefusal::AlreadyRefunded));
    let many = Refundable { count: MAX_REFUNDS, ..all };
    assert_eq!(many.reserve(Some(1)), Err(RefundRefusal::TooMany));
}

#[test]
fn shares_of_the_tax_end_exactly() {
    let all = Refundable::all_of(Amounts::new(usd(52), usd(10)).unwrap());
    let mut state = all;
    let mut shares = Vec::new();
    for amount in [32, 9, 8, 3, 6, 4] {
        let (next, tax) = state.reserve(Some(amount)).unwrap().0.settle(amount);
        shares.push(tax);
        state = next;
    }
    assert_eq!(shares, [5, 2, 1, 0, 1, 1]);
    let mut cents = all;
    for _ in 0..62 {
        let (next, tax) = cents.reserve(Some(1)).unwrap().0.settle(1);
        assert!((0..=1).contains(&tax));
        cents = next;
    }
    assert_eq!((cents.refunded, cents.refunded_tax, cents.left), (62, 10, 0));
}

#[test]
fn a_refund_made_at_the_processor_is_booked_whatever_is_left() {
    let all = Refundable::all_of(Amounts::new(usd(84), usd(16)).unwrap());
    let fact = all.book_fact(50);
    assert_eq!((fact.collision, fact.tax, fact.refundable.left), (0, 8, 50));
    let (pending, _) = all.reserve(Some(70)).unwrap();
    let fact = pending.book_fact(50);
    assert_eq!((fact.collision, fact.refundable.left, fact.refundable.pending), (20, 0, 70));
    let (after, _) = fact.refundable.settle(70);
    assert_eq!(after.refunded_tax, 16, "never more tax than was paid");
}

#[test]
fn a_refunds_tax_is_split_over_the_lines_by_what_is_left_of_each() {
    assert_eq!(split_tax(3, &[10, 10, 10]), [1, 1, 1]);
    assert_eq!(split_tax(2, &[10, 10, 10]), [1, 1, 0], "ties by line order");
    assert_eq!(split_tax(5, &[0, 1, 9]), [0, 1, 4]);
    assert_eq!(split_tax(0, &[4, 4]), [0, 0]);
    assert_eq!(split_tax(7, &[]), [0; 0]);
    assert_eq!(split_tax(9, &[3, 4]), [3, 4], "cut to what is left");
}

#[test]
fn split_tax_is_never_negative_never_too_much_and_ends_exactly() {
    for seed in 0..400 {
        let mut next = numbers(seed);
        let lines = usize::try_from(1 + next(20)).unwrap();
        let mut left: Vec<i64> = (0..lines).map(|_| next(500)).collect();
        let mut whole: i64 = left.iter().sum();
        while whole > 0 {
            let tax = 1 + next(whole);
            let parts = split_tax(tax, &left);
            assert_eq!(parts.iter().sum::<i64>(), tax, "seed {seed}");
            for (line, part) in left.iter_mut().zip(&parts) {
                assert!(*part >= 0 && part <= line, "seed {seed}: {part} of {line}");
                *line -= part;
            }
            whole -= tax;
        }
        assert!(left.iter().all(|line| *line == 0), "seed {seed}");
    }
}

#[test]
fn what_banks_hold_or_have_taken_is_not_refundable() {
    let all = Refundable::all_of(Amounts::new(usd(1_000), usd(0)).unwrap());
    let (none, open) = (Disputed::default(), Disputed { open: 400, lost: 0 });
    let held = all.disputed(none, open);
    assert_eq!(held.reserve(Some(1)), Err(RefundRefusal::Disputed));
    assert_eq!(held.disputed(open, none), all);
    let lost = held.disputed(open, Disputed { open: 0, lost: 400 });
    assert_eq!((lost.free(), lost.left), (600, 1_000));
    assert_eq!(lost.reserve(Some(601)), Err(RefundRefusal::ExceedsRest { left: 600 }));
    let (rest, taken) = lost.reserve(None).unwrap();
    assert_eq!((taken, rest.free(), rest.left), (600, 0, 400));
    assert_eq!(rest.reserve(None), Err(RefundRefusal::NotSucceeded), "the rest was lost");
    let fact = rest.settle(600).0.book_fact(300);
    assert_eq!((fact.refundable.refunded, fact.refundable.free(), fact.collision), (900, 0, 300));
}
