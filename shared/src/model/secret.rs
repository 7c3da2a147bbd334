//! Secrets as types: a secret is made or brought once, sealed once, and opened where it is used.
//!
//! `zeroize` and not `secrecy`: the first is in every function already, through TLS.

use crate::{digest::same, model::id::WebhookEndpointId};
use std::{fmt, marker::PhantomData};
use zeroize::Zeroizing;

/// A secret text. It cannot be printed by mistake, and its memory is wiped when it is dropped.
pub struct Secret<K>(Zeroizing<String>, PhantomData<K>);

/// A secret as it is kept: `<number of the key>.<base64>`. It opens for its owner only.
pub struct Sealed<K>(String, PhantomData<K>);

/// A sealed secret with the endpoint that it belongs to, for which alone it opens.
pub struct OwnedSecret<K> {
    /// The endpoint whose secret it is; the secret opens for no other.
    pub owner: WebhookEndpointId,
    /// The secret, encrypted with one of the deployment's keys.
    pub sealed: Sealed<K>,
}

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
    /// A password, a code or a token, as somebody typed or sent it.
    #[derive(Debug)]
    pub enum Typed {}
    /// Lets its holder ask in somebody's name for some minutes.
    #[derive(Debug)]
    pub enum Access {}
    /// Gets the next pair of a session's tokens.
    #[derive(Debug)]
    pub enum Refresh {}
    /// Proves a browser at its next sign-in.
    #[derive(Debug)]
    pub enum Device {}
    /// Lets its holder become a member who was invited.
    #[derive(Debug)]
    pub enum Invitation {}
    /// Sets a new password.
    #[derive(Debug)]
    pub enum Reset {}
    /// Goes on with a sign-in that needs a code.
    #[derive(Debug)]
    pub enum Challenge {}
    /// What an authenticator app knows.
    #[derive(Debug)]
    pub enum Totp {}
    /// Opens the page of one payment.
    #[derive(Debug)]
    pub enum Link {}
    /// Proves to Stripe which account asks.
    #[derive(Debug)]
    pub enum Stripe {}
    /// Proves to us that Stripe speaks.
    #[derive(Debug)]
    pub enum StripeWebhook {}
    /// Shows the bank's check of one payment, at its processor.
    #[derive(Debug)]
    pub enum Check {}
    /// Stands for a card or a bank account at its processor.
    #[derive(Debug)]
    pub enum Processor {}
}

/// Signs webhooks: `whsec_` and base64, as its receiver knows it.
pub type SigningSecret = Secret<kind::Signing>;

/// Signs webhooks with Ed25519: 32 bytes in base64. No tenant ever sees it.
pub type PrivateKey = Secret<kind::Private>;

/// Proves a client's identity. Kept as a hash only.
pub type ClientSecret = Secret<kind::Client>;

/// Opens the payments or the links surface. Kept as a hash only.
pub type ApiKeyText = Secret<kind::ApiKey>;

/// A password, a code or a token in a request, exactly as it came.
pub type TypedSecret = Secret<kind::Typed>;

/// An access token's text: a JWT of the platform surface, or a `pls_...` of a session.
pub type AccessTokenText = Secret<kind::Access>;

/// A refresh token's text. Only its counter is kept.
pub type RefreshTokenText = Secret<kind::Refresh>;

/// The text by which a browser is known at its next sign-in.
pub type DeviceTokenText = Secret<kind::Device>;

/// What stands behind the `#` of an invitation's address. Kept as a hash only.
pub type InvitationToken = Secret<kind::Invitation>;

/// What stands behind the `#` of a reset's address. Kept as a hash only.
pub type ResetToken = Secret<kind::Reset>;

/// What stands in a payment page's address.
pub type LinkToken = Secret<kind::Link>;

/// What a processor gave for a card or a bank account: it moves money. Kept as it is, since the
/// processor takes it from us alone.
pub type ProcessorToken = Secret<kind::Processor>;

/// What an authenticator app and a member share, in base32.
pub type TotpSecret = Secret<kind::Totp>;

/// Goes on with a sign-in that needs a code. Kept as a hash only.
pub type ChallengeToken = Secret<kind::Challenge>;

/// Verifies Ed25519 signatures: `whpk_` and base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(pub String);

impl<K> Secret<K> {
    /// Takes a text over; no other copy of it may be left.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text), PhantomData)
    }

    /// The text, for the moment of its use: a signature, or the one answer that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Secret<kind::Typed> {
    /// The same text, once it is known what it is.
    pub fn of_kind<K>(self) -> Secret<K> {
        Secret(self.0, PhantomData)
    }
}

impl<K> Sealed<K> {
    /// A sealed text as it was kept.
    pub const fn kept(text: String) -> Self {
        Self(text, PhantomData)
    }

    /// The text to keep.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of the key that sealed it; `None` for a text that no code of ours has sealed.
    pub fn key_number(&self) -> Option<u8> {
        self.0.split_once('.')?.0.parse().ok()
    }
}

impl<K> Clone for Secret<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

/// Takes the same time wherever two texts differ.
impl<K> PartialEq for Secret<K> {
    fn eq(&self, other: &Self) -> bool {
        same(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl<K> Eq for Secret<K> {}

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
