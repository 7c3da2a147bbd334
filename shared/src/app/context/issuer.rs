//! Issues access tokens.

use super::{Capability, ready_keys};
use crate::{
    app::{
        App, Config, clock,
        jwt::{self, Caller},
        keys::{Keys, hmac_key},
    },
    http::Result,
    model::{key_ring::Purpose, secret::ClientSecret},
    operations::Problem,
    store::{Table, key_ring},
};

/// The key that signs tokens, and the pepper of clients' secrets.
pub struct TokenIssuer {
    signing: Keys,
    pepper: Keys,
}

impl Capability for TokenIssuer {
    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        jwt::install();
        let signing = ready_keys(config, store, Purpose::Signing).await?;
        let pepper = ready_keys(config, store, Purpose::Pepper).await?;
        Ok(Self { signing, pepper })
    }
}

impl<I> App<I, TokenIssuer> {
    /// Whether a secret is the one behind this hash. Takes the same time whatever differs.
    ///
    /// # Errors
    /// The pepper cannot be opened.
    pub async fn secret_fits(&self, secret: &ClientSecret, hash: &str) -> Result<bool> {
        let (_, pepper) = self.capability.pepper.newest(&self.store).await?;
        let expected: Vec<u8> = hash
            .as_bytes()
            .chunks(2)
            .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        Ok(ring::hmac::verify(&hmac_key(&pepper), secret.reveal().as_bytes(), &expected).is_ok())
    }

    /// An access token.
    ///
    /// # Errors
    /// The signing key cannot be opened.
    pub async fn issue(&self, client_id: &str, caller: &Caller) -> Result<String> {
        let (number, key) = self.capability.signing.newest(&self.store).await?;
        let kid = key_ring::kid(number);
        let id = clock::new_id::<()>().to_string();
        jwt::issue((&kid, &key), &self.config.issuer, client_id, caller, id)
            .ok_or_else(|| Problem::internal("a token could not be signed"))
    }
}
