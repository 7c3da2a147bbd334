//! Each test card does what it promises.

use super::shop::{Answer, Shop, events, reason, status};
use shared::{
    app::clock,
    model::{
        event::EventType,
        payment_intent::{CHALLENGE_S, ChargeRefusal, PaymentIntent, RESERVATION_S, StatusName},
        progress::Progress,
    },
    operations::engine,
    processor::simulator::cards::{Behaviour, CARDS},
};

const PASSES: &str = "4000002500003155";
const DECLINES_AFTER: &str = "4000008400001629";
const LATE: &str = "4000000000001109";
const TWICE: &str = "4000000000002206";
const LOST: &str = "4000000000003303";

/// A fresh one-time link that was submitted with this card.
async fn submitted(shop: &Shop, number: &str) -> PaymentIntent {
    let link = shop.fresh_link().await;
    let token = shop.token(link.id, number, false);
    match shop.submit(link.id, &token).await {
        Answer::Status(intent) => {
            assert_eq!(*intent, shop.intent(link.id).await, "the answer is what is kept");
            *intent
        }
        Answer::Refused(refusal) => panic!("{number}: {refusal:?}"),
    }
}

#[tokio::test]
async fn every_card_answers_its_first_submit_as_published() {
    for card in CARDS {
        let shop = Shop::in_memory();
        let intent = submitted(&shop, card.number).await;
        let (status, why, approved) = match card.behaviour {
            Behaviour::Approve
            | Behaviour::DeclineLater(_)
            | Behaviour::LoseLater
            | Behaviour::RefundsLate { .. }
            | Behaviour::Twice => (StatusName::Succeeded, None, 1),
            Behaviour::Decline(reason) => (StatusName::Failed, Some(reason.as_str()), 0),
            Behaviour::Challenge | Behaviour::ChallengeAlways | Behaviour::ChallengeThenDecline => {
                (StatusName::RequiresAction, None, 0)
            }
            Behaviour::Late => (StatusName::Processing, None, 1),
            Behaviour::Lost => (StatusName::Processing, None, 0),
            Behaviour::Dies { .. } => unreachable!("would end this process"),
        };
        assert_eq!(intent.status.name(), status, "{}", card.number);
        assert_eq!((reason(&intent), shop.approved()), (why, approved), "{}", card.number);
        assert_eq!(intent.status.attempt().unwrap().card.brand, card.brand);
        assert!(card.number.ends_with(&intent.status.attempt().unwrap().card.last4));
    }
}

#[tokio::test]
async fn a_decline_is_final_and_another_card_is_refused() {
    let shop = Shop::in_memory();
    let failed = submitted(&shop, "4000000000009995").await;
    assert_eq!(reason(&failed), Some("insufficient_funds"));
    let again = shop.submit(failed.id, &shop.good_token(failed.id)).await;
    assert!(matches!(again, Answer::Refused(ChargeRefusal::Used)), "{again:?}");
    assert_eq!(shop.intent(failed.id).await, failed);
    assert_eq!(shop.approved(), 0);
}

#[tokio::test]
async fn a_decline_with_attempts_left_lets_another_card_pay() {
    let shop = Shop::in_memory();
    let link = shop.link(clock::now(), 600, 2).await;
    let declined = shop.submit(link.id, &shop.token(link.id, "4000000000000002", false)).await;
    assert_eq!(status(&declined), Some(StatusName::Pending));
    let paid = shop.submit(link.id, &shop.good_token(link.id)).await;
    assert_eq!(status(&paid), Some(StatusName::Succeeded));
    assert_eq!((shop.books().len(), shop.approved()), (2, 1));
    let link = shop.intent(link.id).await;
    assert_eq!(
        events(&link.history),
        [
            EventType::PaymentIntentCreated,
            EventType::PaymentIntentProcessing,
            EventType::PaymentLinkFailed,
            EventType::PaymentIntentProcessing,
            EventType::PaymentIntentSucceeded,
        ]
    );
}

#[tokio::test]
async fn a_passed_challenge_pays_and_counts_once() {
    let shop = Shop::in_memory();
    let asked = submitted(&shop, PASSES).await;
    let paid = shop.answer_challenge(asked.clone(), true).await;
    assert_eq!(paid.status.name(), StatusName::Succeeded);
    // The buyer's second thoughts, and a second press of the button, come too late.
    for passed in [false, true] {
        assert_eq!(shop.answer_challenge(asked.clone(), passed).await, paid);
    }
    assert_eq!(
        events(&paid.history),
        [
            EventType::PaymentIntentCreated,
            EventType::PaymentIntentProcessing,
            EventType::PaymentIntentRequiresAction,
            EventType::PaymentIntentSucceeded,
        ]
    );
    assert_eq!(shop.approved(), 1);
}

#[tokio::test]
async fn a_challenge_that_is_not_passed_fails_the_payment() {
    let shop = Shop::in_memory();
    let asked = submitted(&shop, PASSES).await;
    let failed = shop.answer_challenge(asked.clone(), false).await;
    assert_eq!(reason(&failed), Some("authentication_failed"));
    assert_eq!(shop.answer_challenge(asked, true).await, failed, "a no stays a no");
    assert_eq!(shop.approved(), 0);
}

#[tokio::test]
async fn a_card_may_be_declined_after_its_challenge() {
    let shop = Shop::in_memory();
    let asked = submitted(&shop, DECLINES_AFTER).await;
    let failed = shop.answer_challenge(asked, true).await;
    assert_eq!(reason(&failed), Some("card_declined"));
    assert_eq!(shop.approved(), 0);
}

