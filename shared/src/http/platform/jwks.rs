//! The key set that verifies access tokens (RFC 7517).

use crate::store::key_ring::PublicKey;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use derive::View;

/// Keys that verify access tokens.
#[derive(View)]
pub struct JwksView {
    /// The keys.
    pub keys: Vec<JwkView>,
}

/// A key on P-256.
#[derive(View)]
pub struct JwkView {
    /// Always `EC`.
    pub kty: &'static str,
    /// Always `P-256`.
    pub crv: &'static str,
    /// Always `ES256`.
    pub alg: &'static str,
    /// Always `sig`.
    pub r#use: &'static str,
    /// Names the key in a token's header.
    pub kid: String,
    /// base64url.
    pub x: String,
    /// base64url.
    pub y: String,
}

/// The key set.
#[must_use]
pub fn view(keys: &[PublicKey]) -> JwksView {
    let keys = keys.iter().filter_map(|key| {
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
