use super::*;
use crate::{
    model::{
        Mode,
        delivery::DeliveryStatusName,
        endpoint_health::{EndpointHealth, Pause},
        event::{EventType, NamedEvent},
        id::{Id, TenantId},
    },
    operations::{fixture, retries},
    queue::outside::Outside,
    store::{Write, memory::Memory, webhook_endpoint::put},
};
use std::sync::atomic::{AtomicU8, Ordering::SeqCst};

fn start() -> Time {
    Time::from_ms(1_795_255_200_000)
}

static DRAWN: AtomicU8 = AtomicU8::new(0);

/// Time stands still; no two draws are the same.
const AMBIENT: Ambient = Ambient {
    now: start,
    random: || {
        let n = DRAWN.fetch_add(1, SeqCst);
        [n; 10]
    },
};

fn scope() -> Scope {
    Scope { tenant: TenantId::mint(start(), [1; 10]), mode: Mode::Test }
}

fn endpoint(ordered: bool) -> WebhookEndpoint {
    let plain = fixture::endpoint(1, start());
    let settings = DeliverySettings { ordered_since: ordered.then(start), ..plain.settings };
    WebhookEndpoint { settings, ..plain }
}

/// One sender with its table and queue.
struct World {
    store: Table,
    outside: Outside,
    queue: Queue,
    endpoints: KnownEndpoints,
}

impl World {
    async fn new(endpoint: &WebhookEndpoint) -> Self {
        let store = Table::Memory(Memory::default());
        store.commit(vec![put(endpoint)]).await.unwrap();
        let outside = Outside::default();
        let queue = outside.queue();
        Self { store, outside, queue, endpoints: KnownEndpoints::default() }
    }

    fn sending(&self) -> Sending<'_> {
        let Self { store, queue, endpoints, .. } = self;
        Sending { store, queue, endpoints, ambient: AMBIENT }
    }

    /// A delivery of event `n` of one object that is due, and its place where order is asked for.
    async fn delivery(&self, n: u8, endpoint: &WebhookEndpoint) -> (Delivery, Deliver) {
        let event: EventId = Id::mint(start(), [n; 10]);
        let named = NamedEvent::plain(event, EventType::WebhookTest);
        let delivery = Delivery::due_now(scope(), &named, endpoint.id, "{}".into(), start());
        let deliver = Deliver::new(scope(), event, endpoint.id);
        if endpoint.settings.ordered_since.is_none() {
            self.store.add_delivery(&delivery).await.unwrap();
            return (delivery, deliver);
        }
        let place = EventPlace { object: "object".into(), sequence: n.into() };
        let delivery = Delivery { place: Some(place), ..delivery };
        self.store.add_delivery(&delivery).await.unwrap();
        let opened = self.store.move_order(scope(), endpoint.id, "object", start(), |order| {
            order.opened(n.into(), event)
        });
        opened.await.unwrap();
        (delivery, deliver.at_place("object", n.into()))
    }

    async fn begin(&self, deliver: &Deliver) -> Begun<'_> {
        self.sending().begin(&serde_json::to_string(deliver).unwrap()).await.unwrap()
    }

    async fn attempt(&self, deliver: &Deliver, result: AttemptResult) -> bool {
        let Begun::Attempt(claimed) = self.begin(deliver).await else { return false };
        let made = claimed.made(sent(result));
        claimed.record(made).await.unwrap();
        true
    }
}

fn sent(result: AttemptResult) -> Sent {
    Sent {
        result,
        http_status: (result == AttemptResult::Success).then_some(200),
        latency_ms: 5,
        answer: String::new(),
        retry_after: None,
        cause: None,
    }
}

#[tokio::test]
async fn a_manual_retry_that_succeeds_moves_the_order_on_at_once() {
    let endpoint = endpoint(true);
    let world = World::new(&endpoint).await;
    let (first, one) = world.delivery(1, &endpoint).await;
    let (_, two) = world.delivery(2, &endpoint).await;
    assert!(world.attempt(&one, AttemptResult::Connect).await);
    assert!(!world.attempt(&two, AttemptResult::Success).await, "not its turn");
    let first = world
        .store
        .delivery(scope(), DeliveryKey { event: first.event, endpoint: endpoint.id })
        .await
        .unwrap()
        .unwrap();
    world.outside.queued();
    let (_, writes) = retries::retry(&first, false, start());
    world.store.commit(writes).await.unwrap();
    retries::wake(&world.queue, &first, &endpoint).await.unwrap();
    let [(message, 0)] = &world.outside.queued()[..] else { panic!("one message, at once") };
    let retry: Deliver = serde_json::from_value(message.clone()).unwrap();
    assert!(world.attempt(&retry, AttemptResult::Success).await);
    let woken = world.outside.queued();
    let next = woken.iter().find(|(message, delay)| message["event"] == two.event && *delay == 0);
    let next: Deliver = serde_json::from_value(next.expect("the next one goes").0.clone()).unwrap();
    assert!(world.attempt(&next, AttemptResult::Success).await);
}

