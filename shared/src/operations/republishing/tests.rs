use super::*;
use crate::store::{
    Item, Write,
    tests::{attempt, id, now, pending, scope},
};
use crate::{
    model::{
        Amounts, Currency, Money, Surface,
        id::Id,
        payment_intent::{
            ChargeOutcome, PaymentIntent, Status, Terms, WalletTerms,
            wallet::{self, Hold},
        },
        payment_link::{Limit, LinkAttempts},
        route::IntentType,
        webhook_endpoint::{DeliverySettings, DisabledReason, WebhookEndpoint},
    },
    operations::publishing::{self, Publisher},
    queue::outside::Outside,
    store::{
        intent::{insert, to_item},
        memory::Memory,
        timer::TimerKind,
        webhook_endpoint::put,
    },
    webhook::message::Facts,
};
use serde_json::json;
use std::collections::BTreeSet;

fn later() -> Time {
    now().plus_days(2)
}

const AMBIENT: Ambient = Ambient { now: later, random: || [7; 10] };

/// A tenant whose stream is lost: commits reach the table and nobody else.
struct World {
    outside: Outside,
    republisher: Republisher,
}

impl World {
    fn new() -> Self {
        let outside = Outside::default();
        let republisher =
            Republisher { store: Table::Memory(Memory::default()), bus: outside.bus() };
        Self { outside, republisher }
    }

    const fn store(&self) -> &Table {
        &self.republisher.store
    }

    async fn commit(&self, write: Write) {
        self.store().commit(vec![write]).await.unwrap();
    }

    async fn step(&self, next: &PaymentIntent) {
        let version = next.version - 1;
        self.commit(Write::Replace { item: to_item(next), version }).await;
    }

    async fn republish(&self) -> (Republished, Vec<Message>) {
        let wish =
            Republish { scope: scope(), from: now().plus_seconds(-60), to: None, before: None };
        let done = republish(&self.republisher, wish, AMBIENT).await.unwrap();
        let published: Vec<Message> = self.outside.published();
        for message in &published {
            // What the fan-out does, behind the bus.
            let id = message.id.parse().unwrap();
            let text = serde_json::to_string(message).unwrap();
            self.store().keep_event(scope(), id, &text, later()).await.unwrap();
        }
        (done, published)
    }

    async fn due(&self, kind: TimerKind) -> usize {
        let mut found = 0;
        for shard in 0..crate::store::key::TIMER_SHARDS {
            let due = self.store().due_timers(kind, shard, None, later(), 50).await.unwrap();
            found += due.len();
        }
        found
    }
}

fn held() -> PaymentIntent {
    let terms = WalletTerms {
        kind: IntentType::Transfer,
        wallet: id(10),
        destination_wallet: Some(id(11)),
        way: None,
        hold: Some(Hold::lasting(86_400, now())),
        first: None,
    };
    let new = PaymentIntent {
        // As all payments with an idempotency key: it is not kept in the order of time.
        id: Id::derive(now(), [5; 10]),
        amounts: Amounts::untaxed(Money::from_minor(1_000, Currency::USD)),
        terms: Terms::Wallet(terms),
        status: Status::Pending,
        history: wallet::history(now()),
        ..pending()
    };
    PaymentIntent { version: 1, ..new.start(now().plus_seconds(1)).unwrap().intent }
}

fn endpoint() -> WebhookEndpoint {
    WebhookEndpoint {
        id: Id::mint(now(), [6; 10]),
        scope: scope(),
        surface: Surface::Platform,
        url: "https://old.example/".into(),
        events: vec![],
        description: String::new(),
        settings: DeliverySettings::default(),
        secrets: vec![],
        disabled: None,
        fresh_from: now(),
        warned: None,
        created_at: now(),
        updated_at: now(),
        history: crate::model::event::History::default(),
        version: 1,
    }
}

#[tokio::test]
async fn after_lost_stream_records_whatever_was_due_is_due_again() {
    let world = World::new();
    world.commit(insert(&pending())).await;
    world.step(&pending().reserve(attempt(), now().plus_seconds(5)).unwrap()).await;
    world.commit(insert(&held())).await;
    assert_eq!((world.due(TimerKind::Reconcile).await, world.due(TimerKind::Expire).await), (0, 0));
    let (done, published) = world.republish().await;
    assert_eq!((done.committed, done.published, done.timers), (4, 4, 2));
    assert_eq!(published.len(), 4);
    assert_eq!(world.due(TimerKind::Reconcile).await, 1, "the charge in flight");
    assert_eq!(world.due(TimerKind::Expire).await, 1, "the hold");
    let (again, published) = world.republish().await;
    assert_eq!((again.committed, again.published, published.len()), (4, 0, 0), "once");
}

