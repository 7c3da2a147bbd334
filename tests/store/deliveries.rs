//! Deliveries, their order, and the health of endpoints.

use super::{
    fixture::{self, someday},
    on_every_table,
};
use futures_util::future::{join_all, try_join_all};
use shared::{
    model::{
        Scope, Time,
        delivery::{AttemptResult, Delivery, DeliveryAttempt, DeliveryStatus, DeliveryStatusName},
        delivery_order::Turn,
        endpoint_health::{DeliveryOutcome, EndpointHealth},
        event::{EventType, NamedEvent},
        id::{EventId, WebhookEndpointId},
        retry_schedule::RetrySchedule,
    },
    store::{
        Error, Table,
        delivery::{Claim, DeliveryFilter, DeliveryKey, DeliveryPage, retry},
    },
};
use std::sync::Arc;

on_every_table!(
    of_many_senders_one_has_a_delivery_until_its_lease_is_over,
    a_delivery_is_sent_when_it_is_due_and_not_before,
    what_is_put_off_is_due_later_and_loses_no_attempt,
    a_sender_that_comes_back_too_late_writes_nothing,
    a_delivery_that_is_being_sent_cannot_be_retried,
    a_retry_makes_what_waits_due_and_what_is_over_begin_anew,
    deliveries_of_one_event_at_several_endpoints_are_all_listed,
    deliveries_are_filtered_and_cut_into_pages,
    a_list_of_large_entries_misses_none,
    events_are_read_in_their_order_over_months,
    an_order_moves_on_whoever_writes_at_the_same_time,
    health_is_written_by_one_of_two,
);

fn endpoint() -> WebhookEndpointId {
    fixture::id_at(someday())
}

