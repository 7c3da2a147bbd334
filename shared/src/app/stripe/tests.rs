use super::*;
use crate::{
    app::aws::tests::service::{PATIENT, Say, Service, clients},
    model::{
        Mode,
        actor::Actor,
        id::TenantId,
        key_ring::{KeyRing, WrappedKey},
        secret::kind,
        stripe_credentials::replaced,
    },
    processor::stripe::api::StripeKey,
    store::{key_ring, memory::Memory, stripe_credentials},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

fn start() -> Time {
    Time::from_ms(1_795_255_200_000)
}

fn scope(mode: Mode) -> Scope {
    Scope { tenant: TenantId::mint(start(), [1; 10]), mode }
}

/// A table with a key for processors' keys, and a process that can open it.
async fn process() -> (Service, Table, StripeAccess) {
    let service = Service::start(None, |seen| {
        let asked: Value = serde_json::from_slice(&seen.body).unwrap();
        Say::Answer(200, json!({"Plaintext": asked["CiphertextBlob"]}))
    });
    let kms = clients(&service.url, PATIENT, None).kms().unwrap();
    let store = Table::Memory(Memory::default());
    let wrapped = STANDARD.encode([7; 32]);
    let key = WrappedKey { number: 1, wrapped, public: None, created_at: start(), ends_at: None };
    let ring = KeyRing { purpose: Purpose::Processor, keys: vec![key], version: 1 };
    store.commit(key_ring::put(&ring)).await.unwrap();
    let access = StripeAccess {
        keys: Keys::new(Purpose::Processor, KeyService::new(kms, "key".to_owned())),
        known: Mutex::default(),
        connector: OnceLock::new(),
        base: "http://127.0.0.1:1".to_owned(),
    };
    (service, store, access)
}

/// An account with a key, and a secret of its events, at a version.
async fn put(store: &Table, access: &StripeAccess, scope: Scope, key: &str, version: u64) {
    let owner = |used_for| StripeSecretOwner { scope, used_for };
    let secret = StripeKey::new(key.to_owned());
    let sealed_key = access.seal(store, owner(StripeSecretUse::Key), &secret).await.unwrap();
    let event = Secret::<kind::StripeWebhook>::new(format!("whsec_{version}"));
    let sealed = access.seal(store, owner(StripeSecretUse::Events), &event).await.unwrap();
    let before = store.stripe_credentials(scope, Consistency::Strong).await.unwrap();
    let events = before.map(|known| known.events).unwrap_or_default();
    let next = StripeCredentials {
        scope,
        account: "acct_1".to_owned(),
        sealed_key,
        publishable: "pk_test_1".to_owned(),
        events: replaced(&events, sealed, start()),
        connected_events: vec![],
        saved_at: start(),
        saved_by: Actor::Operator,
        version,
    };
    store.commit(vec![stripe_credentials::put(&next)]).await.unwrap();
}

async fn key_at(store: &Table, access: &StripeAccess, scope: Scope, now: Time) -> Option<String> {
    let found = access.find(store, scope, now).await.unwrap();
    found.map(|account| account.key.reveal().to_owned())
}

#[tokio::test]
async fn an_account_is_known_for_ten_seconds_and_a_new_key_is_used_then() {
    let (_service, store, access) = process().await;
    let scope = scope(Mode::Test);
    assert_eq!(key_at(&store, &access, scope, start()).await, None);
    put(&store, &access, scope, "sk_test_1", 1).await;
    let at = |seconds| key_at(&store, &access, scope, start().plus_seconds(seconds));
    assert_eq!(at(0).await.as_deref(), Some("sk_test_1"), "nothing was remembered of none");
    put(&store, &access, scope, "sk_test_2", 2).await;
    assert_eq!(at(9).await.as_deref(), Some("sk_test_1"));
    assert_eq!(at(10).await.as_deref(), Some("sk_test_2"));
}

#[tokio::test]
async fn more_accounts_than_are_remembered_are_read_again() {
    let (_service, store, access) = process().await;
    put(&store, &access, scope(Mode::Test), "sk_test_1", 1).await;
    let account = StripeAccount { key: StripeKey::new("sk_test_0".to_owned()) };
    for n in 0..MAX_ACCOUNTS {
        let tenant = TenantId::mint(start().plus_seconds(i64::try_from(n).unwrap()), [2; 10]);
        let other = Scope { tenant, mode: Mode::Test };
        access.known().insert(other, (start(), account.clone()));
    }
    key_at(&store, &access, scope(Mode::Test), start()).await.unwrap();
    assert_eq!(access.known().len(), 1);
}

#[tokio::test]
async fn a_sealed_key_opens_for_its_own_tenant_mode_and_use_alone() {
    let (_service, store, access) = process().await;
    let (test, live) = (scope(Mode::Test), scope(Mode::Live));
    put(&store, &access, test, "sk_test_1", 1).await;
    let kept = store.stripe_credentials(test, Consistency::Strong).await.unwrap().unwrap();
    // Somebody who can write to the table, and not open keys, copies one mode's to the other.
    let copied = StripeCredentials { scope: live, ..kept.clone() };
    let Unreachable(why) = access.opened(&store, &copied).await.unwrap_err();
    assert!(why.contains("does not open") && why.contains("put-processor"), "{why}");
    assert!(!why.contains("sk_test_1"));
    let as_event = StripeSecretOwner { scope: test, used_for: StripeSecretUse::Events };
    assert!(access.open(&store, as_event, &kept.sealed_key).await.is_err());
}

#[tokio::test]
async fn secrets_of_events_overlap_for_a_day() {
    let (_service, store, access) = process().await;
    let scope = scope(Mode::Test);
    let at = async |now| {
        let opened = access.event_secrets(&store, scope, now).await.unwrap()?;
        Some(opened.iter().map(|secret| secret.reveal().to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(at(start()).await, None, "no account");
    put(&store, &access, scope, "sk_test_1", 1).await;
    put(&store, &access, scope, "sk_test_1", 2).await;
    assert_eq!(at(start()).await.unwrap(), ["whsec_1", "whsec_2"]);
    assert_eq!(at(start().plus_days(1)).await.unwrap(), ["whsec_2"]);
}
