//! How a receiver tells that we sent it: signatures over the very bytes of the body.
//!
//! Two signatures leave with each delivery, and they read the same secret differently:
//!
//! | header | value | key |
//! |---|---|---|
//! | `webhook-signature` | `v1,<base64 of HMAC-SHA256 of "id.timestamp.body">` | what follows `whsec_`, decoded |
//! | `Paylink-Signature` | `t=<timestamp>,v1=<hex of HMAC-SHA256 of "timestamp.body">` | the secret as shown, as UTF-8 |

use crate::digest::hex;
use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac;
use std::ops::RangeInclusive;

/// What every signing secret starts with.
const PREFIX: &str = "whsec_";

/// How many bytes Standard Webhooks allows a key to have.
const KEY_BYTES: RangeInclusive<usize> = 24..=64;

/// A new signing secret as it is shown to the tenant.
#[must_use]
pub fn new_secret(random: [u8; 32]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(random))
}

/// The value of `webhook-signature` under one secret; `None` when `secret` is not a signing secret.
/// While secrets overlap, the header lists one such value per secret, separated by spaces.
#[must_use]
pub fn standard(secret: &str, id: &str, timestamp_s: i64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    if !KEY_BYTES.contains(&key.len()) {
        return None;
    }
    let mac = mac(&key, &[id, ".", &timestamp_s.to_string(), ".", body]);
    Some(format!("v1,{}", STANDARD.encode(mac)))
}

/// The value of `Paylink-Signature`, version 1.
#[must_use]
pub fn paylink(secret: &str, timestamp_s: i64, body: &str) -> String {
    let mac = mac(secret.as_bytes(), &[&timestamp_s.to_string(), ".", body]);
    format!("t={timestamp_s},v1={}", hex(mac.as_ref()))
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
