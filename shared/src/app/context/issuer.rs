//! Issues access tokens.

use super::{Capability, ready_keys};
use crate::{
    app::{
        App, Config, clock,
        jwt::{self, Caller},
        keys::Keys,
    },
    http::Result,
    model::{
        Time,
        key_ring::Purpose,
        secret::{AccessTokenText, ClientSecret},
        tenant::Client,
    },
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
    /// Whether a secret is one of the client's at `now`. Takes the same time whatever differs.
    pub async fn secret_fits(
        &self,
        secret: &ClientSecret,
        client: &Client,
        now: Time,
    ) -> Result<bool> {
        let (pepper, secret) = (&self.capability.pepper, secret.reveal());
        let mut fits = pepper.fits(&self.store, secret, &client.secret_hash).await?;
        if let Some(replaced) = client.replaced_hash_at(now) {
            fits |= pepper.fits(&self.store, secret, replaced).await?;
        }
        Ok(fits)
    }

    /// Signs an access token with the newest key; it ends at the caller's `expires_at`.
    pub async fn issue(&self, client_id: &str, caller: &Caller) -> Result<AccessTokenText> {
        let (number, key) = self.capability.signing.newest(&self.store).await?;
        let kid = key_ring::kid(number);
        let id = clock::new_id::<()>().to_string();
        let token = jwt::issue(&kid, &key, &self.config.issuer, client_id, caller, id);
        let token = token.map(AccessTokenText::new);
        token.ok_or_else(|| Problem::internal("a token could not be signed"))
    }
}
