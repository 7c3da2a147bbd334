//! Money that goes back to buyers.

use super::{
    AMOUNT, Books, CardKind, RefundKind, World, by_many, charge, charged, later, look_up, outcome,
    reference, refund, refused, start,
};
use shared::model::{card::FailureReason, progress::Progress};
use std::sync::Arc;

const REFUSED: Progress = Progress::Declined(FailureReason::RefundRefused);

const fn given(minor: i64) -> Books {
    Books { taken: AMOUNT, given_back: minor }
}

pub async fn a_refund_gives_back_its_amount_once_and_says_where<W: World>(world: Arc<W>) {
    let (paid, charge) = charged(&*world, CardKind::Pays).await;
    let task = refund(&*world, &paid, &charge, world.refund_of(RefundKind::Made));
    let first = start(&*world, &task).await;
    assert_ne!(reference(first.clone()), charge, "a reference of its own");
    for _ in 0..2 {
        assert_eq!(start(&*world, &task).await, first);
        assert_eq!(look_up(&*world, &later(&task)).await, first);
    }
    assert_eq!(world.books(paid.intent), given(task.amount.minor()));
}

pub async fn the_same_refund_by_many_at_once_gives_back_once<W: World>(world: Arc<W>) {
    let (paid, charge) = charged(&*world, CardKind::Pays).await;
    let task = refund(&*world, &paid, &charge, world.refund_of(RefundKind::Made));
    let said = by_many(&world, &task).await;
    let made = outcome(&*world, &task).await;
    assert!(matches!(made, Progress::Succeeded(_)), "{made:?}");
    for said in said {
        assert!(said == made || said == Progress::Unknown, "{said:?}");
    }
    assert_eq!(world.books(paid.intent), given(task.amount.minor()));
}

pub async fn parts_of_a_charge_are_refunds_of_their_own<W: World>(world: Arc<W>) {
    let (paid, charge) = charged(&*world, CardKind::Pays).await;
    let mut references = Vec::new();
    for part in [500, 400, 350] {
        let task = refund(&*world, &paid, &charge, part);
        references.push(reference(start(&*world, &task).await));
    }
    references.dedup();
    assert_eq!(references.len(), 3);
    assert_eq!(world.books(paid.intent), given(AMOUNT));
}

pub async fn a_refused_refund_gives_nothing_back<W: World>(world: Arc<W>) {
    let (paid, charge) = charged(&*world, CardKind::Pays).await;
    let task = refund(&*world, &paid, &charge, world.refund_of(RefundKind::Refused));
    assert_eq!(start(&*world, &task).await, REFUSED);
    assert_eq!(start(&*world, &task).await, REFUSED);
    assert_eq!(look_up(&*world, &later(&task)).await, REFUSED);
    assert_eq!(world.books(paid.intent), Books::PAID);
}

pub async fn a_refund_whose_answer_got_lost_is_found_and_not_made_again<W: World>(world: Arc<W>) {
    let (paid, charge) = charged(&*world, CardKind::Pays).await;
    let task = refund(&*world, &paid, &charge, world.refund_of(RefundKind::AnswerLost));
    assert_eq!(start(&*world, &task).await, Progress::Unknown, "silence is told as silence");
    let found = outcome(&*world, &task).await;
    assert!(matches!(found, Progress::Succeeded(_)), "{found:?}");
    // Whoever did not ask first sends it again under its key.
    let again = start(&*world, &task).await;
    assert!(again == found || again == Progress::Unknown, "{again:?}");
    assert_eq!(world.books(paid.intent), given(task.amount.minor()));
}

/// Unlike a charge, which asking ends for good: money that was promised is sent.
pub async fn a_refund_that_never_came_is_absent_and_may_be_sent_again<W: World>(world: Arc<W>) {
    let (paid, charge) = charged(&*world, CardKind::Pays).await;
    let task = refund(&*world, &paid, &charge, world.refund_of(RefundKind::Made));
    for _ in 0..2 {
        assert_eq!(look_up(&*world, &task).await, Progress::Absent);
    }
    assert_eq!(world.books(paid.intent), Books::PAID);
    assert!(matches!(start(&*world, &task).await, Progress::Succeeded(_)));
    assert_eq!(world.books(paid.intent), given(task.amount.minor()));
}

pub async fn what_becomes_of_a_late_refund_is_known_later<W: World>(world: Arc<W>) {
    for refused in [false, true] {
        let (paid, charge) = charged(&*world, CardKind::RefundsLate { refused }).await;
        let task = refund(&*world, &paid, &charge, world.refund_of(RefundKind::Made));
        for said in [start(&*world, &task).await, look_up(&*world, &task).await] {
            assert!(matches!(said, Progress::Unknown | Progress::Accepted { .. }), "{said:?}");
        }
        world.time_passes();
        let known = look_up(&*world, &later(&task)).await;
        if refused {
            assert_eq!(known, REFUSED);
            assert_eq!(world.books(paid.intent), Books::PAID);
        } else {
            assert!(matches!(known, Progress::Succeeded(_)), "{known:?}");
            assert_eq!(world.books(paid.intent), given(task.amount.minor()));
        }
        assert_eq!(look_up(&*world, &later(&task)).await, known, "and it stays so");
    }
}

pub async fn a_refund_of_no_charge_begins_nothing<W: World>(world: Arc<W>) {
    let paid = charge(&*world, CardKind::Pays);
    for charge in ["", "ch_", "ch_nothing"] {
        let task = refund(&*world, &paid, charge, world.refund_of(RefundKind::Made));
        refused(&*world, &task).await;
        assert_eq!(look_up(&*world, &later(&task)).await, Progress::Absent);
    }
    assert_eq!(world.books(paid.intent), Books::NONE);
}
