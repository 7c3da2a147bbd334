use super::*;
use crate::{
    model::{Id, Mode, secret::Sealed, webhook_endpoint::EndpointSecret},
    operations::{
        Idempotency,
        webhooks::{EndpointWish, NewEndpoint, add},
    },
    store::memory::Memory,
};

fn now() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn scope() -> Scope {
    Scope { tenant: Id::mint(now(), [1; 10]), mode: Mode::Test }
}

fn which(n: u8) -> EndpointRef {
    let id = Some(Id::mint(now(), [n; 10]));
    EndpointRef { scope: scope(), surface: Surface::Payments, id }
}

fn once() -> Idempotency {
    Idempotency::new(scope(), "test", None, [].into_iter())
}

async fn register(store: &Table, n: u8, url: &str) {
    let wish = EndpointWish {
        url: url.to_owned(),
        events: vec![],
        description: String::new(),
        timeout_s: None,
        schedule: None,
        ordered: None,
        ed25519: None,
        own_secret: None,
    };
    let secret = EndpointSecret {
        sealed: Sealed::kept("sealed".into()),
        pair: None,
        created_at: now(),
        ends_at: None,
    };
    let id = which(n).id.unwrap();
    let new = NewEndpoint { id, scope: scope(), surface: Surface::Payments, secret };
    let (idempotency, render) = (once(), |_: &WebhookEndpoint| String::new());
    add(store, wish, new, &idempotency.remember(&render), now()).await.unwrap();
}

async fn patch(store: &Table, n: u8, wish: EndpointChange) -> Result<WebhookEndpoint> {
    let render = |_: &WebhookEndpoint| String::new();
    let later = now().plus_seconds(60);
    change(store, which(n), &wish, once().remember(&render), later).await?;
    find(store, which(n)).await
}

fn moved(url: &str) -> EndpointChange {
    EndpointChange { url: Some(url.to_owned()), ..EndpointChange::default() }
}

fn active(active: bool) -> EndpointChange {
    EndpointChange { active: Some(active), ..EndpointChange::default() }
}

#[tokio::test]
async fn an_address_moves_with_its_endpoint_and_is_free_again() {
    let store = Table::Memory(Memory::default());
    register(&store, 1, "https://a.example/").await;
    register(&store, 2, "https://b.example/").await;
    let taken = patch(&store, 1, moved("https://b.example/")).await.unwrap_err();
    assert_eq!(taken, Problem::Taken(Unique::EndpointUrl));
    let next = patch(&store, 1, moved("https://c.example/")).await.unwrap();
    assert_eq!((next.fresh_from, next.version), (now().plus_seconds(60), 2));
    patch(&store, 2, moved("https://a.example/")).await.unwrap();
    remove(&store, which(1)).await.unwrap();
    let missing = Err(Problem::NotFound(Resource::Endpoint));
    assert_eq!(remove(&store, which(1)).await, missing, "a second time");
    register(&store, 3, "https://c.example/").await;
}

#[tokio::test]
async fn a_change_that_changes_nothing_writes_nothing() {
    let store = Table::Memory(Memory::default());
    register(&store, 1, "https://a.example/").await;
    let before = find(&store, which(1)).await.unwrap();
    for wish in [EndpointChange::default(), moved("https://a.example/"), active(true)] {
        assert_eq!(patch(&store, 1, wish).await.unwrap(), before);
    }
    let off = patch(&store, 1, active(false)).await.unwrap();
    assert_eq!(off.disabled, Some((now().plus_seconds(60), DisabledReason::Requested)));
    assert_eq!(off.history.entries.len(), 0, "whoever switched it off knows");
    assert_eq!(check_active(&off), Err(Problem::State(StateRefusal::EndpointDisabled)));
    assert_eq!(patch(&store, 1, active(false)).await.unwrap(), off);
    let on = patch(&store, 1, active(true)).await.unwrap();
    assert_eq!((on.disabled, on.fresh_from), (None, now().plus_seconds(60)));
}

#[tokio::test]
async fn endpoints_are_listed_newest_first_and_of_their_own_surface() {
    let store = Table::Memory(Memory::default());
    for n in 1..=3 {
        register(&store, n, &format!("https://{n}.example/")).await;
    }
    let slice = Slice { before: None, from: now(), until: now(), limit: 2 };
    let first = list(&store, scope(), Surface::Payments, &slice).await.unwrap();
    let ids: Vec<_> = first.entries.iter().map(|endpoint| Some(endpoint.id)).collect();
    assert_eq!(ids, [which(3).id, which(2).id]);
    let next = Slice { before: first.next, ..slice.clone() };
    let second = list(&store, scope(), Surface::Payments, &next).await.unwrap();
    assert_eq!((second.entries.len(), second.next), (1, None));
    let other = list(&store, scope(), Surface::Links, &slice).await.unwrap();
    assert_eq!(other.entries, []);
}
