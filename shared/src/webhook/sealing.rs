//! Secrets at rest: AES-256-GCM under a key of the deployment.

use crate::model::secret::{Sealed, Secret};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::fmt::Display;
use zeroize::Zeroizing;

/// A key of the deployment's ring.
#[derive(Clone, Copy)]
pub struct SealingKey<'a> {
    /// Its number in the ring: what it sealed says so.
    pub number: u8,
    /// Its 32 bytes.
    pub secret: &'a [u8],
}

/// Seals a secret for one owner: an endpoint, a member, an account. The owner's name is authenticated,
/// so a sealed secret that is copied to another record does not open there. `nonce` must never repeat: it is random. `None`
/// for a key that is not 32 bytes.
pub fn seal<K>(
    key: SealingKey<'_>,
    owner: impl Display,
    secret: &Secret<K>,
    nonce: [u8; NONCE_LEN],
) -> Option<Sealed<K>> {
    let mut bytes = secret.reveal().as_bytes().to_vec();
    let aad = Aad::from(owner.to_string());
    let unique = Nonce::assume_unique_for_key(nonce);
    aead(key.secret)?.seal_in_place_append_tag(unique, aad, &mut bytes).ok()?;
    let text = STANDARD_NO_PAD.encode([nonce.as_slice(), &bytes].concat());
    Some(Sealed::kept(format!("{}.{text}", key.number)))
}

/// Opens what [`seal`] made, for the same owner and with the key of the same number.
pub fn open<K>(key: &[u8], owner: impl Display, sealed: &Sealed<K>) -> Option<Secret<K>> {
    let bytes = STANDARD_NO_PAD.decode(sealed.as_str().split_once('.')?.1).ok()?;
    let (nonce, bytes) = bytes.split_at_checked(NONCE_LEN)?;
    let mut bytes = Zeroizing::new(bytes.to_vec());
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let aad = Aad::from(owner.to_string());
    let text = aead(key)?.open_in_place(nonce, aad, &mut bytes).ok()?;
    Some(Secret::new(std::str::from_utf8(text).ok()?.to_owned()))
}

fn aead(key: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Time, id::WebhookEndpointId, secret::SigningSecret};

    #[test]
    fn a_sealed_secret_opens_only_with_its_key_and_for_its_owner() {
        let (key, other) = ([1; 32], [2; 32]);
        let endpoint = |n| WebhookEndpointId::mint(Time::from_ms(1_795_255_200_000), [n; 10]);
        let secret = SigningSecret::new("whsec_x".into());
        let sealed =
            seal(SealingKey { number: 7, secret: &key }, endpoint(1), &secret, [3; 12]).unwrap();
        assert_eq!(sealed.key_number(), Some(7));
        let opened = |key: &[u8], owner: WebhookEndpointId| {
            open(key, owner, &sealed).map(|secret| secret.reveal().to_owned())
        };
        assert_eq!(opened(&key, endpoint(1)).as_deref(), Some("whsec_x"));
        assert_eq!(opened(&key, endpoint(2)), None);
        assert_eq!(opened(&other, endpoint(1)), None);
        assert_ne!(
            seal(SealingKey { number: 7, secret: &key }, endpoint(1), &secret, [4; 12]),
            Some(sealed)
        );
        assert!(
            seal(SealingKey { number: 7, secret: &key[1..] }, endpoint(1), &secret, [3; 12])
                .is_none(),
            "no key"
        );
    }
}