#[tokio::test]
async fn a_challenge_that_nobody_finishes_in_fifteen_minutes_is_abandoned() {
    let shop = Shop::in_memory();
    let asked = submitted(&shop, PASSES).await;
    let over = asked.updated_at.plus_seconds(CHALLENGE_S);
    shop.reconcile_at(asked.id, over.plus_ms(-1)).await;
    assert_eq!(shop.intent(asked.id).await, asked, "there is still time");
    shop.reconcile_at(asked.id, over).await;
    let failed = shop.intent(asked.id).await;
    assert_eq!(reason(&failed), Some("authentication_abandoned"));
    shop.answer_challenge(asked, true).await;
    assert_eq!(shop.intent(failed.id).await, failed, "it cannot be passed any more");
    assert_eq!(shop.approved(), 0);
}

#[tokio::test]
async fn a_challenge_that_was_passed_unnoticed_counts_when_its_time_is_over() {
    let shop = Shop::in_memory();
    let asked = submitted(&shop, PASSES).await;
    // The process dies between the processor's answer and writing it down.
    shop.challenge_only(&asked, true, clock::now()).await;
    shop.reconcile_at(asked.id, asked.updated_at.plus_seconds(CHALLENGE_S)).await;
    assert_eq!(shop.intent(asked.id).await.status.name(), StatusName::Succeeded);
    assert_eq!(shop.approved(), 1);
}

/// The sweep reads its clock first; the buyer passes the challenge a moment later, and the process
/// that was told dies. The sweep must not drop its timer as if all were done.
#[tokio::test]
async fn a_challenge_passed_while_the_sweep_runs_is_not_forgotten() {
    let shop = Shop::in_memory();
    let asked = submitted(&shop, PASSES).await;
    let sweep_began = asked.updated_at.plus_seconds(CHALLENGE_S);
    let passed = sweep_began.plus_ms(5);
    shop.challenge_only(&asked, true, passed).await;
    let looked =
        engine::reconcile(&shop.table, &shop.processors(), asked.clone(), sweep_began, &clock::now)
            .await;
    let after = shop.intent(asked.id).await;
    assert!(
        looked.is_err() || after != asked,
        "nothing was written, and the timer goes: nobody will ever look again"
    );
}

#[tokio::test]
async fn a_late_answer_is_processing_until_the_reconciler_asks() {
    let shop = Shop::in_memory();
    let open = submitted(&shop, LATE).await;
    let until = open.updated_at.plus_seconds(RESERVATION_S);
    shop.reconcile_at(open.id, until.plus_ms(-1)).await;
    assert_eq!(shop.intent(open.id).await, open, "it is not due yet");
    shop.reconcile_at(open.id, until).await;
    let paid = shop.intent(open.id).await;
    assert_eq!(paid.status.name(), StatusName::Succeeded);
    assert_eq!((shop.books().len(), shop.approved()), (1, 1));
}

#[tokio::test]
async fn a_processor_that_is_still_at_work_is_asked_again_a_minute_later() {
    let shop = Shop::in_memory();
    let link = shop.link(clock::now().plus_seconds(-60), 600, 1).await;
    let token = shop.token(link.id, LATE, false);
    // Reserved long ago; the charge itself came only now, so that its answer is not known yet.
    let reserved = shop.reserved(link.id, &token, clock::now().plus_seconds(-50)).await;
    let open = shop.charge(reserved, &token).await;
    let now = clock::now();
    shop.reconcile_at(link.id, now).await;
    let later = shop.intent(link.id).await;
    assert_eq!(later.history, open.history, "nobody is told");
    assert_eq!(later.version, open.version + 1);
    shop.reconcile_at(link.id, now.plus_seconds(59)).await;
    assert_eq!(shop.intent(link.id).await, later);
    shop.reconcile_at(link.id, now.plus_seconds(60)).await;
    assert_eq!(shop.intent(link.id).await.status.name(), StatusName::Succeeded);
    assert_eq!(shop.approved(), 1);
}

#[tokio::test]
async fn a_charge_that_arrives_twice_is_made_once() {
    let shop = Shop::in_memory();
    let paid = submitted(&shop, TWICE).await;
    assert_eq!(paid.status.name(), StatusName::Succeeded);
    assert_eq!((shop.books().len(), shop.approved()), (1, 1));
}

#[tokio::test]
async fn a_charge_that_got_lost_fails_and_can_never_be_made_afterwards() {
    let shop = Shop::in_memory();
    let link = shop.link(clock::now().plus_seconds(-300), 200, 1).await;
    let token = shop.token(link.id, LOST, false);
    let reserved = shop.reserved(link.id, &token, clock::now().plus_seconds(-120)).await;
    let attempt = shop.attempt(link.id, &token);
    let lost = shop.charge(reserved, &token).await;
    assert_eq!(lost.status.name(), StatusName::Processing);
    assert_eq!(shop.booked(attempt).await, None, "it never arrived");
    shop.reconcile_at(lost.id, clock::now()).await;
    let failed = shop.intent(lost.id).await;
    assert_eq!(reason(&failed), Some("processor_unavailable"));
    // A charge with that key turns up after all, with a card that would pay.
    let token = shop.good_token(lost.id);
    shop.charge_only(&lost, &token).await;
    assert_eq!(shop.booked(attempt).await.as_deref(), Some("absent"));
    let outcome = shop.charge(lost, &token).await;
    assert_eq!(outcome, failed);
    assert_eq!(shop.look_up(&failed).await, Progress::Absent, "and it stays so");
    assert_eq!(shop.approved(), 0);
}
