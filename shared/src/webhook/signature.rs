//! How a receiver tells that we sent it: signatures over the very bytes of the body.
//!
//! The first two leave with each delivery, and one of the others with those of its surface. They
//! read the same secret differently:
//!
//! | header | value | key |
//! |---|---|---|
//! | `webhook-signature` | `v1,<base64 of HMAC-SHA256 of "id.timestamp.body">` | what follows `whsec_`, decoded |
//! | the same, where asked for | `v1a,<base64 of the Ed25519 signature of "id.timestamp.body">` | the endpoint's own key pair |
//! | `Paylink-Signature` (platform) | `t=<timestamp>,v1=<hex of HMAC-SHA256 of "timestamp.body">` | the secret as shown, as UTF-8 |
//! | `X-Paylink-Signature` (payments) | hex of HMAC-SHA256 of the body | the same |
//! | `X-Webhook-Signature` (links) | `sha256=<hex of HMAC-SHA256 of the body>` | the same |

use crate::{
    digest::hex,
    model::{
        Invalid,
        secret::{PrivateKey, PublicKey, SigningSecret},
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

/// What every signing secret starts with.
const PREFIX: &str = "whsec_";

/// What the public key of an endpoint starts with.
const PUBLIC_PREFIX: &str = "whpk_";

/// How many bytes Standard Webhooks allows a key to have.
const KEY_BYTES: RangeInclusive<usize> = 24..=64;

/// A new signing secret as it is shown to the tenant.
pub fn new_secret(random: [u8; 32]) -> SigningSecret {
    SigningSecret::new(format!("{PREFIX}{}", STANDARD.encode(random)))
}

/// A signing secret that a tenant brings along.
///
/// # Errors
/// It does not start with `whsec_`, or what follows is not 24 to 64 bytes in base64.
pub fn own_secret(text: String) -> Result<SigningSecret, Invalid> {
    let secret = SigningSecret::new(text);
    match key_of(&secret) {
        Some(_) => Ok(secret),
        None => Err(Invalid::new("must be whsec_ and 24 to 64 bytes in base64")),
    }
}

fn key_of(secret: &SigningSecret) -> Option<Zeroizing<Vec<u8>>> {
    let key = Zeroizing::new(STANDARD.decode(secret.reveal().strip_prefix(PREFIX)?).ok()?);
    KEY_BYTES.contains(&key.len()).then_some(key)
}

/// An Ed25519 key pair made of 32 random bytes. `None` for bytes that are no key, which no 32 bytes
/// are.
pub fn new_pair(random: [u8; 32]) -> Option<(PrivateKey, PublicKey)> {
    let pair = Ed25519KeyPair::from_seed_unchecked(&random).ok()?;
    let public = format!("{PUBLIC_PREFIX}{}", STANDARD.encode(pair.public_key().as_ref()));
    Some((PrivateKey::new(STANDARD.encode(random)), PublicKey(public)))
}

/// The Ed25519 value of `webhook-signature` under one private key; `None` when it is no key.
pub fn asymmetric(private: &PrivateKey, id: &str, timestamp_s: i64, body: &str) -> Option<String> {
    let seed = Zeroizing::new(STANDARD.decode(private.reveal()).ok()?);
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
    let signature = pair.sign(format!("{id}.{timestamp_s}.{body}").as_bytes());
    Some(format!("v1a,{}", STANDARD.encode(signature.as_ref())))
}

/// The value of `webhook-signature` under one secret; `None` when `secret` is not a signing secret.
/// While secrets overlap, the header lists one such value per secret, separated by spaces.
pub fn standard(secret: &SigningSecret, id: &str, timestamp_s: i64, body: &str) -> Option<String> {
    let key = key_of(secret)?;
    let mac = mac(&key, &[id, ".", &timestamp_s.to_string(), ".", body]);
    Some(format!("v1,{}", STANDARD.encode(mac)))
}

/// The value of `Paylink-Signature`, version 1.
pub fn platform(secret: &SigningSecret, timestamp_s: i64, body: &str) -> String {
    let mac = mac(secret.reveal().as_bytes(), &[&timestamp_s.to_string(), ".", body]);
    format!("t={timestamp_s},v1={}", hex(mac.as_ref()))
}

/// The value of `X-Paylink-Signature`.
pub fn payments(secret: &SigningSecret, body: &str) -> String {
    hex(mac(secret.reveal().as_bytes(), &[body]).as_ref())
}

/// The value of `X-Webhook-Signature`.
pub fn links(secret: &SigningSecret, body: &str) -> String {
    format!("sha256={}", hex(mac(secret.reveal().as_bytes(), &[body]).as_ref()))
}

/// HMAC-SHA256 of the parts, one after the other.
fn mac(key: &[u8], parts: &[&str]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(part.as_bytes());
    }
    context.sign()
}

#[cfg(test)]
mod tests;
