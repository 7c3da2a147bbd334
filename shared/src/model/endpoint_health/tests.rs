use super::*;
use crate::model::{Mode, id::TenantId};

fn start() -> Time {
    Time::from_ms(1_795_255_200_000)
}

fn after_s(seconds: i64) -> Time {
    start().plus_seconds(seconds)
}

fn unknown() -> EndpointHealth {
    let scope = Scope { tenant: TenantId::mint(start(), [1; 10]), mode: Mode::Test };
    EndpointHealth::unknown(scope, WebhookEndpointId::mint(start(), [2; 10]))
}

/// Fails at these seconds, without jitter.
fn failing_at(health: &EndpointHealth, seconds: &[i64]) -> EndpointHealth {
    seconds
        .iter()
        .fold(health.clone(), |health, s| health.after(DeliveryOutcome::Failed, after_s(*s), 0))
}

#[test]
fn a_few_failures_change_nothing_and_a_success_forgets_them() {
    let shaky = failing_at(&unknown(), &[0, 5, 65, 70]);
    assert_eq!((shaky.failures, shaky.failing_since), (4, Some(start())));
    assert_eq!(shaky.gate(after_s(70)), Gate::Open);
    let fine = shaky.after(DeliveryOutcome::Delivered, after_s(71), 0);
    assert_eq!((fine.failures, fine.failing_since), (0, None));
    assert_eq!(fine.last_success, Some(after_s(71)));
}

#[test]
fn many_failures_at_the_same_moment_are_no_reason_for_a_pause() {
    assert_eq!(failing_at(&unknown(), &[0; 100]).pause, None);
    assert!(failing_at(&unknown(), &[0, 0, 0, 0, 10]).pause.is_some());
}

#[test]
fn an_endpoint_that_keeps_silent_is_paused_by_a_few_attempts_however_close_together() {
    let silent = |health: EndpointHealth| health.after(DeliveryOutcome::Silent, start(), 0);
    let four = (0..4).fold(unknown(), |health, _| silent(health));
    assert_eq!(four.pause, None);
    assert_eq!(silent(four).gate(start()), Gate::Shut(after_s(10)));
}

#[test]
fn a_pause_ends_with_one_probe_and_its_failure_makes_the_next_one_longer() {
    let mut health = failing_at(&unknown(), &[0, 1, 2, 3, 10]);
    let mut at = 10;
    for pause_s in [10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 3600, 3600] {
        let until = after_s(at + pause_s);
        assert_eq!(health.gate(after_s(at)), Gate::Shut(until), "{pause_s}");
        assert_eq!(health.gate(until.plus_ms(-1)), Gate::Shut(until));
        assert_eq!(health.gate(until), Gate::Probe);
        let probing = health.probing(Probe { until: until.plus_seconds(25), nonce: 1 }, until);
        assert_eq!(probing.gate(until), Gate::Shut(until.plus_seconds(25)), "one at a time");
        assert_eq!(probing.gate(until.plus_seconds(25)), Gate::Probe, "a probe that died");
        at += pause_s;
        health = probing.after(DeliveryOutcome::Failed, after_s(at), 0);
    }
    let back = health.after(DeliveryOutcome::Delivered, after_s(at + 9999), 0);
    assert_eq!((back.gate(after_s(at)), back.pauses), (Gate::Open, 0));
}

#[test]
fn pauses_are_spread_by_up_to_half() {
    let worn = failing_at(&unknown(), &[0, 1, 2, 3]);
    for (random, ms) in [(0, 10_000), (255, 15_000), (128, 12_500)] {
        let pause = worn.after(DeliveryOutcome::Failed, after_s(10), random).pause.unwrap();
        let found = pause.until.ms_since(after_s(10));
        assert!((found - ms).abs() < 50, "{random}: {found}");
    }
}

