use super::*;
use crate::{
    model::{Id, Mode},
    operations::Idempotency,
    store::memory::Memory,
};
use futures_util::future::join_all;

fn now() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn scope() -> Scope {
    Scope { tenant: Id::mint(now(), [1; 10]), mode: Mode::Test }
}

fn new_key(n: u8) -> NewKey {
    NewKey::new(scope(), Surface::Payments, Id::mint(now().plus_ms(n.into()), [n; 10]), [n; 32])
}

fn key(n: u8) -> ApiKey {
    new_key(n).record(scope(), "hash".to_owned())
}

fn wish(scopes: &[&str]) -> KeyWish {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    KeyWish { name: "Shop".into(), days: Some(30), scopes: Some(scopes) }
}

async fn make(store: &Table, key: &ApiKey) -> Result<IdempotentAnswer> {
    let idempotency = Idempotency::new(key.scope, "create_api_key", None, [].into_iter());
    let render = |key: &ApiKey| key.id.to_string();
    add(store, key, &idempotency.remember(&render), now()).await
}

async fn listed(store: &Table, slice: Slice, at: Time) -> Listing<ApiKey> {
    list(store, scope(), Surface::Payments, &slice, at).await.unwrap()
}

fn all() -> Slice {
    let until = now().plus_seconds(60);
    Slice { before: None, from: Time::from_ms(0), until, limit: 100 }
}

#[test]
fn a_key_cannot_grant_what_it_lacks() {
    let mut maker = key(1);
    maker.scopes = vec!["payments:write".into(), "api_keys:write".into()];
    let made = wish(&["payments:read"]).record(&maker, &new_key(2), String::new()).unwrap();
    assert_eq!(made.scopes, ["payments:read"]);
    assert_eq!(made.created_by, Actor::ApiKey(maker.id));
    assert_eq!(made.expires_at, Some(made.created_at.plus_days(30)));
    let refused = wish(&["payments:read", "tax:write"]).record(&maker, &new_key(2), String::new());
    assert_eq!(refused, Err(Problem::Forbidden { scope: "tax:write".into() }));
    let like_maker = KeyWish { scopes: None, ..wish(&[]) };
    let made = like_maker.record(&maker, &new_key(2), String::new()).unwrap();
    assert_eq!(made.scopes, maker.scopes);
}

#[tokio::test]
async fn there_are_never_more_than_fifty_keys_however_many_are_made_at_once() {
    let store = Table::Memory(Memory::default());
    let keys: Vec<ApiKey> = (0..60).map(key).collect();
    let made = join_all(keys.iter().map(|key| make(&store, key))).await;
    let made = made.into_iter().filter(Result::is_ok).count();
    assert_eq!(made, listed(&store, all(), now()).await.entries.len());
    for key in &keys {
        let _ = make(&store, key).await;
    }
    assert_eq!(listed(&store, all(), now()).await.entries.len(), MAX_PAYMENTS_KEYS);
    let refused = make(&store, &key(200)).await.unwrap_err();
    assert_eq!(refused, Problem::State(StateRefusal::TooManyApiKeys));
    // One that is over makes room.
    let newest = listed(&store, Slice { limit: 1, ..all() }, now()).await.entries[0].id;
    revoke(&store, scope(), Surface::Payments, newest, now()).await.unwrap();
    make(&store, &key(200)).await.unwrap();
}

#[tokio::test]
async fn a_key_that_is_over_is_neither_listed_nor_found() {
    let store = Table::Memory(Memory::default());
    let ends = now().plus_days(1);
    make(&store, &key(1)).await.unwrap();
    make(&store, &ApiKey { expires_at: Some(ends), ..key(2) }).await.unwrap();
    let ids = |listing: Listing<ApiKey>| -> Vec<ApiKeyId> {
        listing.entries.into_iter().map(|key| key.id).collect()
    };
    assert_eq!(ids(listed(&store, all(), ends.plus_ms(-1)).await), [key(2).id, key(1).id]);
    assert_eq!(ids(listed(&store, all(), ends).await), [key(1).id]);
    let end = |n, at| revoke(&store, scope(), Surface::Payments, key(n).id, at);
    let missing = Err(Problem::NotFound(Resource::ApiKey));
    assert_eq!(end(2, ends).await, missing);
    assert_eq!(end(3, now()).await, missing);
    assert_eq!(end(1, now()).await, Ok(()));
    assert_eq!(end(1, now()).await, missing, "a second time");
    assert_eq!(ids(listed(&store, all(), ends).await), []);
}

#[tokio::test]
async fn keys_are_listed_page_by_page() {
    let store = Table::Memory(Memory::default());
    for n in 1..=5 {
        make(&store, &key(n)).await.unwrap();
    }
    let two = Slice { limit: 2, ..all() };
    let first = listed(&store, two.clone(), now()).await;
    assert_eq!(first.next, Some(*key(4).id.uuid()));
    let second = listed(&store, Slice { before: first.next, ..two.clone() }, now()).await;
    let third = listed(&store, Slice { before: second.next, ..two }, now()).await;
    assert_eq!((second.entries.len(), third.entries.len(), third.next), (2, 1, None));
    let until = key(2).created_at.plus_ms(-1);
    assert_eq!(listed(&store, Slice { until, ..all() }, now()).await.entries, [key(1)]);
}
