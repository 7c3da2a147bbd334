use super::*;
use crate::{
    model::{
        Mode, Scope,
        id::TenantId,
        key_ring::{KeyRing, Purpose, WrappedKey},
    },
    operations::issuers,
    store::{key_ring::put, memory::Memory},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};

const ISSUER: &str = "https://issuer.example";

/// A signing key: its private half, and its record.
fn signing_key(number: u8, now: Time) -> (Vec<u8>, WrappedKey) {
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
    let public = Some(URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()));
    let wrapped =
        WrappedKey { number, wrapped: String::new(), public, created_at: now, ends_at: None };
    (pkcs8.as_ref().to_vec(), wrapped)
}

/// A token that ends in an hour, as real ones do.
fn token(number: u8, private: &[u8]) -> String {
    jwt::install();
    let caller = Caller {
        scope: Scope { tenant: TenantId::mint(clock::now(), [1; 10]), mode: Mode::Test },
        scopes: "users:read".to_owned(),
        expires_at: clock::now().plus_seconds(jwt::LIFETIME_S),
    };
    let kid = key_ring::kid(number);
    jwt::issue(&kid, private, ISSUER, "client", &caller, "id".to_owned()).unwrap()
}

async fn write(store: &Table, ring: &KeyRing) {
    store.commit(put(ring)).await.unwrap();
}

#[tokio::test]
async fn a_revoked_key_and_tokens_that_were_verified_with_it_end_within_a_minute() {
    let store = Table::Memory(Memory::default());
    let now = clock::now();
    let (private, first) = signing_key(1, now);
    let one = KeyRing { purpose: Purpose::Signing, keys: vec![first], version: 1 };
    write(&store, &one).await;
    let verifier = Verifier::of(ISSUER.to_owned());
    let (old, (next, second)) = (token(1, &private), signing_key(2, now));
    let good = async |token: &str, at| verifier.verify(&store, token, at).await.unwrap().is_some();
    assert!(good(&old, now).await && good(&old, now).await, "the second time from memory");
    let two = one.rotated(second, now);
    write(&store, &two).await;
    let new = token(2, &next);
    assert!(good(&new, now.plus_seconds(10)).await, "a new key is looked for");
    assert!(good(&old, now.plus_seconds(10)).await, "a replaced one goes on");
    write(&store, &two.revoked(1, None, now).unwrap()).await;
    let later = now.plus_seconds(10 + 60);
    assert!(!good(&old, later).await && good(&new, later).await);
}

/// The end of a replaced key holds for tokens that are remembered as well.
#[tokio::test]
async fn a_token_is_good_no_longer_than_its_key() {
    let store = Table::Memory(Memory::default());
    let now = clock::now();
    let (private, first) = signing_key(1, now);
    let end = now.plus_seconds(30);
    let first = WrappedKey { ends_at: Some(end), ..first };
    let keys = vec![first, signing_key(2, now).1];
    write(&store, &KeyRing { purpose: Purpose::Signing, keys, version: 1 }).await;
    let verifier = Verifier::of(ISSUER.to_owned());
    let old = token(1, &private);
    let good = async |at| verifier.verify(&store, &old, at).await.unwrap().is_some();
    assert!(good(now).await && good(end.plus_ms(-1)).await);
    assert!(!good(end).await);
}

const OUTSIDE: &str = "https://login.example";

/// A token of the outside issuer for this tenant, that says it may do this.
fn outside_token(private: &[u8], tenant: TenantId, scopes: &str) -> String {
    jwt::install();
    let caller = Caller {
        scope: Scope { tenant, mode: Mode::Test },
        scopes: scopes.to_owned(),
        expires_at: clock::now().plus_seconds(jwt::LIFETIME_S),
    };
    jwt::issue("theirs", private, OUTSIDE, "client", &caller, "id".to_owned()).unwrap()
}

/// A key set with this one key.
fn set_of(wrapped: &WrappedKey) -> String {
    let point = URL_SAFE_NO_PAD.decode(wrapped.public.as_ref().unwrap()).unwrap();
    let half = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let (x, y) = (half(&point[1..33]), half(&point[33..]));
    let key = serde_json::json!({"kty": "EC", "crv": "P-256", "kid": "theirs", "x": x, "y": y});
    serde_json::json!({"keys": [key]}).to_string()
}

#[tokio::test]
async fn tokens_of_an_outside_issuer_are_good_for_its_tenants_and_up_to_its_ceiling() {
    let store = Table::Memory(Memory::default());
    let now = clock::now();
    let verifier = Verifier::of(ISSUER.to_owned());
    verifier.read_keys(&store, now).await.unwrap();
    let (private, key) = signing_key(1, now);
    let [tenant, other] = [1, 2].map(|n| TenantId::mint(now, [n; 10]));
    let verify = async |token: &str, at| verifier.verify(&store, token, at).await.unwrap();
    let token = outside_token(&private, tenant, "users:read payments:write");
    assert_eq!(verify(&token, now).await, None, "nobody has named the issuer");
    let issuer = Issuer {
        issuer: OUTSIDE.to_owned(),
        audience: jwt::AUDIENCE.to_owned(),
        jwks_url: "https://login.example/jwks.json".to_owned(),
        claims: crate::model::issuer::ClaimNames::default(),
        tenants: vec![tenant],
        scopes: vec!["users:read".to_owned()],
        key_set: None,
    };
    issuers::put(&store, &issuer).await.unwrap();
    issuers::keep(&store, OUTSIDE, &set_of(&key), now).await.unwrap();
    let later = now.plus_seconds(LOOK_AGAIN_S);
    let caller = verify(&token, later).await.unwrap();
    assert_eq!((caller.scope.tenant, caller.scopes.as_str()), (tenant, "users:read"));
    let foreign = outside_token(&private, other, "users:read");
    assert_eq!(verify(&foreign, later).await, None, "not its tenant");
    store.meter().take();
    assert!(verify(&token, later).await.is_some());
    assert_eq!(store.meter().take().calls, 0, "from memory");
    // The issuer rotates: its old key is out within minutes, its new one in.
    let (next, next_key) = signing_key(2, now);
    issuers::keep(&store, OUTSIDE, &set_of(&next_key), now).await.unwrap();
    let rotated = later.plus_seconds(OUTSIDE_FRESH_S);
    assert_eq!(verify(&token, rotated).await, None);
    assert!(verify(&outside_token(&next, tenant, "users:read"), rotated).await.is_some());
    issuers::remove(&store, OUTSIDE).await.unwrap();
    let removed = rotated.plus_seconds(OUTSIDE_FRESH_S);
    assert_eq!(verify(&outside_token(&next, tenant, "users:read"), removed).await, None);
}