#[tokio::test]
async fn invoices_are_told_of_again_too() {
    let world = World::new();
    let invoice = crate::store::invoice::tests::full();
    world.commit(crate::store::invoice::insert(&invoice)).await;
    let (done, published) = world.republish().await;
    assert_eq!((done.committed, done.published), (1, 1));
    assert_eq!(published[0].event, "invoice.created");
    let (again, _) = world.republish().await;
    assert_eq!((again.committed, again.published), (1, 0), "once");
}

#[tokio::test]
async fn customers_are_told_of_again_too_however_long_ago_they_were_made() {
    let world = World::new();
    let long_ago = now().plus_days(-400);
    let tenant = crate::model::id::TenantId::mint(long_ago.plus_days(-1), [8; 10]);
    let scope = crate::model::Scope { tenant, ..scope() };
    let new = crate::model::customer::Customer::new(
        Id::mint(long_ago, [9; 10]),
        scope,
        "Ada".into(),
        "ada@example.com".into(),
    );
    let made = crate::model::customer::Customer { surface: Surface::Payments, ..new }.announced();
    for write in crate::store::customer::insert_kept(&made, None) {
        world.commit(write).await;
    }
    let changed = made.changed(|next| next.name = "Zoë".into(), now()).unwrap();
    world.commit(crate::store::customer::replace(&changed)).await;
    let wish = Republish { scope, from: now().plus_seconds(-60), to: None, before: None };
    let done = republish(&world.republisher, wish, AMBIENT).await.unwrap();
    assert_eq!((done.committed, done.published), (1, 1));
    let published: Vec<Message> = world.outside.published();
    assert_eq!(published[0].event, "customer.updated");
}

#[tokio::test]
async fn thirty_releases_and_a_lost_stream_bring_back_each_event_with_its_own_facts() {
    let world = World::new();
    let mut payment = held();
    world.commit(insert(&payment)).await;
    for n in 1..=30_i64 {
        let step = payment.release(Some(10), n == 30, now().plus_seconds(10 + n)).unwrap();
        payment = step.intent;
        world.step(&payment).await;
        // What was written is what a later step starts from.
        let kept = world.store().intent(scope(), payment.id, Consistency::Strong).await;
        assert_eq!(kept.unwrap().as_ref(), Some(&payment));
    }
    let (done, published) = world.republish().await;
    assert_eq!((done.committed, done.published), (33, 33), "made, held, released 30 times, over");
    let ids: BTreeSet<&str> = published.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids.len(), 33);
    let facts = |message: &Message| {
        let Facts::PaymentIntent(facts) = &message.data else { panic!("{:?}", message.data) };
        let between = facts.between.clone().unwrap();
        (message.event.clone(), between.status, between.hold.unwrap())
    };
    let told: Vec<_> = published.iter().map(facts).collect();
    let event = |name: &str, status: &str, hold| (name.to_owned(), status.to_owned(), hold);
    assert_eq!(told[0], event("payment_intent.created", "pending", (0, 0)));
    assert_eq!(told[1], event("payment_intent.held", "held", (0, 0)));
    for n in 1..30 {
        let expected =
            event("payment_intent.released", "held", (10 * i64::try_from(n).unwrap(), 0));
        assert_eq!(told[n + 1], expected);
    }
    assert_eq!(told[31], event("payment_intent.released", "succeeded", (300, 700)));
    assert_eq!(told[32], event("payment_intent.succeeded", "succeeded", (300, 700)));
}

#[tokio::test]
async fn an_events_facts_are_those_of_its_own_moment() {
    let world = World::new();
    let mut link = pending();
    let twice = Limit::at_most(Some(2)).unwrap();
    link.link_terms_mut().unwrap().link.attempts = LinkAttempts::none(twice);
    let created = Message::clone(&Aggregate::Intent(Box::new(link.clone())).events_after(0)[0]);
    let mut live = vec![created];
    world.commit(insert(&link)).await;
    let mut other = attempt();
    other.id = id(9);
    other.card.last4 = "0002".into();
    let steps: [&dyn Fn(&PaymentIntent) -> PaymentIntent; 4] = [
        &|link| link.reserve(attempt(), now().plus_seconds(1)).unwrap(),
        &|link| {
            let no = ChargeOutcome::Declined(crate::model::card::FailureReason::CardDeclined);
            link.settle(id(8), &no, now().plus_seconds(2)).unwrap()
        },
        &|link| link.reserve(other.clone(), now().plus_seconds(3)).unwrap(),
        &|link| {
            let yes = ChargeOutcome::Approved { charge: "ch".into(), payment_method: None };
            link.settle(id(9), &yes, now().plus_seconds(4)).unwrap()
        },
    ];
    for step in steps {
        let sequence = link.history.last_sequence();
        link = step(&link);
        live.extend(Aggregate::Intent(Box::new(link.clone())).events_after(sequence));
        world.step(&link).await;
    }
    let mut tried = endpoint();
    world.commit(put(&tried)).await;
    for change in 0..3 {
        let sequence = tried.history.last_sequence();
        let at = now().plus_seconds(change);
        let next = match change {
            0 => tried.with_test_event(at),
            1 => {
                let moved = WebhookEndpoint { url: "https://new.example/".into(), ..tried.clone() };
                moved.keeping_events(&tried).warned(at, 1, at).unwrap()
            }
            _ => tried.disabled(DisabledReason::Failing, at).unwrap(),
        };
        tried = next;
        live.extend(Aggregate::Endpoint(Box::new(tried.clone())).events_after(sequence));
        world.commit(put(&tried)).await;
    }
    let (_, published) = world.republish().await;
    let text = |messages: &[Message]| -> BTreeSet<String> {
        messages.iter().map(|message| serde_json::to_string(message).unwrap()).collect()
    };
    assert_eq!(text(&published), text(&live), "the stream would have said the very same");
}