fn delivery(scope: Scope, at: Time, endpoint: WebhookEndpointId) -> Delivery {
    let event = NamedEvent::plain(fixture::id_at(at), EventType::PaymentIntentSucceeded);
    Delivery::due_now(scope, &event, endpoint, r#"{"id":"x"}"#.to_owned(), at)
}

fn attempt(at: Time, status: u16) -> DeliveryAttempt {
    let result = if status < 300 { AttemptResult::Success } else { AttemptResult::Status };
    let answer = "not now".to_owned();
    DeliveryAttempt { at, latency_ms: 12, result, http_status: Some(status), answer, cause: None }
}

async fn made(table: &Table, at: Time) -> Delivery {
    let delivery = delivery(fixture::scope(), at, endpoint());
    table.add_delivery(&delivery).await.unwrap();
    delivery
}

async fn claim(table: &Table, of: &Delivery, now: Time) -> Claim {
    table.claim_delivery(of.scope, DeliveryKey::of(of), 25, now).await.unwrap()
}

async fn read(table: &Table, of: &Delivery) -> Delivery {
    table.delivery(of.scope, DeliveryKey::of(of)).await.unwrap().unwrap()
}

async fn of_many_senders_one_has_a_delivery_until_its_lease_is_over(table: Arc<Table>) {
    let new = made(&table, someday()).await;
    let now = someday().plus_seconds(1);
    let claims = join_all((0..20).map(|_| claim(&table, &new, now))).await;
    let won = claims.iter().filter(|claim| matches!(claim, Claim::Yes(_))).count();
    assert_eq!(won, 1);
    let until = now.plus_seconds(25);
    let told = |claim: &Claim| matches!(claim, Claim::HeldUntil(at) if *at == until);
    assert_eq!(claims.iter().filter(|claim| told(claim)).count(), 19);
    // Nobody came back: it is free again.
    assert!(matches!(claim(&table, &new, until.plus_ms(-1)).await, Claim::HeldUntil(_)));
    assert!(matches!(claim(&table, &new, until).await, Claim::Yes(_)));
}

async fn a_delivery_is_sent_when_it_is_due_and_not_before(table: Arc<Table>) {
    let new = made(&table, someday()).await;
    let now = someday().plus_seconds(1);
    let Claim::Yes(mine) = claim(&table, &new, now).await else { panic!("not claimed") };
    let next = mine.after(attempt(now, 500), &RetrySchedule::default(), None, 128);
    table.replace_delivery(&next).await.unwrap();
    let due = next.status.due().unwrap();
    let early = claim(&table, &new, due.plus_ms(-1)).await;
    assert!(matches!(early, Claim::NotBefore(at) if at == due));
    let Claim::Yes(again) = claim(&table, &new, due).await else { panic!("not claimed") };
    assert_eq!((again.made, again.attempts.len()), (1, 1));
    let done = again.after(attempt(due, 200), &RetrySchedule::default(), None, 128);
    table.replace_delivery(&done).await.unwrap();
    assert!(matches!(claim(&table, &new, due.plus_days(1)).await, Claim::Over(_)));
    assert_eq!(read(&table, &new).await, done);
    let nothing = delivery(new.scope, someday(), endpoint());
    assert!(matches!(claim(&table, &nothing, due).await, Claim::Over(_)), "it was never made");
}

async fn what_is_put_off_is_due_later_and_loses_no_attempt(table: Arc<Table>) {
    let new = made(&table, someday()).await;
    let (scope, of) = (new.scope, DeliveryKey::of(&new));
    let later = someday().plus_seconds(60);
    let done = table.put_off_delivery(scope, of, later, someday()).await.unwrap();
    assert!(matches!(done, Claim::Yes(_)));
    let kept = read(&table, &new).await;
    assert_eq!((kept.status, kept.made), (DeliveryStatus::Pending(later), 0));
    let duplicate = table.put_off_delivery(scope, of, later, someday()).await.unwrap();
    assert!(matches!(duplicate, Claim::NotBefore(at) if at == later), "a duplicate finds it done");
    assert!(matches!(claim(&table, &new, later).await, Claim::Yes(_)));
    let held = table.put_off_delivery(scope, of, later.plus_days(1), later).await.unwrap();
    assert!(matches!(held, Claim::HeldUntil(_)), "it is being sent");
}

async fn a_sender_that_comes_back_too_late_writes_nothing(table: Arc<Table>) {
    let new = made(&table, someday()).await;
    let Claim::Yes(slow) = claim(&table, &new, someday()).await else { panic!("not claimed") };
    let late = someday().plus_seconds(30);
    let Claim::Yes(fast) = claim(&table, &new, late).await else { panic!("not claimed") };
    let schedule = RetrySchedule::default();
    let written = fast.after(attempt(late, 200), &schedule, None, 0);
    table.replace_delivery(&written).await.unwrap();
    let lost = slow.after(attempt(someday(), 500), &schedule, None, 0);
    let refused = table.replace_delivery(&lost).await;
    assert!(matches!(refused, Err(Error::Refused { .. })));
    assert_eq!(read(&table, &new).await, written);
}

async fn a_delivery_that_is_being_sent_cannot_be_retried(table: Arc<Table>) {
    let new = made(&table, someday()).await;
    assert!(matches!(claim(&table, &new, someday()).await, Claim::Yes(_)));
    let now = someday().plus_seconds(5);
    let refused = table.commit(vec![retry(&read(&table, &new).await, false, now)]).await;
    assert!(matches!(refused, Err(Error::Refused { .. })));
    let later = someday().plus_seconds(25);
    table.commit(vec![retry(&read(&table, &new).await, false, later)]).await.unwrap();
}

async fn a_retry_makes_what_waits_due_and_what_is_over_begin_anew(table: Arc<Table>) {
    let new = made(&table, someday()).await;
    let Claim::Yes(mine) = claim(&table, &new, someday()).await else { panic!("not claimed") };
    let waits = mine.after(attempt(someday(), 500), &RetrySchedule::default(), None, 0);
    table.replace_delivery(&waits).await.unwrap();
    let now = someday().plus_seconds(1);
    table.commit(vec![retry(&waits, false, now)]).await.unwrap();
    let kept = read(&table, &new).await;
    assert_eq!((kept.status, kept.tried), (DeliveryStatus::Pending(now), 1));
    let over = kept.given_up();
    table.replace_delivery(&over).await.unwrap();
    table.commit(vec![retry(&over, false, now)]).await.unwrap();
    let kept = read(&table, &new).await;
    assert_eq!((kept.status, kept.made, kept.tried), (DeliveryStatus::Pending(now), 1, 0));
    let duplicate = table.commit(vec![retry(&over, false, now.plus_ms(1))]).await;
    assert!(
        matches!(duplicate, Err(Error::Refused { .. })),
        "two at the same time restart it once"
    );
}

fn filter(limit: u32) -> DeliveryFilter {
    DeliveryFilter {
        before: None,
        from: someday().plus_days(-90),
        until: someday().plus_days(90),
        status: None,
        kind: None,
        limit,
    }
}

/// All pages of a list.
async fn pages(table: &Table, scope: Scope, mut filter: DeliveryFilter) -> Vec<Vec<Delivery>> {
    let mut pages = Vec::new();
    loop {
        let DeliveryPage { entries, next } = table.deliveries(scope, &filter).await.unwrap();
        assert!(entries.len() <= usize::try_from(filter.limit).unwrap());
        pages.push(entries);
        filter.before = next;
        if next.is_none() {
            return pages;
        }
    }
}

/// The cursor is the whole sort key: an event may have gone to endpoints that came and went.
async fn deliveries_of_one_event_at_several_endpoints_are_all_listed(table: Arc<Table>) {
    let scope = fixture::scope();
    let event: EventId = fixture::id_at(someday());
    let endpoints: Vec<WebhookEndpointId> = (0..5).map(|_| endpoint()).collect();
    let of =
        |endpoint: &WebhookEndpointId| Delivery { event, ..delivery(scope, someday(), *endpoint) };
    let mut deliveries: Vec<Delivery> = endpoints.iter().map(of).collect();
    try_join_all(deliveries.iter().map(|delivery| table.add_delivery(delivery))).await.unwrap();
    deliveries.sort_by_key(|delivery| delivery.endpoint);
    deliveries.reverse();
    for limit in [1, 2, 3, 5, 100] {
        assert_eq!(pages(&table, scope, filter(limit)).await.concat(), deliveries, "{limit}");
    }
}

async fn deliveries_are_filtered_and_cut_into_pages(table: Arc<Table>) {
    let scope = fixture::scope();
    let endpoint = endpoint();
    // Over three months, newest first; every third has failed, every fourth is about a card.
    let deliveries: Vec<Delivery> = (0..24)
        .map(|n| {
            let new = delivery(scope, someday().plus_days(-3 * n), endpoint);
            let kind = if n % 4 == 0 { EventType::CardAdded } else { new.kind };
            let name = kind.as_str().to_owned();
            let status = if n % 3 == 0 { DeliveryStatus::Failed } else { new.status };
            Delivery { kind, name, status, ..new }
        })
        .collect();
    try_join_all(deliveries.iter().map(|delivery| table.add_delivery(delivery))).await.unwrap();
    let failed = |filter| DeliveryFilter { status: Some(DeliveryStatusName::Failed), ..filter };
    let cards = |filter| DeliveryFilter { kind: Some(EventType::CardAdded), ..filter };
    let picked = |step: usize| deliveries.iter().step_by(step).cloned().collect::<Vec<_>>();
    for limit in [1, 2, 7, 100] {
        let all = pages(&table, scope, filter(limit)).await;
        assert_eq!(all.concat(), deliveries, "{limit}");
        assert_eq!(pages(&table, scope, failed(filter(limit))).await.concat(), picked(3));
        assert_eq!(pages(&table, scope, cards(filter(limit))).await.concat(), picked(4));
        let both = pages(&table, scope, cards(failed(filter(limit)))).await;
        assert_eq!(both.concat(), picked(12), "{limit}");
        let some = DeliveryFilter {
            from: deliveries[9].created_at,
            until: deliveries[3].created_at,
            ..filter(limit)
        };
        assert_eq!(pages(&table, scope, some).await.concat(), deliveries[3..=9]);
    }
    assert_eq!(pages(&table, fixture::scope(), filter(100)).await.concat(), []);
}

async fn a_list_of_large_entries_misses_none(table: Arc<Table>) {
    let scope = fixture::scope();
    let endpoint = endpoint();
    let large = |n: i64| {
        let at = someday().plus_seconds(-n);
        let attempt = DeliveryAttempt { answer: "x".repeat(4096), ..attempt(at, 500) };
        let body = "y".repeat(5_000);
        let attempts = vec![attempt; 3];
        Delivery { body, attempts, status: DeliveryStatus::Failed, ..delivery(scope, at, endpoint) }
    };
    let deliveries: Vec<Delivery> = (0..90).map(large).collect();
    try_join_all(deliveries.iter().map(|delivery| table.add_delivery(delivery))).await.unwrap();
    let found = pages(&table, scope, filter(100)).await.concat();
    assert_eq!(found.len(), deliveries.len());
    assert!(found == deliveries, "newest first, each as it was written");
}

async fn events_are_read_in_their_order_over_months(table: Arc<Table>) {
    let scope = fixture::scope();
    let at = |n: i64| someday().plus_days(5 * n);
    let ids: Vec<EventId> = (0..12).map(|n| fixture::id_at(at(n))).collect();
    for id in &ids {
        table.keep_event(scope, *id, &id.to_string(), someday()).await.unwrap();
        table.keep_event(scope, *id, &id.to_string(), someday()).await.unwrap();
        assert!(table.has_event(scope, *id).await.unwrap());
    }
    assert!(!table.has_event(fixture::scope(), ids[0]).await.unwrap());
    for size in [1, 5, 100] {
        let mut found: Vec<EventId> = Vec::new();
        loop {
            let seen = found.last().copied();
            let page = table.kept_events(scope, seen, at(2), at(10), size).await.unwrap();
            found.extend(page.iter().map(|text| text.parse::<EventId>().unwrap()));
            if u32::try_from(page.len()).unwrap() < size {
                break;
            }
        }
        assert_eq!(found, ids[2..=10], "{size} at once");
    }
}

async fn an_order_moves_on_whoever_writes_at_the_same_time(table: Arc<Table>) {
    let (scope, to) = (fixture::scope(), endpoint());
    let order = |step: u64| {
        let table = Arc::clone(&table);
        async move {
            let moved =
                table.move_order(scope, to, "object", someday(), |order| order.settled(step));
            moved.await.map(drop)
        }
    };
    for pair in [[3, 1], [4, 2]] {
        try_join_all(pair.map(order)).await.unwrap();
    }
    let found = table.delivery_order(scope, to, "object").await.unwrap();
    assert_eq!((found.settled, found.turn(5), found.version), (4, Turn::Now, 4));
    order(3).await.unwrap();
    let again = table.delivery_order(scope, to, "object").await.unwrap();
    assert_eq!(again.version, 4, "what changes nothing writes nothing");
    let other = table.delivery_order(fixture::scope(), to, "object").await.unwrap();
    assert_eq!(other.settled, 0);
}

async fn health_is_written_by_one_of_two(table: Arc<Table>) {
    let (scope, to) = (fixture::scope(), endpoint());
    assert_eq!(table.endpoint_health(scope, to).await.unwrap(), EndpointHealth::unknown(scope, to));
    let failed = EndpointHealth::unknown(scope, to).after(DeliveryOutcome::Failed, someday(), 0);
    let first = failed.written(someday());
    table.put_endpoint_health(&first).await.unwrap();
    let duplicate = failed.written(someday().plus_ms(1));
    let refused = table.put_endpoint_health(&duplicate).await;
    assert!(matches!(refused, Err(Error::Refused { .. })));
    let second = first.after(DeliveryOutcome::Busy(Some(60)), someday(), 0).written(someday());
    table.put_endpoint_health(&second).await.unwrap();
    assert_eq!(table.endpoint_health(scope, to).await.unwrap(), second);
}
