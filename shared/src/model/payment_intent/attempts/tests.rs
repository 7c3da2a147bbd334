use super::{super::tests::*, *};
use crate::model::payment_intent::{ChargeOutcome, ChargeRefusal, StatusName};
use crate::model::payment_link::{Limit, LinkAttempts};

/// A tenant's own link, for a known customer.
fn open() -> PaymentIntent {
    let mut intent = intent(Status::Pending, 1);
    intent.surface = Surface::Payments;
    let link = &mut intent.link_terms_mut().unwrap().link;
    link.attempts = LinkAttempts::none(Limit::UNLIMITED);
    link.expires_at = Some(now().plus_seconds(3_600));
    intent
}

fn decline(intent: &PaymentIntent, n: u8, at: Time) -> PaymentIntent {
    let reserved = intent.reserve(attempt(n), at).unwrap();
    reserved.settle(attempt(n).id, &ChargeOutcome::Declined(FailureReason::LostCard), at).unwrap()
}

#[test]
fn a_declined_card_is_remembered_and_another_one_may_pay() {
    let declined = decline(&open(), 1, now());
    assert_eq!(declined.status, Status::Pending);
    assert_eq!(declined.last_failure().unwrap().reason, FailureReason::LostCard);
    assert_eq!(declined.declined_at(now()).unwrap().attempt.id, attempt(1).id);
    assert!(declined.was_attempted_with(attempt(1).id));
    assert_eq!(
        declined.reserve(attempt(1), now()),
        Err(ChargeRefusal::Used),
        "it is the same attempt"
    );
    let tried = declined.reserve(attempt(2), now()).unwrap();
    assert_eq!(tried.last_failure(), None, "a new attempt is under way");
    assert_eq!(tried.declined_attempts().len(), 1);
}

#[test]
fn five_declines_in_a_quarter_of_an_hour_ask_for_patience() {
    let minute = |n: i64| now().plus_seconds(n * 60);
    let four = (0..4).fold(open(), |intent, n| decline(&intent, n, minute(i64::from(n))));
    assert_eq!(four.slow_until(), None);
    let five = decline(&four, 4, minute(4));
    assert_eq!(five.slow_until(), Some(minute(15)));
    let until = minute(15);
    assert_eq!(five.reserve(attempt(9), until.plus_ms(-1)), Err(ChargeRefusal::Slow { until }));
    assert!(five.reserve(attempt(9), until).is_ok());
}

#[test]
fn a_decline_after_the_end_ends_the_link_with_both_events() {
    let end = open().expires_at().unwrap();
    let reserved = open().reserve(attempt(1), end.plus_ms(-1)).unwrap();
    let outcome = ChargeOutcome::Declined(FailureReason::LostCard);
    let over = reserved.settle(attempt(1).id, &outcome, end.plus_seconds(8)).unwrap();
    assert_eq!((over.status.name(), over.version), (StatusName::Expired, reserved.version + 1));
    let kinds: Vec<_> = over.history.entries.iter().rev().take(2).map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EventType::PaymentIntentExpired, EventType::PaymentLinkFailed]);
}

#[test]
fn a_link_for_nobody_is_paid_by_somebody() {
    let open = PaymentIntent { customer: None, ..open() };
    assert_eq!(open.reserve(attempt(1), now()), Err(ChargeRefusal::NoBuyer));
    let buyer = Some(Buyer { email: "ada@example.com".into(), name: None });
    let reserved = open.reserve(Attempt { buyer, ..attempt(1) }, now()).unwrap();
    let outcome = ChargeOutcome::Declined(FailureReason::LostCard);
    let declined = reserved.settle(attempt(1).id, &outcome, now()).unwrap();
    assert_eq!(declined.declined_attempts()[0].attempt.buyer, None, "forgotten with the attempt");
}

#[test]
fn only_so_many_declines_are_remembered() {
    let hour = |n: u8| now().plus_seconds(i64::from(n) * 7);
    let mut intent = open();
    intent.link_terms_mut().unwrap().link.expires_at = Some(now().plus_days(9));
    intent.surface = Surface::Links;
    for n in 0..60 {
        let at = hour(n).plus_seconds(i64::from(n) * 3600);
        intent = decline(&intent, n, at);
    }
    let ids: Vec<AttemptId> =
        intent.declined_attempts().iter().map(|declined| declined.attempt.id).collect();
    assert_eq!(ids.len(), MAX_DECLINED);
    assert_eq!(ids.first(), Some(&attempt(10).id));
}
