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
        link_token::{self, LinkKey},
    },
    model::{
        Scope,
        id::{AttemptId, PaymentIntentId},
        key_ring::Purpose,
        payment_intent::PaymentRef,
    },
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

impl LinkKeys {
    pub(super) const fn keys(&self) -> &Keys {
        &self.0
    }
}

impl AsRef<Self> for LinkKeys {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl<I, C: AsRef<LinkKeys>> App<I, C> {
    /// The address of an intent's page.
    pub async fn pay_url(
        &self,
        req: &Request,
        scope: Scope,
        id: PaymentIntentId,
    ) -> Result<String> {
        let (number, secret) = self.capability.as_ref().0.newest(&self.store).await?;
        let key = LinkKey { number, signing: hmac_key(&secret) };
        let base = self.base_url(req)?;
        Ok(format!("{base}/pay/{}", link_token::encode(&key, scope, id)))
    }

    /// The intent a link token stands for. A forged token costs no read of an intent.
    pub async fn link(&self, token: &str) -> Result<PaymentRef> {
        let unknown = || Problem::NotFound(Resource::Link);
        let number = link_token::key_number(token).ok_or_else(unknown)?;
        let key =
            self.capability.as_ref().0.numbered(&self.store, number).await?.ok_or_else(unknown)?;
        let payment = link_token::decode(&hmac_key(&key), token).ok_or_else(unknown)?;
        log::about(payment.scope);
        Ok(payment)
    }

    /// What the browser of a submit shows later, to be told what only the payer may know.
    pub async fn receipt(&self, scope: Scope, submit: AttemptId) -> Result<String> {
        let (number, secret) = self.capability.as_ref().0.newest(&self.store).await?;
        let key = LinkKey { number, signing: hmac_key(&secret) };
        Ok(link_token::encode_receipt(&key, scope, submit))
    }

    /// The submit that a browser shows the receipt of; `None` for none of this tenant's.
    pub async fn receipted(&self, scope: Scope, shown: Option<&str>) -> Result<Option<AttemptId>> {
        let shown = shown.and_then(|shown| Some((shown, link_token::key_number(shown)?)));
        let Some((shown, number)) = shown else { return Ok(None) };
        let key = self.capability.as_ref().0.numbered(&self.store, number).await?;
        let read = key.and_then(|key| link_token::decode_receipt(&hmac_key(&key), shown));
        Ok(read.filter(|(of, _)| *of == scope).map(|(_, submit)| submit))
    }
}