#[tokio::test]
async fn whatever_wakes_a_delivery_its_end_moves_the_order_on() {
    let endpoint = endpoint(true);
    let world = World::new(&endpoint).await;
    let (_, one) = world.delivery(1, &endpoint).await;
    let (_, two) = world.delivery(2, &endpoint).await;
    let without_place = Deliver { place: None, ..one };
    assert!(world.attempt(&without_place, AttemptResult::Success).await);
    assert!(world.outside.queued().iter().any(|(message, _)| message["event"] == two.event));
    // A duplicate that finds it over moves on too: whoever ended it may have died before.
    assert!(!world.attempt(&without_place, AttemptResult::Success).await);
    assert!(world.outside.queued().iter().any(|(message, _)| message["event"] == two.event));
}

#[tokio::test]
async fn a_retry_right_after_switching_on_again_is_delivered() {
    let on = endpoint(false);
    let off = WebhookEndpoint { disabled: Some((start(), DisabledReason::Gone)), ..on.clone() };
    let world = World::new(&off).await;
    let (first, one) = world.delivery(1, &on).await;
    assert!(!world.attempt(&one, AttemptResult::Success).await);
    let on = WebhookEndpoint { version: 2, url: "https://new.example/".into(), ..on };
    world.store.commit(vec![put(&on)]).await.unwrap();
    let known = world
        .store
        .delivery(scope(), DeliveryKey { event: first.event, endpoint: on.id })
        .await
        .unwrap()
        .unwrap();
    assert_eq!(known.status, DeliveryStatus::Suppressed);
    let (_, writes) = retries::retry(&known, false, start().plus_ms(1));
    world.store.commit(writes).await.unwrap();
    retries::wake(&world.queue, &known, &on).await.unwrap();
    let queued = world.outside.queued();
    let retry: Deliver = serde_json::from_value(queued[0].0.clone()).unwrap();
    let later = Ambient { now: || start().plus_ms(2), ..AMBIENT };
    let sending = Sending { ambient: later, ..world.sending() };
    let text = serde_json::to_string(&retry).unwrap();
    let Begun::Attempt(claimed) = sending.begin(&text).await.unwrap() else {
        panic!("it was not sent")
    };
    assert_eq!(claimed.endpoint().url, on.url);
    // Messages that saw no version are not put off by what a warm process remembers either.
    let (_, two) = world.delivery(2, &on).await;
    let warm = World { endpoints: KnownEndpoints::default(), ..World::new(&off).await };
    assert!(matches!(warm.begin(&two).await, Begun::Done(_)));
    warm.store.commit(vec![Write::Replace { item: item(&on), version: 1 }]).await.unwrap();
    let (_, three) = warm.delivery(3, &on).await;
    assert!(matches!(warm.begin(&three).await, Begun::Attempt(_)), "looked again");
}

/// B9: what a warm process remembers is compared with the version that the command saw.
#[tokio::test]
async fn a_retry_goes_where_the_endpoint_points_now_though_the_process_remembers_another() {
    let before = endpoint(false);
    let world = World::new(&before).await;
    let (first, one) = world.delivery(1, &before).await;
    assert!(world.attempt(&one, AttemptResult::Success).await, "the process knows the endpoint");
    let moved = WebhookEndpoint { version: 2, url: "https://new.example/".into(), ..before };
    world.store.commit(vec![put(&moved)]).await.unwrap();
    let known = world
        .store
        .delivery(scope(), DeliveryKey { event: first.event, endpoint: moved.id })
        .await
        .unwrap()
        .unwrap();
    let (_, writes) = retries::retry(&known, false, start().plus_ms(1));
    world.store.commit(writes).await.unwrap();
    retries::wake(&world.queue, &known, &moved).await.unwrap();
    let retry: Deliver = serde_json::from_value(world.outside.queued()[0].0.clone()).unwrap();
    assert_eq!(retry.seen, 2, "the message says what the command saw");
    let later = Ambient { now: || start().plus_ms(2), ..AMBIENT };
    let sending = Sending { ambient: later, ..world.sending() };
    let begun = sending.begin(&serde_json::to_string(&retry).unwrap()).await.unwrap();
    let Begun::Attempt(claimed) = begun else { panic!("it was not sent") };
    assert_eq!(claimed.endpoint().url, moved.url);
}

