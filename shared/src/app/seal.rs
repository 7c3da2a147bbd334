//! Secrets at rest: sealed with AES-256-GCM under the deployment's webhook key.

use super::{clock, keys::Secret};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Seals `text` for one place: `owner` is authenticated, so a sealed secret copied to another
/// record does not open there. Answers `<key number>.<base64>`.
#[must_use]
pub fn seal(key: (u8, &Secret), owner: &str, text: &str) -> Option<String> {
    let nonce: [u8; NONCE_LEN] = clock::random();
    let mut bytes = text.as_bytes().to_vec();
    aead(key.1)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(owner.as_bytes()),
            &mut bytes,
        )
        .ok()?;
    Some(format!("{}.{}", key.0, STANDARD_NO_PAD.encode([nonce.as_slice(), &bytes].concat())))
}

/// The number of the key that sealed a text.
#[must_use]
pub fn key_number(sealed: &str) -> Option<u8> {
    sealed.split_once('.')?.0.parse().ok()
}

/// Opens what [`seal`] made, for the same owner.
#[must_use]
pub fn open(key: &Secret, owner: &str, sealed: &str) -> Option<String> {
    let bytes = STANDARD_NO_PAD.decode(sealed.split_once('.')?.1).ok()?;
    let (nonce, bytes) = bytes.split_at_checked(NONCE_LEN)?;
    let mut bytes = bytes.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let text = aead(key)?.open_in_place(nonce, Aad::from(owner.as_bytes()), &mut bytes).ok()?;
    String::from_utf8(text.to_vec()).ok()
}

fn aead(key: &Secret) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_sealed_secret_opens_only_with_its_key_and_for_its_owner() {
        let (key, other) = (Arc::new(vec![1; 32]), Arc::new(vec![2; 32]));
        let sealed = seal((7, &key), "endpoint", "whsec_x").unwrap();
        assert_eq!(key_number(&sealed), Some(7));
        assert_eq!(open(&key, "endpoint", &sealed).as_deref(), Some("whsec_x"));
        assert_eq!(open(&key, "another", &sealed), None);
        assert_eq!(open(&other, "endpoint", &sealed), None);
        assert_ne!(sealed, seal((7, &key), "endpoint", "whsec_x").unwrap());
    }
}
