use super::*;
use crate::app::clock;
use ring::signature::KeyPair;
use serde_json::json;

const ISSUER: &str = "https://issuer.example";

struct Signer {
    pkcs8: Vec<u8>,
    point: Vec<u8>,
}

fn signer() -> Signer {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random);
    let point = pair.unwrap().public_key().as_ref().to_vec();
    Signer { pkcs8: pkcs8.as_ref().to_vec(), point }
}

fn key(signer: &Signer) -> VerifyingKey {
    install();
    VerifyingKey::own("k1", &URL_SAFE_NO_PAD.encode(&signer.point), ISSUER).unwrap()
}

fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "client",
        "exp": clock::now().seconds() + 60,
        "tenant": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
        "mode": "test",
        "scope": "users:read",
    })
}

fn token(signer: &Signer, claims: &Value) -> String {
    install();
    let header = Header { kid: Some("k1".into()), ..Header::new(Algorithm::ES256) };
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_ec_der(&signer.pkcs8)).unwrap()
}

#[test]
fn what_we_issue_we_verify() {
    let signer = signer();
    let key = key(&signer);
    let caller = Caller {
        scope: Scope { tenant: TenantId::mint(clock::now(), [1; 10]), mode: Mode::Live },
        scopes: "links:write users:read".into(),
        expires_at: Time::from_ms(clock::now().plus_seconds(LIFETIME_S).seconds() * 1000),
    };
    let issued = issue("k1", &signer.pkcs8, ISSUER, "client", &caller, "id".into()).unwrap();
    assert_eq!(key.verify(&issued), Some(caller));
    assert_eq!(kid(&issued), Some(Some("k1".into())));
}

#[test]
fn tokens_that_are_not_ours_or_not_now_are_refused() {
    let (ours, other) = (signer(), signer());
    let key = key(&ours);
    assert!(key.verify(&token(&ours, &claims())).is_some());
    assert!(key.verify(&token(&other, &claims())).is_none(), "another key");
    for (name, value) in [
        ("exp", json!(clock::now().seconds() - 1)),
        ("exp", json!((clock::now().seconds() + 60).to_string())),
        ("exp", Value::Null),
        ("nbf", json!(clock::now().seconds() + 60)),
        ("iss", json!("https://other.example")),
        ("aud", json!("somebody else")),
        ("tenant", json!("not a uuid")),
        ("mode", json!("prod")),
        ("scope", json!(7)),
    ] {
        let mut claims = claims();
        claims[name] = value.clone();
        assert!(key.verify(&token(&ours, &claims)).is_none(), "{name} = {value}");
    }
    for name in ["exp", "iss", "aud", "tenant", "mode", "scope"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        assert!(key.verify(&token(&ours, &claims)).is_none(), "without {name}");
    }
}

#[test]
fn the_header_does_not_choose_the_algorithm() {
    let signer = signer();
    let key = key(&signer);
    let good = token(&signer, &claims());
    let (_, rest) = good.split_once('.').unwrap();
    for header in [json!({"alg": "none", "kid": "k1"}), json!({"alg": "HS256", "kid": "k1"})] {
        let forged = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()));
        assert!(key.verify(&forged).is_none(), "{header}");
    }
    let (body, _) = rest.split_once('.').unwrap();
    let unsigned = format!("{}.{body}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
    assert!(key.verify(&unsigned).is_none());
    assert_eq!(kid(&"x".repeat(MAX_TOKEN + 1)), None);
}

#[test]
fn an_outside_issuer_is_trusted_with_its_own_claims() {
    let signer = signer();
    install();
    let (x, y) = signer.point[1..].split_at(32);
    let jwks = json!({"keys": [
        {"kty": "EC", "crv": "P-256", "kid": "k1", "alg": "ES256",
         "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)},
        {"kty": "oct", "kid": "secret", "k": "AAAA"},
    ]});
    let outside = Issuer {
        issuer: ISSUER.into(),
        audience: "api".into(),
        jwks_url: String::new(),
        claims: ClaimNames {
            tenant: "org".into(),
            mode: "env".into(),
            scope: "permissions".into(),
        },
        tenants: vec![],
        scopes: vec![],
        key_set: None,
    };
    let keys = VerifyingKey::outside(&outside, &jwks.to_string());
    assert_eq!(keys.len(), 1, "a shared secret is not a key to trust");
    let claims = json!({
        "iss": ISSUER, "aud": "api", "exp": clock::now().seconds() + 60,
        "org": "3c90c3cc-0d44-4b50-8888-8dd25736052a", "env": "live",
        "permissions": ["users:read", "payments:read"],
    });
    let caller = keys[0].verify(&token(&signer, &claims)).unwrap();
    assert_eq!(caller.scope.mode, Mode::Live);
    assert_eq!(caller.scopes, "users:read payments:read");
}