#[test]
fn what_was_under_way_when_the_pause_began_does_not_lengthen_it() {
    let paused = failing_at(&unknown(), &[0, 1, 2, 3, 10]);
    let late = paused.after(DeliveryOutcome::Failed, after_s(12), 0);
    assert_eq!((late.pause, late.pauses, late.failures), (paused.pause, 1, 6));
    let late = paused.after(DeliveryOutcome::Delivered, after_s(12), 0);
    assert_eq!(late.gate(after_s(12)), Gate::Open, "it works: nothing is held back");
}

#[test]
fn an_endpoint_that_is_busy_is_slowed_at_once_for_as_long_as_it_asks() {
    for (asked, seconds) in [
        (None, 10),
        (Some(-1), 10),
        (Some(3), 10),
        (Some(120), 120),
        (Some(86_400), 86_400),
        (Some(i64::MAX), 86_400),
    ] {
        let busy = unknown().after(DeliveryOutcome::Busy(asked), start(), 0);
        assert_eq!(busy.gate(start()), Gate::Shut(after_s(seconds)), "{asked:?}");
    }
}

#[test]
fn warnings_come_before_five_days_are_over_and_then_it_is_disabled() {
    let many = EndpointHealth { failures: 12, failing_since: Some(start()), ..unknown() };
    let hours = |hours: i64| many.notice(after_s(hours * 3600));
    for (at, expected) in [
        (0, None),
        (59, None),
        (60, Some(Notice::Warn(1))),
        (83, Some(Notice::Warn(1))),
        (84, Some(Notice::Warn(2))),
        (108, Some(Notice::Warn(3))),
        (119, Some(Notice::Warn(3))),
        (120, Some(Notice::Disable)),
        (1000, Some(Notice::Disable)),
    ] {
        assert_eq!(hours(at), expected, "after {at} hours");
    }
    let few = EndpointHealth { failures: 9, ..many.clone() };
    assert_eq!(few.notice(after_s(1000 * 3600)), None, "too few to tell");
    let fine = many.after(DeliveryOutcome::Delivered, after_s(100 * 3600), 0);
    assert_eq!(fine.notice(after_s(121 * 3600)), None);
}

#[test]
fn an_endpoint_that_was_set_up_anew_starts_afresh() {
    let worn = EndpointHealth {
        last_success: Some(after_s(-5)),
        version: 7,
        ..failing_at(&unknown(), &[0, 1, 2, 3, 10])
    };
    let fresh = worn.clone().counted_from(after_s(1));
    assert_eq!((fresh.failures, fresh.failing_since, fresh.pause), (0, None, None));
    assert_eq!((fresh.version, fresh.last_success), (7, Some(after_s(-5))));
    assert_eq!(worn.clone().counted_from(start()), worn);
}

#[test]
fn what_only_counts_on_is_written_from_time_to_time() {
    let at = |health: &EndpointHealth, s: i64| health.written(after_s(s));
    let fine = at(&unknown().after(DeliveryOutcome::Delivered, start(), 0), 0);
    let still = fine.after(DeliveryOutcome::Delivered, after_s(599), 0);
    assert!(!fine.worth_writing(&still, after_s(599)));
    assert!(fine.worth_writing(&still, after_s(600)));
    let failed = fine.after(DeliveryOutcome::Failed, after_s(1), 0);
    assert!(fine.worth_writing(&failed, after_s(1)), "the first failure");
    let two = failed.after(DeliveryOutcome::Failed, after_s(1), 0);
    assert!(failed.worth_writing(&two, after_s(1)), "a few more: others meet them too");
    let failed = at(&failing_at(&failed, &[1, 1, 1, 1]), 1);
    let again = failed.after(DeliveryOutcome::Failed, after_s(2), 0);
    assert!(!failed.worth_writing(&again, after_s(2)));
    assert!(failed.worth_writing(&again, after_s(31)));
    let busy = failed.after(DeliveryOutcome::Busy(None), after_s(2), 0);
    assert!(failed.worth_writing(&busy, after_s(2)), "a pause");
    let fine = failed.after(DeliveryOutcome::Delivered, after_s(3), 0);
    assert!(failed.worth_writing(&fine, after_s(3)), "back again");
}
