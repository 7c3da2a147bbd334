use super::*;
use crate::{
    app::aws::tests::service::{PATIENT, Say, Service, clients},
    store::memory::Memory,
};
use serde_json::json;

fn start() -> Time {
    Time::from_ms(1_795_255_200_000)
}

fn wrapped(number: u8) -> WrappedKey {
    let wrapped = STANDARD.encode(number.to_string());
    WrappedKey { number, wrapped, public: None, created_at: start(), ends_at: None }
}

/// A key service that unwraps what [`wrapped`] made.
fn keys(purpose: Purpose) -> (Service, Keys) {
    let service = Service::start(None, |seen| {
        let asked: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
        Say::Answer(200, json!({"Plaintext": asked["CiphertextBlob"]}))
    });
    let kms = clients(&service.url, PATIENT, None).kms().unwrap();
    let keys = Keys::new(purpose, KeyService::new(kms, "key".to_owned()));
    (service, keys)
}

async fn put(store: &Table, ring: &KeyRing) {
    store.commit(store::key_ring::put(ring)).await.unwrap();
}

#[tokio::test]
async fn a_warm_process_follows_rotation_and_revoking_within_a_minute() {
    let store = Table::Memory(Memory::default());
    let (_service, keys) = keys(Purpose::Link);
    let one = KeyRing { purpose: Purpose::Link, keys: vec![wrapped(1)], version: 1 };
    put(&store, &one).await;
    let numbers = async |now| {
        let newest = keys.newest_at(&store, now).await.unwrap().0;
        (newest, keys.numbered_at(&store, 1, now).await.unwrap().is_some())
    };
    assert_eq!(numbers(start()).await, (1, true));
    let two = one.rotated(wrapped(2), start());
    put(&store, &two).await;
    assert_eq!(numbers(start().plus_seconds(59)).await, (1, true));
    assert_eq!(numbers(start().plus_seconds(60)).await, (2, true));
    put(&store, &two.revoked(1, None, start()).unwrap()).await;
    assert_eq!(numbers(start().plus_seconds(119)).await, (2, true));
    assert_eq!(numbers(start().plus_seconds(120)).await, (2, false));
}

#[tokio::test]
async fn a_key_ends_by_the_clock_without_another_look() {
    let store = Table::Memory(Memory::default());
    let (_service, keys) = keys(Purpose::Signing);
    let end = start().plus_seconds(5);
    let first = WrappedKey { ends_at: Some(end), ..wrapped(1) };
    put(&store, &KeyRing { purpose: Purpose::Signing, keys: vec![first, wrapped(2)], version: 1 })
        .await;
    let known = async |now| keys.numbered_at(&store, 1, now).await.unwrap().is_some();
    assert_eq!((known(start()).await, known(end).await), (true, false));
}

#[tokio::test]
async fn a_key_that_is_newer_than_the_last_look_is_found_and_unknown_ones_cost_little() {
    let store = Table::Memory(Memory::default());
    let (service, keys) = keys(Purpose::Link);
    let one = KeyRing { purpose: Purpose::Link, keys: vec![wrapped(1)], version: 1 };
    put(&store, &one).await;
    let known = async |number, now| keys.numbered_at(&store, number, now).await.unwrap().is_some();
    assert!(!known(2, start()).await);
    put(&store, &one.rotated(wrapped(2), start())).await;
    assert!(!known(2, start().plus_seconds(9)).await, "looked for lately");
    assert!(known(2, start().plus_seconds(10)).await);
    let calls = store.meter().take().calls;
    assert!(!known(9, start().plus_seconds(11)).await);
    assert!(known(2, start().plus_seconds(12)).await && known(1, start().plus_seconds(13)).await);
    assert_eq!((calls > 0, store.meter().take().calls), (true, 0));
    assert_eq!(service.seen().len(), 2, "each key is unwrapped once");
}

/// Client secrets, API keys: what is kept names the pepper it was made with.
#[tokio::test]
async fn hashes_go_on_fitting_after_a_new_pepper_until_theirs_is_revoked() {
    let store = Table::Memory(Memory::default());
    let (_service, keys) = keys(Purpose::Pepper);
    let one = KeyRing { purpose: Purpose::Pepper, keys: vec![wrapped(1)], version: 1 };
    put(&store, &one).await;
    let (number, pepper) = keys.newest(&store).await.unwrap();
    let hash = peppered(number, &pepper, "secret");
    assert!(hash.starts_with("1."), "{hash}");
    assert!(keys.fits(&store, "secret", &hash).await.unwrap());
    assert!(!keys.fits(&store, "other", &hash).await.unwrap());
    assert!(!keys.fits(&store, "secret", "").await.unwrap(), "of nobody");
    let two = one.rotated(wrapped(2), clock::now());
    put(&store, &two).await;
    let fresh = Keys::new(Purpose::Pepper, keys.service.clone());
    assert_eq!(fresh.newest(&store).await.unwrap().0, 2);
    assert_eq!(fresh.older(&store).await.unwrap().len(), 1);
    assert!(fresh.fits(&store, "secret", &hash).await.unwrap());
    put(&store, &two.revoked(1, None, clock::now()).unwrap()).await;
    let fresh = Keys::new(Purpose::Pepper, keys.service.clone());
    assert!(!fresh.fits(&store, "secret", &hash).await.unwrap());
}