#[tokio::test]
async fn only_what_is_known_to_be_published_is_ever_dropped() {
    let world = World::new();
    let publisher = Publisher {
        store: Table::Memory(Memory::default()),
        bus: world.outside.bus(),
        advance: world.outside.queue(),
        numbering: world.outside.queue(),
        rendering: world.outside.queue(),
        statistics: world.outside.queue(),
        failed: world.outside.queue(),
    };
    let mut payment = held();
    publisher.store.commit(vec![insert(&payment)]).await.unwrap();
    let mut told = BTreeSet::new();
    let mut before = None;
    for n in 0..=60_i64 {
        let fresh = publisher.store.intent(scope(), payment.id, Consistency::Strong).await;
        payment = fresh.unwrap().unwrap();
        if n > 0 {
            before = Some(payment.clone());
            payment = payment.release(Some(1), false, now().plus_seconds(10 + n)).unwrap().intent;
            let write = Write::Replace { item: to_item(&payment), version: payment.version - 1 };
            publisher.store.commit(vec![write]).await.unwrap();
        }
        let mut record = json!({"dynamodb": {"NewImage": image(&to_item(&payment))}});
        if let Some(before) = &before {
            record["dynamodb"]["OldImage"] = image(&to_item(before));
        }
        // From 20 to 40 the bus's events do not get to the fan-out.
        let parked = publishing::publish(&publisher, vec![record], AMBIENT).await.unwrap();
        assert_eq!(parked, Vec::<String>::new());
        for message in world.outside.published::<Message>() {
            told.insert(message.sequence);
            if !(20..40).contains(&n) {
                let id = message.id.parse().unwrap();
                let text = serde_json::to_string(&message).unwrap();
                publisher.store.keep_event(scope(), id, &text, later()).await.unwrap();
            }
        }
    }
    assert_eq!(told.len(), 62);
    let history = &payment.history;
    assert!((1..=21).contains(&history.dropped), "{}: up to the gap", history.dropped);
    assert_eq!(history.last_sequence(), 62);
    assert_eq!(history.entries.len(), usize::try_from(62 - history.dropped).unwrap());
}

/// Secrets are rotated and endpoints registered again while earlier events are being noted.
#[tokio::test]
async fn noting_what_is_published_gets_in_nobodys_way() {
    let world = World::new();
    let known = endpoint();
    world.commit(put(&known)).await;
    let key = Aggregate::Endpoint(Box::new(known.clone())).key().unwrap();
    world.store().mark_published(key.clone(), 7).await.unwrap();
    let next = known.with_test_event(later());
    world.commit(put(&next)).await;
    // What the change has undone is noted again, and never goes back.
    for (number, stands) in [(9, 9), (8, 9)] {
        world.store().mark_published(key.clone(), number).await.unwrap();
        let item = world.store().get(&key, Consistency::Strong).await.unwrap().unwrap();
        assert_eq!(item.number("pub"), Ok(stands));
        assert_eq!(item.number("v"), Ok(next.version));
    }
}

/// As it stands in a stream record.
fn image(item: &Item) -> serde_json::Value {
    serde_json::to_value(item).unwrap()
}

#[tokio::test]
async fn what_lies_before_what_is_known_is_refused() {
    let world = World::new();
    for (days, fits) in [(-28, true), (-29, true), (-30, false), (-400, false)] {
        let from = later().plus_days(days);
        let wish = Republish { scope: scope(), from, to: None, before: None };
        let done = republish(&world.republisher, wish, AMBIENT).await;
        assert_eq!(done.is_ok(), fits, "{days}");
    }
}
