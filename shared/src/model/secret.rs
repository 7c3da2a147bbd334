//! Secrets as types: a secret is made or brought once, sealed once, and opened where it is used.
//!
//! `zeroize` and not `secrecy`: the first is in every function already, through TLS.

use std::{fmt, marker::PhantomData};
use zeroize::Zeroizing;

/// A secret text. It cannot be printed by mistake, and its memory is wiped when it is dropped.
pub struct Secret<K>(Zeroizing<String>, PhantomData<K>);

/// A secret as it is kept: `<number of the key>.<base64>`. It opens for its owner only.
pub struct Sealed<K>(String, PhantomData<K>);

/// What a secret is for, so that one kind is not taken for another.
pub mod kind {
    /// Shared with a receiver of webhooks.
    #[derive(Debug)]
    pub enum Signing {}
    /// The private half of an Ed25519 key pair.
    #[derive(Debug)]
    pub enum Private {}
    /// A credential's secret half.
    #[derive(Debug)]
    pub enum Client {}
    /// The whole text of an API key.
    #[derive(Debug)]
    pub enum ApiKey {}
}

/// Signs webhooks: `whsec_` and base64, as its receiver knows it.
pub type SigningSecret = Secret<kind::Signing>;

/// Signs webhooks with Ed25519: 32 bytes in base64. No tenant ever sees it.
pub type PrivateKey = Secret<kind::Private>;

/// Proves a client's identity. Kept as a hash only.
pub type ClientSecret = Secret<kind::Client>;

/// Opens the payments or the links surface. Kept as a hash only.
pub type ApiKeyText = Secret<kind::ApiKey>;

/// Verifies Ed25519 signatures: `whpk_` and base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(pub String);

impl<K> Secret<K> {
    /// Takes a text over; no other copy of it may be left.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text), PhantomData)
    }

    /// The text, for the moment of its use: a signature, or the one answer that shows it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl<K> Sealed<K> {
    /// A sealed text as it was kept.
    #[must_use]
    pub const fn kept(text: String) -> Self {
        Self(text, PhantomData)
    }

    /// The text to keep.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of the key that sealed it; `None` for a text that no code of ours has sealed.
    #[must_use]
    pub fn key_number(&self) -> Option<u8> {
        self.0.split_once('.')?.0.parse().ok()
    }
}

impl<K> Clone for Secret<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<K> fmt::Debug for Secret<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl<K> Clone for Sealed<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<K> PartialEq for Sealed<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K> Eq for Sealed<K> {}

impl<K> fmt::Debug for Sealed<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_a_secret_nor_what_is_kept_of_it_is_printed() {
        let secret = SigningSecret::new("whsec_x".into());
        let sealed = Sealed::<kind::Signing>::kept("7.c2VhbGVk".into());
        assert_eq!(format!("{:?} {:?}", Some(&secret), Some(&sealed)), "Some(Secret) Some(Sealed)");
        assert_eq!((secret.reveal(), sealed.as_str()), ("whsec_x", "7.c2VhbGVk"));
    }

    #[test]
    fn what_is_sealed_says_with_which_key() {
        let number = |text: &str| Sealed::<kind::Signing>::kept(text.into()).key_number();
        assert_eq!(number("7.c2VhbGVk"), Some(7));
        for text in ["", "7", ".x", "256.x", "x.7"] {
            assert_eq!(number(text), None, "{text:?}");
        }
    }
}
