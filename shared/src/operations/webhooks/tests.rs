use super::*;
use crate::{
    model::{
        Mode,
        id::TenantId,
        secret::{PublicKey, Sealed},
        webhook_endpoint::{DisabledReason, SigningPair},
    },
    operations::Idempotency,
    store::memory::Memory,
};
use futures_util::FutureExt;

fn now() -> Time {
    Time::from_ms(1_795_255_200_000)
}

fn secret(name: &str, with_pair: bool) -> EndpointSecret {
    let pair = SigningPair {
        sealed: Sealed::kept("private".to_owned()),
        public: PublicKey("whpk_x".to_owned()),
    };
    EndpointSecret {
        sealed: Sealed::kept(name.to_owned()),
        pair: with_pair.then_some(pair),
        created_at: now(),
        ends_at: None,
    }
}

fn new(secret: EndpointSecret) -> NewEndpoint {
    NewEndpoint {
        id: WebhookEndpointId::mint(now(), [2; 10]),
        scope: Scope { tenant: TenantId::mint(now(), [1; 10]), mode: Mode::Test },
        surface: Surface::Platform,
        secret,
    }
}

fn wish(url: &str) -> EndpointWish {
    EndpointWish {
        url: url.to_owned(),
        events: vec![],
        description: String::new(),
        timeout_s: None,
        schedule: None,
        ordered: None,
        ed25519: None,
        own_secret: None,
    }
}

fn registered() -> WebhookEndpoint {
    register(wish("https://shop.example/"), None, new(secret("first", false)), now())
}

#[test]
fn a_new_endpoint_has_the_secret_and_what_is_usual() {
    let endpoint = registered();
    assert_eq!((endpoint.version, endpoint.surface), (1, Surface::Platform));
    assert_eq!(endpoint.secrets, [secret("first", false)]);
    assert_eq!(endpoint.settings, DeliverySettings::default());
}

#[test]
fn registering_again_keeps_the_secret_and_what_is_not_said() {
    let later = now().plus_seconds(60);
    let slow =
        EndpointWish { timeout_s: Some(30), ordered: Some(true), ..wish("https://shop.example/") };
    let slow = register(slow, Some(registered()), new(secret("unused", false)), later);
    assert_eq!((slow.version, slow.fresh_from), (2, now()));
    let again = register(wish("https://other.example/"), Some(slow), new(secret("x", true)), later);
    assert_eq!(again.secrets, [secret("first", false)], "no key pair was asked for");
    assert_eq!((again.settings.timeout_s, again.settings.ordered_since), (30, Some(later)));
    assert_eq!((again.version, again.fresh_from), (3, later), "it moved");
}

#[test]
fn a_key_pair_comes_and_goes_as_it_is_asked_for() {
    let asked = |ed25519| EndpointWish { ed25519: Some(ed25519), ..wish("https://shop.example/") };
    let with = register(asked(true), Some(registered()), new(secret("x", true)), now());
    assert_eq!(with.secrets, [secret("first", true)]);
    let without = register(asked(false), Some(with), new(secret("x", false)), now());
    assert_eq!(without.secrets, [secret("first", false)]);
}

#[test]
fn registering_again_switches_on_what_was_disabled() {
    let off = registered().disabled(DisabledReason::Failing, now()).unwrap();
    let later = now().plus_seconds(60);
    let on = register(wish("https://shop.example/"), Some(off), new(secret("x", false)), later);
    assert_eq!((on.disabled, on.fresh_from), (None, later));
}

#[tokio::test]
async fn a_test_event_goes_to_an_endpoint_that_is_on_whatever_else_changes_it() {
    let store = Table::Memory(Memory::default());
    let idempotency = Idempotency::new(registered().scope, "test", None, std::iter::empty());
    let shown = |endpoint: &WebhookEndpoint| endpoint.history.entries.len().to_string();
    let send = async || {
        let remember = idempotency.remember(&shown);
        send_test_event(&store, registered().scope, &remember, now()).await
    };
    assert_eq!(send().await.unwrap_err(), Problem::NotFound(Resource::Endpoint));
    store.commit(vec![webhook_endpoint::put(&registered())]).await.unwrap();
    assert_eq!(send().await.unwrap().data, "1");
    assert_eq!(send().await.unwrap().data, "2");
    let known = platform_endpoint(&store, registered().scope).await.unwrap();
    let off = known.disabled(DisabledReason::Failing, now()).unwrap();
    store.commit(vec![webhook_endpoint::put(&off)]).await.unwrap();
    let refused = Problem::State(StateRefusal::EndpointDisabled);
    assert_eq!(send().await.unwrap_err(), refused);
}

#[test]
fn a_secret_of_the_tenants_own_comes_with_the_first_registration_only() {
    let own = SigningSecret::new("whsec_x".to_owned());
    let wish = EndpointWish { own_secret: Some(own), ..wish("https://shop.example/") };
    assert_eq!(wish.check(None), Ok(()));
    assert!(wish.check(Some(&registered())).is_err());
}

fn on_links(n: u8) -> NewEndpoint {
    let id = WebhookEndpointId::mint(now(), [n; 10]);
    NewEndpoint { id, surface: Surface::Links, ..new(secret("first", false)) }
}

async fn add_one(store: &Table, n: u8) -> Result<IdempotentAnswer> {
    let idempotency = Idempotency::new(on_links(n).scope, "add", None, std::iter::empty());
    let shown = |endpoint: &WebhookEndpoint| endpoint.id.to_string();
    let remember = idempotency.remember(&shown);
    add(store, wish(&format!("https://shop.example/{n}")), on_links(n), &remember, now()).await
}

/// The list is counted by whoever adds to it, in the same commit.
#[tokio::test]
async fn endpoints_added_at_the_same_moment_keep_to_the_limit_together() {
    let store = Table::Memory(Memory::default());
    for n in 1..10 {
        add_one(&store, n).await.unwrap();
    }
    // Another request takes the last place between what this one has read and what it writes.
    let idempotency = Idempotency::new(on_links(0).scope, "add", None, std::iter::empty());
    let raced = std::sync::atomic::AtomicBool::new(false);
    let shown = |endpoint: &WebhookEndpoint| {
        if !raced.swap(true, std::sync::atomic::Ordering::SeqCst) {
            add_one(&store, 10).now_or_never().unwrap().unwrap();
        }
        endpoint.id.to_string()
    };
    let remember = idempotency.remember(&shown);
    let last = add(&store, wish("https://shop.example/x"), on_links(99), &remember, now()).await;
    assert_eq!(last.unwrap_err(), Problem::State(StateRefusal::TooManyEndpoints));
    let known = store.endpoints_on(on_links(1).scope, Surface::Links).await.unwrap();
    assert_eq!(known.len(), max_endpoints(Surface::Links));
    assert!(add_one(&store, 51).await.is_err());
}

#[tokio::test]
async fn an_endpoint_is_removed_once_and_removing_it_again_is_as_good() {
    let store = Table::Memory(Memory::default());
    let scope = registered().scope;
    let remove = async || remove_platform_endpoint(&store, scope, now()).await;
    assert_eq!(remove().await, Err(Problem::NotFound(Resource::Endpoint)));
    store.commit(vec![webhook_endpoint::put(&registered())]).await.unwrap();
    assert_eq!(remove().await, Ok(registered().id));
    assert_eq!(remove().await, Ok(registered().id));
    let other = Scope { mode: Mode::Live, ..scope };
    let never = remove_platform_endpoint(&store, other, now()).await;
    assert_eq!(never, Err(Problem::NotFound(Resource::Endpoint)));
}
