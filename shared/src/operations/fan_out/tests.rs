use super::*;
use crate::{
    model::{
        Mode, Scope, Surface,
        delivery::DeliveryStatus,
        event::{EventFilter, History},
        id::{Id, TenantId},
        webhook_endpoint::{DeliverySettings, DisabledReason},
    },
    store::{delivery::DeliveryKey, memory::Memory, webhook_endpoint::put},
    webhook::message::Aggregate,
};
use futures_util::FutureExt;
use serde_json::json;

fn at() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn id<K>(n: u8) -> Id<K> {
    Id::mint(at(), [n; 10])
}

fn scope() -> Scope {
    Scope { tenant: TenantId::mint(at(), [1; 10]), mode: Mode::Test }
}

fn endpoint(surface: Surface, n: u8) -> WebhookEndpoint {
    WebhookEndpoint {
        id: id(n),
        scope: scope(),
        surface,
        url: "https://shop.example/hooks".into(),
        events: vec![],
        description: String::new(),
        settings: DeliverySettings::default(),
        secrets: vec![],
        disabled: None,
        fresh_from: at(),
        warned: None,
        created_at: at(),
        updated_at: at(),
        history: History::default(),
        version: 1,
    }
}

/// A table with these endpoints.
fn table(endpoints: &[&WebhookEndpoint]) -> Table {
    let table = Table::Memory(Memory::default());
    for endpoint in endpoints {
        done(async { Ok(table.commit(vec![put(endpoint)]).await?) });
    }
    table
}

/// The newest event of an endpoint, as the bus's rule puts it on the queue.
fn news(endpoint: &WebhookEndpoint) -> (Message, String) {
    let message = Aggregate::Endpoint(Box::new(endpoint.clone())).events_after(0).pop().unwrap();
    let text = json!({ "detail": &message }).to_string();
    (message, text)
}

/// The future's value: nothing here waits for anything.
fn done<T>(future: impl Future<Output = Result<T>>) -> T {
    future.now_or_never().unwrap().unwrap()
}

/// Ids of the endpoints that get a message, each with the delivery that stands for it.
fn told(table: &Table, text: &str) -> Vec<(Deliver, Delivery)> {
    let delivers = done(record(table, text, at()));
    let read = |deliver: Deliver| {
        let (scope, event, endpoint) = deliver.parts().unwrap();
        let delivery =
            done(async { Ok(table.delivery(scope, DeliveryKey { event, endpoint }).await?) });
        (deliver, delivery.unwrap())
    };
    delivers.into_iter().map(read).collect()
}

#[test]
fn an_event_goes_to_the_endpoints_of_the_surface_its_object_was_made_through() {
    let all = [
        endpoint(Surface::Platform, 2),
        endpoint(Surface::Payments, 3),
        endpoint(Surface::Payments, 4),
        endpoint(Surface::Links, 5),
    ];
    let table = table(&all.each_ref());
    for (failing, to) in [(&all[1], vec![all[2].id]), (&all[3], vec![]), (&all[0], vec![])] {
        let failing = failing.warned(at(), 1, at()).unwrap();
        let found = told(&table, &news(&failing).1);
        let found: Vec<_> = found.iter().map(|(_, delivery)| delivery.endpoint).collect();
        assert_eq!(found, to, "about one of {:?}", failing.surface);
    }
}

#[test]
fn a_delivery_has_its_surfaces_id_name_and_body() {
    let tried = endpoint(Surface::Links, 5).with_test_event(at());
    let table = table(&[&endpoint(Surface::Links, 5)]);
    let (message, text) = news(&tried);
    let found = told(&table, &text);
    let [(_, delivery)] = found.as_slice() else { panic!("{found:?}") };
    assert_ne!(delivery.event.to_string(), message.id, "an id of the surface's own");
    assert_eq!(delivery.name, "webhook.test");
    assert!(delivery.body.starts_with(r#"{"event":"webhook.test","event_id":""#));
    assert_eq!(told(&table, &text), found, "twice is harmless");
}

#[test]
fn the_links_surface_tells_unpublished_events_only_where_they_are_named() {
    let names = || ["webhook_endpoint.disabled"].into_iter();
    let asking = WebhookEndpoint {
        events: vec![EventFilter::among("webhook_endpoint.*", names()).unwrap()],
        ..endpoint(Surface::Links, 6)
    };
    let table = table(&[&endpoint(Surface::Links, 5), &asking]);
    let off = endpoint(Surface::Links, 7).disabled(DisabledReason::Gone, at()).unwrap();
    let found = told(&table, &news(&off).1);
    let found: Vec<_> = found.iter().map(|(_, delivery)| delivery.endpoint).collect();
    assert_eq!(found, [asking.id]);
}

#[test]
fn for_a_disabled_endpoint_the_delivery_is_kept_back() {
    let off = endpoint(Surface::Payments, 3).disabled(DisabledReason::Gone, at()).unwrap();
    let off = WebhookEndpoint { version: 1, ..off };
    let table = table(&[&off]);
    let (message, text) = news(&endpoint(Surface::Payments, 4).warned(at(), 1, at()).unwrap());
    assert_eq!(told(&table, &text), []);
    let event = payload::events(&message).unwrap()[0].id;
    let kept =
        done(async { Ok(table.delivery(scope(), DeliveryKey { event, endpoint: off.id }).await?) });
    assert_eq!(kept.unwrap().status, DeliveryStatus::Suppressed);
}

#[test]
fn an_endpoint_that_asked_for_order_is_told_the_events_place() {
    let settings = DeliverySettings { ordered_since: Some(at()), ..DeliverySettings::default() };
    let ordered = WebhookEndpoint { settings, ..endpoint(Surface::Platform, 2) };
    let table = table(&[&ordered]);
    let found = told(&table, &news(&ordered.with_test_event(at())).1);
    let place = found[0].0.place.clone().unwrap();
    assert_eq!((place.object, place.sequence), (ordered.id.to_string(), 1));
    assert_eq!(found[0].0.seen, 1, "the sender knows this version at least");
}

#[test]
fn what_is_no_event_comes_back() {
    let table = table(&[]);
    for text in ["", "{}", r#"{"detail":{"id":"x"}}"#] {
        assert!(record(&table, text, at()).now_or_never().unwrap().is_err(), "{text}");
    }
}
