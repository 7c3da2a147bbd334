//! Tokens as text: bytes under a MAC, in base64url, behind a prefix that says what they are.

use crate::digest::same;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;

/// Bytes of a MAC in a token.
pub const MAC: usize = 16;

/// Longest token that is looked at.
const MAX: usize = 128;

/// A token of these bytes. Their first one tells kinds or versions of tokens apart.
pub fn signed(key: &hmac::Key, prefix: &str, mut bytes: Vec<u8>) -> String {
    let mac = hmac::sign(key, &bytes);
    bytes.extend(mac.as_ref().iter().take(MAC));
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The bytes that a token claims, with their MAC, which [`checked`] has to look at.
pub fn unpacked(prefix: &str, token: &str) -> Option<Vec<u8>> {
    let text = token.strip_prefix(prefix).filter(|text| text.len() < MAX)?;
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// What stands before the MAC, if it was signed with this key.
pub fn checked<'a>(key: &hmac::Key, bytes: &'a [u8]) -> Option<&'a [u8]> {
    let (signed, mac) = bytes.split_at_checked(bytes.len().checked_sub(MAC)?)?;
    let expected = hmac::sign(key, signed);
    same(expected.as_ref().get(..MAC)?, mac).then_some(signed)
}

/// The bytes of a token of this kind, if it is ours.
pub fn verified(key: &hmac::Key, prefix: &str, kind: u8, token: &str) -> Option<Vec<u8>> {
    let bytes = unpacked(prefix, token)?;
    let signed = checked(key, &bytes)?;
    (signed.first() == Some(&kind)).then(|| signed.to_vec())
}
