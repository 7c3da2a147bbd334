use super::*;
use crate::{
    model::{
        Mode, Surface,
        delivery::{AttemptResult, Delivery},
        event::{History, NamedEvent},
        id::{Id, WebhookEndpointId},
        secret::Sealed,
        webhook_endpoint::{DeliverySettings, EndpointSecret},
    },
    operations::StateRefusal,
    store::memory::Memory,
};

fn now() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn scope() -> Scope {
    Scope { tenant: Id::mint(Time::from_ms(1_000_000_000), [1; 10]), mode: Mode::Test }
}

fn id() -> WebhookEndpointId {
    Id::mint(now(), [7; 10])
}

fn which() -> EndpointRef {
    EndpointRef { scope: scope(), surface: Surface::Payments, id: Some(id()) }
}

async fn shop() -> Table {
    let store = Table::Memory(Memory::default());
    let sealed = Sealed::kept("1.AAAA".to_owned());
    let endpoint = WebhookEndpoint {
        id: id(),
        scope: scope(),
        surface: Surface::Payments,
        url: "https://shop.example/hook".to_owned(),
        events: Vec::new(),
        description: String::new(),
        settings: DeliverySettings::default(),
        secrets: vec![EndpointSecret { sealed, pair: None, created_at: now(), ends_at: None }],
        disabled: None,
        fresh_from: now(),
        warned: None,
        created_at: now(),
        updated_at: now(),
        history: History::default(),
        version: 1,
    };
    store.commit(vec![webhook_endpoint::put(&endpoint)]).await.unwrap();
    store
}

fn keyed(key: &str) -> Idempotency {
    Idempotency::new(scope(), "test", Some(key), std::iter::empty())
}

fn none() -> Idempotency {
    Idempotency::new(scope(), "test", None, std::iter::empty())
}

async fn answered(store: &Table, test: &WebhookTest, at: Time) {
    let named = NamedEvent::plain(test.delivery.event, EventType::WebhookTest);
    let delivery = Delivery::due_now(scope(), &named, id(), "{}".to_owned(), at);
    let made = DeliveryAttempt {
        at,
        latency_ms: 40,
        result: AttemptResult::Status,
        http_status: Some(500),
        answer: String::new(),
        cause: None,
    };
    store.add_delivery(&delivery).await.unwrap();
    let next = delivery.after(made, &DeliverySettings::default().schedule(), None, 0);
    store.replace_delivery(&next).await.unwrap();
}

#[tokio::test]
async fn one_test_at_a_time_and_the_next_one_after_its_outcome_or_ten_seconds() {
    let store = shop().await;
    let first = begin(&store, which(), &none(), &now).await.unwrap();
    let soon = || now().plus_ms(4_000);
    let refused = begin(&store, which(), &none(), &soon).await.unwrap_err();
    assert_eq!(refused, Problem::RateLimited { retry_after_s: 6 });
    answered(&store, &first, soon()).await;
    let second = begin(&store, which(), &none(), &soon).await.unwrap();
    assert_ne!(first.delivery, second.delivery);
    let later = || now().plus_ms(4_000 + MAX_WAIT_MS);
    begin(&store, which(), &none(), &later).await.expect("nobody waits for the second any more");
}

#[tokio::test]
async fn the_outcome_is_the_first_attempt_and_none_after_ten_seconds() {
    let store = shop().await;
    let test = begin(&store, which(), &none(), &now).await.unwrap();
    let end = || now().plus_ms(MAX_WAIT_MS);
    assert_eq!(outcome(&store, &test, &end).await.unwrap(), None);
    answered(&store, &test, now()).await;
    let made = outcome(&store, &test, &now).await.unwrap().unwrap();
    assert_eq!(made.http_status, Some(500));
}

#[tokio::test]
async fn the_same_key_again_is_the_same_test() {
    let store = shop().await;
    let first = begin(&store, which(), &keyed("k-1"), &now).await.unwrap();
    let again = begin(&store, which(), &keyed("k-1"), &now).await.unwrap();
    assert_eq!((again.delivery, again.replayed, first.replayed), (first.delivery, true, false));
    let endpoint = own_endpoints::find(&store, which()).await.unwrap();
    assert_eq!(endpoint.history.entries.len(), 1, "one event");
}

#[tokio::test]
async fn what_is_switched_off_or_nowhere_is_not_tested() {
    let store = shop().await;
    let off = own_endpoints::EndpointChange { active: Some(false), ..Default::default() };
    let render = |_: &WebhookEndpoint| String::new();
    own_endpoints::change(&store, which(), &off, none().remember(&render), now()).await.unwrap();
    let refused = begin(&store, which(), &none(), &now).await.unwrap_err();
    assert_eq!(refused, Problem::State(StateRefusal::EndpointDisabled));
    let nowhere = EndpointRef { id: Some(Id::mint(now(), [8; 10])), ..which() };
    let missing = begin(&store, nowhere, &none(), &now).await.unwrap_err();
    assert!(matches!(missing, Problem::NotFound(_)));
}
