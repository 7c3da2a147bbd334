use super::*;
use crate::model::{Mode, id::TenantId, retry_schedule::SCHEDULE_S};

fn now() -> Time {
    Time::from_ms(1_795_255_200_000)
}

fn delivery() -> Delivery {
    let scope = Scope { tenant: TenantId::mint(now(), [3; 10]), mode: Mode::Test };
    let event = NamedEvent::plain(EventId::mint(now(), [1; 10]), EventType::CardAdded);
    Delivery::due_now(scope, &event, WebhookEndpointId::mint(now(), [2; 10]), "{}".into(), now())
}

fn attempt(at: Time, result: AttemptResult, http_status: Option<u16>) -> DeliveryAttempt {
    DeliveryAttempt { at, latency_ms: 100, result, http_status, answer: String::new(), cause: None }
}

fn failed(at: Time) -> DeliveryAttempt {
    attempt(at, AttemptResult::Status, Some(500))
}

#[test]
fn failures_are_tried_again_on_the_schedule_and_then_end() {
    let schedule = RetrySchedule::default();
    let mut delivery = delivery();
    for (made, wait_s) in (1_u32..).zip(SCHEDULE_S.into_iter().skip(1)) {
        let due = delivery.status.due().unwrap();
        delivery = delivery.after(failed(due), &schedule, None, 0);
        let wait_ms = delivery.status.due().unwrap().ms_since(due);
        assert_eq!(wait_ms, 100 + i64::from(wait_s) * 800, "after attempt {made}");
        assert_eq!((delivery.made, delivery.tried), (made, made));
    }
    let due = delivery.status.due().unwrap();
    let last = delivery.after(failed(due), &schedule, None, 0);
    assert_eq!((last.status, last.made), (DeliveryStatus::Failed, 13));
    assert_eq!(last.version, 14);
    assert_eq!(last.attempts.len(), 13);
}

#[test]
fn success_and_gone_end_at_once() {
    let schedule = RetrySchedule::default();
    let fine = attempt(now(), AttemptResult::Success, Some(204));
    let fine = delivery().after(fine, &schedule, None, 0);
    assert_eq!(fine.status, DeliveryStatus::Succeeded);
    let gone = attempt(now(), AttemptResult::Status, Some(410));
    let gone = delivery().after(gone, &schedule, Some(60), 0);
    assert_eq!(gone.status, DeliveryStatus::Failed);
}

#[test]
fn an_own_schedule_and_a_wish_of_the_receiver_count() {
    let short = RetrySchedule::new(vec![10]).unwrap();
    let second = delivery().after(failed(now()), &short, None, 0);
    assert_eq!(second.status, DeliveryStatus::Pending(now().plus_ms(100 + 8_000)));
    let asked = delivery().after(failed(now()), &short, Some(90), 0);
    assert_eq!(asked.status, DeliveryStatus::Pending(now().plus_ms(100 + 90_000)));
    assert_eq!(second.after(failed(now()), &short, None, 0).status, DeliveryStatus::Failed);
}

#[test]
fn a_restarted_delivery_begins_its_schedule_again_and_counts_on() {
    let schedule = RetrySchedule::new(vec![]).unwrap();
    let over = delivery().after(failed(now()), &schedule, None, 0);
    let asked = now().plus_days(29);
    let again = over.restarted(asked, asked.plus_seconds(5)).unwrap();
    assert_eq!(again.status, DeliveryStatus::Pending(asked.plus_seconds(5)));
    assert_eq!((again.made, again.tried, again.round_at), (1, 0, asked));
    assert_eq!(again.attempts, over.attempts);
    assert_eq!(over.swept_at(), now().plus_days(30));
    assert_eq!(again.swept_at(), asked.plus_days(10), "the record outlives the new round");
    let next = again.after(failed(asked), &RetrySchedule::default(), None, 0);
    assert_eq!((next.made, next.tried), (2, 1));
    assert!(next.status.due().is_some());
}

#[test]
fn a_wish_that_is_worked_off_twice_restarts_once() {
    let over = delivery().given_up();
    let asked = now().plus_seconds(60);
    let again = over.restarted(asked, asked).unwrap();
    assert_eq!(again.restarted(asked, asked), None, "it is on its way");
    let done = again.after(
        attempt(asked, AttemptResult::Success, Some(200)),
        &RetrySchedule::default(),
        None,
        0,
    );
    assert_eq!(
        done.restarted(asked, asked.plus_seconds(60)),
        None,
        "a late duplicate of the same wish"
    );
    assert!(done.restarted(asked.plus_seconds(1), asked).is_some(), "a new wish");
    let kept_back = delivery().suppressed();
    assert!(kept_back.restarted(asked, asked).is_some());
}

#[test]
fn what_is_put_off_loses_no_attempt() {
    let until = now().plus_seconds(60);
    let later = delivery().put_off(until);
    assert_eq!(later.status, DeliveryStatus::Pending(until));
    assert_eq!((later.made, later.tried, later.attempts.len()), (0, 0, 0));
}

#[test]
fn old_attempts_make_room_and_are_still_counted() {
    let schedule = RetrySchedule::default();
    let mut delivery = delivery();
    for round in 1..=3 {
        for _ in SCHEDULE_S {
            delivery = delivery.after(failed(now()), &schedule, None, 0);
        }
        let asked = now().plus_seconds(round);
        delivery = delivery.restarted(asked, asked).unwrap();
    }
    assert_eq!(delivery.made, 39);
    assert_eq!(delivery.attempts.len(), MAX_ATTEMPTS);
}

#[test]
fn names_read_back() {
    for name in DeliveryStatusName::ALL.iter().copied() {
        assert_eq!(name.as_str().parse(), Ok(name));
    }
    for result in AttemptResult::ALL.iter().copied() {
        assert_eq!(result.as_str().parse(), Ok(result));
    }
}
