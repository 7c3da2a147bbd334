//! The key set that verifies access tokens (RFC 7517).

use crate::{model::Time, store::key_ring::PublishedKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use derive::View;

/// Keys that verify access tokens.
#[derive(View)]
pub struct JwksView {
    /// The public keys, of which a token's `kid` names one.
    pub keys: Vec<JwkView>,
}

/// A key on P-256.
#[derive(View)]
pub struct JwkView {
    /// The key's type (RFC 7517): always `EC`.
    pub kty: &'static str,
    /// The key's curve (RFC 7518): always `P-256`.
    pub crv: &'static str,
    /// What the key signs with (RFC 7518): always `ES256`.
    pub alg: &'static str,
    /// Always `sig`.
    pub r#use: &'static str,
    /// Names the key in a token's header.
    pub kid: String,
    /// The point's first coordinate in base64url, 32 bytes.
    pub x: String,
    /// The point's second coordinate in base64url, 32 bytes.
    pub y: String,
}

/// The key set at `now`: without keys that have ended.
pub fn view(keys: &[PublishedKey], now: Time) -> JwksView {
    let keys = keys.iter().filter(|key| key.is_live_at(now)).filter_map(|key| {
        let point = URL_SAFE_NO_PAD.decode(&key.point).ok()?;
        let (x, y) = point.get(1..65)?.split_at_checked(32)?;
        Some(JwkView {
            kty: "EC",
            crv: "P-256",
            alg: "ES256",
            r#use: "sig",
            kid: key.kid.clone(),
            x: URL_SAFE_NO_PAD.encode(x),
            y: URL_SAFE_NO_PAD.encode(y),
        })
    });
    JwksView { keys: keys.collect() }
}
