use super::*;
use crate::{
    model::{id::Id, webhook_endpoint::WebhookEndpoint},
    operations::fixture,
    queue::outside::Outside,
    store::{memory::Memory, replay, webhook_endpoint::put},
    webhook::message::Aggregate,
};

fn start() -> Time {
    Time::from_ms(1_795_255_200_000)
}

const AMBIENT: Ambient = Ambient { now: start, random: || [7; 10] };

fn endpoint(tenant: u8) -> WebhookEndpoint {
    fixture::endpoint(tenant, start())
}

#[tokio::test]
async fn one_tenants_many_replays_hold_up_nobody() {
    let outside = Outside::default();
    let context = FanOut { store: Table::Memory(Memory::default()), queue: outside.queue() };
    let kinds = vec![crate::model::event::EventType::WebhookTest];
    let range = ReplayRange {
        from: start().plus_days(-1),
        to: start(),
        kinds,
        names: vec![],
        only_undelivered: false,
    };
    for tenant in [1, 2] {
        let endpoint = endpoint(tenant);
        context.store.commit(vec![put(&endpoint)]).await.unwrap();
        let tried = endpoint.with_test_event(start());
        for message in Aggregate::Endpoint(Box::new(tried)).events_after(0) {
            let text = serde_json::to_string(&message).unwrap();
            let id = message.id.parse().unwrap();
            context.store.keep_event(endpoint.scope, id, &text, start()).await.unwrap();
        }
    }
    // The first tenant asks forty times before the second one asks once, all in one shard.
    for n in 0..40_i64 {
        let id = Id::mint(start().plus_ms(n), [4; 10]);
        let wish = begin(&endpoint(1), range.clone(), id, start().plus_seconds(n - 100));
        context.store.commit(vec![replay::insert(&wish)]).await.unwrap();
    }
    let wish = begin(&endpoint(2), range, Id::mint(start(), [4; 10]), start());
    context.store.commit(vec![replay::insert(&wish)]).await.unwrap();
    go_on(&context, 0, &Stopwatch::start(), AMBIENT).await.unwrap();
    let theirs = endpoint(2).scope.tenant.to_string();
    let sent = outside.queued();
    assert!(sent.iter().any(|(message, _)| message["tenant"] == theirs), "{sent:?}");
}
