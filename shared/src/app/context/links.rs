//! Tokens of payment links: making them, and telling ours from others.

use super::{Capability, ready_keys};
use crate::{
    app::{
        App, Config,
        keys::{Keys, hmac_key},
        log,
    },
    http::{
        Request, Result,
        link_token::{self, NumberedKey},
    },
    model::{Scope, id::PaymentIntentId, key_ring::Purpose},
    operations::{Problem, Resource},
    store::Table,
};

/// The keys of link tokens.
pub struct LinkKeys(Keys);

impl Capability for LinkKeys {
    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        ready_keys(config, store, Purpose::Link).await.map(Self)
    }
}

impl AsRef<Self> for LinkKeys {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl<I, C: AsRef<LinkKeys>> App<I, C> {
    /// The address of an intent's page.
    ///
    /// # Errors
    /// The link key cannot be opened.
    pub async fn pay_url(
        &self,
        req: &Request,
        scope: Scope,
        id: PaymentIntentId,
    ) -> Result<String> {
        let (number, secret) = self.capability.as_ref().0.newest(&self.store).await?;
        let key: NumberedKey = (number, hmac_key(&secret));
        let base = self.base_url(req)?;
        Ok(format!("{base}/pay/{}", link_token::encode(&key, scope, id)))
    }

    /// The intent a link token stands for. A forged token costs no read of an intent.
    ///
    /// # Errors
    /// 404 for a token that is not ours.
    pub async fn link(&self, token: &str) -> Result<(Scope, PaymentIntentId)> {
        let unknown = || Problem::NotFound(Resource::Link);
        let number = link_token::key_number(token).ok_or_else(unknown)?;
        let key =
            self.capability.as_ref().0.numbered(&self.store, number).await?.ok_or_else(unknown)?;
        let (scope, id) = link_token::decode(&hmac_key(&key), token).ok_or_else(unknown)?;
        log::about(scope);
        Ok((scope, id))
    }
}
