use super::*;
use crate::{
    model::{id::TenantId, issuer::ClaimNames},
    store::{Error, memory::Memory},
};

fn now() -> Time {
    Time::from_ms(1_795_255_200_000)
}

fn issuer(name: &str) -> Issuer {
    Issuer {
        issuer: name.to_owned(),
        audience: "paylink".to_owned(),
        jwks_url: format!("{name}/jwks.json"),
        claims: ClaimNames::default(),
        tenants: vec![TenantId::mint(now(), [1; 10])],
        scopes: vec!["users:read".to_owned()],
        key_set: None,
    }
}

/// A set with so many keys, and one that nobody may verify with.
fn set(count: usize) -> String {
    let key = |n: usize| {
        json!({"kty": "RSA", "kid": format!("k{n}"), "n": "A".repeat(342),
        "e": "AQAB", "alg": "RS256", "use": "sig", "x5c": ["long"]})
    };
    let keys = (0..count).map(key).chain([json!({"kty": "oct", "k": "AAAA", "kid": "shared"})]);
    json!({"keys": keys.collect::<Vec<_>>()}).to_string()
}

const NAME: &str = "https://login.example";

async fn kept(store: &Table) -> (KeySet, String) {
    let issuers = store.issuers().await.unwrap();
    let issuer = issuers.find(NAME).unwrap();
    (issuer.key_set.clone().unwrap(), store.issuer_keys(issuer).await.unwrap().unwrap())
}

#[tokio::test]
async fn a_key_set_of_any_size_is_kept_and_replaced_when_its_issuer_rotates() {
    let store = Table::Memory(Memory::default());
    put(&store, &issuer(NAME)).await.unwrap();
    assert_eq!(keep(&store, NAME, &set(3), now()).await, Ok(3));
    let (first, text) = kept(&store).await;
    assert_eq!((first.generation, first.parts, text.contains("shared")), (1, 1, false));
    let later = now().plus_seconds(3600);
    assert_eq!(keep(&store, NAME, &set(3), later).await, Ok(3));
    let (again, _) = kept(&store).await;
    assert_eq!(again, KeySet { fetched_at: later, ..first.clone() }, "the same set");
    // 3,000 keys are more than a megabyte: far more than an item takes.
    assert_eq!(keep(&store, NAME, &set(3_000), later).await, Ok(3_000));
    let (large, text) = kept(&store).await;
    assert_eq!((large.generation, large.parts > 3), (2, true));
    let parsed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(parsed["keys"].as_array().unwrap().len(), 3_000);
    let old = Issuer { key_set: Some(first), ..issuer(NAME) };
    assert_eq!(store.issuer_keys(&old).await.unwrap(), None, "the old parts are gone");
}

#[tokio::test]
async fn what_is_no_key_set_leaves_the_one_before_in_place() {
    let store = Table::Memory(Memory::default());
    put(&store, &issuer(NAME)).await.unwrap();
    keep(&store, NAME, &set(1), now()).await.unwrap();
    let before = kept(&store).await;
    for broken in ["", "<html>", "{}", r#"{"keys": []}"#, &set(0)] {
        assert!(keep(&store, NAME, broken, now()).await.is_err(), "{broken}");
    }
    assert_eq!(kept(&store).await, before);
}

#[tokio::test]
async fn changing_an_issuer_keeps_its_keys_unless_they_come_from_elsewhere() {
    let store = Table::Memory(Memory::default());
    put(&store, &issuer(NAME)).await.unwrap();
    keep(&store, NAME, &set(1), now()).await.unwrap();
    let changed = Issuer { scopes: vec![], ..issuer(NAME) };
    let known = put(&store, &changed).await.unwrap();
    assert!(known.find(NAME).unwrap().key_set.is_some());
    let moved = Issuer { jwks_url: "https://other.example/".to_owned(), ..issuer(NAME) };
    let known = put(&store, &moved).await.unwrap();
    assert_eq!(known.find(NAME).unwrap().key_set, None);
    assert_eq!(remove(&store, NAME).await.unwrap().list, []);
    assert!(remove(&store, NAME).await.is_err());
    assert_eq!(keep(&store, NAME, &set(1), now()).await, Ok(0), "removed meanwhile");
}

/// A run that died between its parts and the list is in nobody's way.
#[tokio::test]
async fn parts_that_a_dead_run_left_are_replaced() {
    let store = Table::Memory(Memory::default());
    put(&store, &issuer(NAME)).await.unwrap();
    for write in issuer::parts(NAME, 1, "half of an old set") {
        store.commit(vec![write]).await.unwrap();
    }
    assert_eq!(keep(&store, NAME, &set(2), now()).await, Ok(2));
    assert!(kept(&store).await.1.contains("k1"));
    let taken = store.commit(issuer::parts(NAME, 1, "x")).await;
    assert!(matches!(taken, Err(Error::Refused { .. })));
}

#[tokio::test]
async fn there_are_at_most_ten_issuers() {
    let store = Table::Memory(Memory::default());
    for n in 0..MAX_ISSUERS {
        put(&store, &issuer(&format!("https://{n}.example"))).await.unwrap();
    }
    assert!(put(&store, &issuer("https://more.example")).await.is_err());
    assert!(put(&store, &issuer("https://3.example")).await.is_ok(), "one that is there");
}