fn item(endpoint: &WebhookEndpoint) -> crate::store::Item {
    match put(endpoint) {
        Write::Replace { item, .. } | Write::Insert(item) => item,
        Write::Update(_) | Write::Check { .. } | Write::Remove { .. } => panic!("no item"),
    }
}

#[tokio::test]
async fn of_many_deliveries_of_one_moment_one_is_the_probe() {
    let endpoint = endpoint(false);
    let world = World::new(&endpoint).await;
    let paused = EndpointHealth {
        failures: 9,
        failing_since: Some(start()),
        pause: Some(Pause { until: start().plus_seconds(-1), probe: None }),
        version: 1,
        ..EndpointHealth::unknown(scope(), endpoint.id)
    };
    world.store.put_endpoint_health(&paused).await.unwrap();
    let mut delivers = Vec::new();
    for n in 1..=10 {
        delivers.push(world.delivery(n, &endpoint).await.1);
    }
    // Ten processes know of the pause before the first of them takes the probe.
    let known = [(); 10].map(|()| KnownEndpoints::default());
    for one in &known {
        one.find(&world.store, scope(), endpoint.id, 1, start()).await.unwrap();
    }
    let mut probes = 0;
    for (one, deliver) in known.iter().zip(&delivers) {
        let sending = Sending { endpoints: one, ..world.sending() };
        let begun = sending.begin(&serde_json::to_string(deliver).unwrap()).await.unwrap();
        probes += u8::from(matches!(begun, Begun::Attempt(_)));
    }
    assert_eq!(probes, 1);
}

#[tokio::test]
async fn one_try_at_a_disabled_endpoint_says_nothing_of_it_and_comes_once() {
    let on = endpoint(false);
    let off = WebhookEndpoint { disabled: Some((start(), DisabledReason::Failing)), ..on };
    let world = World::new(&off).await;
    let health = world.store.endpoint_health(scope(), off.id).await.unwrap();
    for (n, result, status) in [
        (1, AttemptResult::Success, DeliveryStatusName::Succeeded),
        (2, AttemptResult::Connect, DeliveryStatusName::Pending),
    ] {
        let (first, one) = world.delivery(n, &off).await;
        assert!(!world.attempt(&one, AttemptResult::Success).await, "kept back");
        let of = DeliveryKey { event: first.event, endpoint: off.id };
        let known = world.store.delivery(scope(), of).await.unwrap().unwrap();
        let asked = start().plus_ms(1);
        let (_, writes) = retries::retry(&known, true, asked);
        world.store.commit(writes).await.unwrap();
        let later = Ambient { now: || start().plus_ms(2), ..AMBIENT };
        let sending = Sending { ambient: later, ..world.sending() };
        let text = serde_json::to_string(&one).unwrap();
        let Begun::Attempt(claimed) = sending.begin(&text).await.unwrap() else {
            panic!("it was not tried")
        };
        let made = claimed.made(sent(result));
        claimed.record(made).await.unwrap();
        let known = world.store.delivery(scope(), of).await.unwrap().unwrap();
        assert_eq!((known.status.name(), known.trial, known.made), (status, false, 1));
        // What it was not taken is kept back again.
        let much_later = Ambient { now: || start().plus_seconds(60), ..AMBIENT };
        let sending = Sending { ambient: much_later, ..world.sending() };
        assert!(matches!(sending.begin(&text).await.unwrap(), Begun::Done(_)));
        let known = world.store.delivery(scope(), of).await.unwrap().unwrap();
        let kept_back = status == DeliveryStatusName::Pending;
        assert_eq!(known.status == DeliveryStatus::Suppressed, kept_back);
    }
    let after = world.store.endpoint_health(scope(), off.id).await.unwrap();
    assert_eq!(after, health, "its health is what it was");
}
