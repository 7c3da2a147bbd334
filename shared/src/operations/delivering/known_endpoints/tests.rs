use super::*;
use crate::{
    model::webhook_endpoint::DisabledReason,
    operations::fixture,
    store::{memory::Memory, webhook_endpoint::put},
};
use futures_util::FutureExt;

fn start() -> Time {
    Time::from_ms(1_795_255_200_000)
}

fn after_s(seconds: i64) -> Time {
    start().plus_seconds(seconds)
}

fn endpoint() -> WebhookEndpoint {
    fixture::endpoint(1, start())
}

/// The future's value: nothing here waits for anything.
fn now<T>(future: impl Future<Output = Result<T>>) -> T {
    future.now_or_never().unwrap().unwrap()
}

fn table() -> Table {
    let table = Table::Memory(Memory::default());
    now(table.commit(vec![put(&endpoint())]));
    table
}

fn find(
    endpoints: &KnownEndpoints,
    table: &Table,
    version: u64,
    at: Time,
) -> Option<KnownEndpoint> {
    let endpoint = endpoint();
    now(endpoints.find(table, endpoint.scope, endpoint.id, version, at))
}

fn calls(table: &Table) -> u64 {
    table.meter().take().calls
}

fn kept(table: &Table) -> EndpointHealth {
    now(table.endpoint_health(endpoint().scope, endpoint().id))
}

#[test]
fn a_warm_process_looks_once_for_many_deliveries() {
    let (table, endpoints) = (table(), KnownEndpoints::default());
    calls(&table);
    for at in [0, 1, 999] {
        assert!(find(&endpoints, &table, 1, start().plus_ms(at)).is_some());
    }
    assert_eq!(calls(&table), 2, "the endpoints and one's health");
    assert!(find(&endpoints, &table, 1, after_s(1)).is_some());
    assert_eq!(calls(&table), 2, "what is old is read again");
}

#[test]
fn what_an_event_was_fanned_out_to_is_never_older_than_what_is_used() {
    let (table, endpoints) = (table(), KnownEndpoints::default());
    find(&endpoints, &table, 1, start());
    let moved = WebhookEndpoint { url: "https://new.example/".into(), version: 2, ..endpoint() };
    now(table.commit(vec![put(&moved)]));
    let known = find(&endpoints, &table, 1, start().plus_ms(500)).unwrap();
    assert_eq!(known.endpoint.version, 1, "an older event may still use what is known");
    let found = find(&endpoints, &table, 2, start().plus_ms(500)).unwrap();
    assert_eq!(found.endpoint.url, moved.url);
}

#[test]
fn an_endpoint_that_was_removed_is_not_found() {
    let (table, endpoints) = (table(), KnownEndpoints::default());
    now(table.commit(vec![webhook_endpoint::remove(&endpoint())]));
    assert!(find(&endpoints, &table, 1, start()).is_none());
}

#[test]
fn thousands_of_successes_and_failures_cost_a_few_writes() {
    let (table, endpoints) = (table(), KnownEndpoints::default());
    let found = find(&endpoints, &table, 1, start()).unwrap();
    calls(&table);
    for n in 0..1000 {
        let at = start().plus_ms(n);
        now(endpoints.note(&table, &found, DeliveryOutcome::Delivered, at, 0));
    }
    assert_eq!(calls(&table), 1, "successes");
    for n in 0..1000 {
        let at = after_s(2).plus_ms(n);
        now(endpoints.note(&table, &found, DeliveryOutcome::Failed, at, 0));
    }
    assert_eq!(calls(&table), 5, "failures within a second: the first few");
    let paused = now(endpoints.note(&table, &found, DeliveryOutcome::Failed, after_s(12), 0));
    assert_eq!(paused.failures, 1001, "all were counted");
    assert_eq!(kept(&table), paused);
    assert!(paused.pause.is_some());
}

#[test]
fn senders_that_meet_one_silence_each_pause_the_endpoint_together() {
    let table = table();
    let senders = [(); 5].map(|()| KnownEndpoints::default());
    let found = senders.each_ref().map(|sender| find(sender, &table, 1, start()).unwrap());
    for ((sender, found), n) in senders.iter().zip(&found).zip(-4..) {
        assert_eq!(kept(&table).pause, None);
        let at = after_s(15).plus_ms(n);
        now(sender.note(&table, found, DeliveryOutcome::Silent, at, 0));
    }
    assert_eq!(kept(&table).gate(after_s(15)), Gate::Shut(after_s(25)));
}

#[test]
fn two_senders_learn_from_each_other() {
    let (table, one, two) = (table(), KnownEndpoints::default(), KnownEndpoints::default());
    let by_one = find(&one, &table, 1, start()).unwrap();
    let by_two = find(&two, &table, 1, start()).unwrap();
    now(one.note(&table, &by_one, DeliveryOutcome::Busy(Some(60)), after_s(1), 0));
    // The other one knows nothing of the pause, and collides with it.
    let learnt = now(two.note(&table, &by_two, DeliveryOutcome::Failed, after_s(1), 0));
    assert_eq!(learnt.gate(after_s(1)), Gate::Shut(after_s(61)));
    assert_eq!(kept(&table).gate(after_s(1)), Gate::Shut(after_s(61)));
}

#[test]
fn of_two_senders_one_has_the_probe() {
    let (table, one, two) = (table(), KnownEndpoints::default(), KnownEndpoints::default());
    let found = find(&one, &table, 1, start()).unwrap();
    now(one.note(&table, &found, DeliveryOutcome::Busy(None), start(), 0));
    let at = after_s(10);
    let (by_one, by_two) = (find(&one, &table, 1, at).unwrap(), find(&two, &table, 1, at).unwrap());
    assert_eq!(by_two.health.gate(at), Gate::Probe);
    let until = at.plus_seconds(25);
    assert_eq!(now(one.take_probe(&table, &by_one, Probe { until, nonce: 1 }, at)), Gate::Probe);
    let second = at.plus_ms(1);
    let later = second.plus_seconds(25);
    assert_eq!(
        now(two.take_probe(&table, &by_two, Probe { until: later, nonce: 2 }, second)),
        Gate::Shut(until)
    );
    now(one.note(&table, &by_one, DeliveryOutcome::Delivered, after_s(11), 0));
    assert_eq!(
        now(two.take_probe(&table, &by_two, Probe { until: later, nonce: 3 }, after_s(12))),
        Gate::Open
    );
}

#[test]
fn an_endpoint_is_disabled_once_whoever_finds_out() {
    let (table, endpoints) = (table(), KnownEndpoints::default());
    let off = |now: &WebhookEndpoint| now.disabled(DisabledReason::Gone, after_s(1));
    now(endpoints.change(&table, &endpoint(), off));
    now(endpoints.change(&table, &endpoint(), off));
    let kept = now(table.platform_endpoint(endpoint().scope)).unwrap();
    assert_eq!((kept.version, kept.history.entries.len()), (2, 1));
    assert!(find(&endpoints, &table, 1, after_s(1)).unwrap().endpoint.disabled.is_some());
}

#[test]
fn what_was_learnt_of_the_old_address_disables_nothing_that_was_set_up_anew() {
    let (table, endpoints) = (table(), KnownEndpoints::default());
    let moved = WebhookEndpoint { fresh_from: after_s(1), version: 2, ..endpoint() };
    now(table.commit(vec![put(&moved)]));
    let off = |now: &WebhookEndpoint| now.disabled(DisabledReason::Gone, after_s(2));
    now(endpoints.change(&table, &endpoint(), off));
    assert_eq!(now(table.platform_endpoint(endpoint().scope)).unwrap().disabled, None);
}
