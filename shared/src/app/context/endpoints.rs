//! Webhook endpoints: where they may be, and the secrets that sign what they get.

use super::{Capability, networks, policy, ready_keys};
use crate::{
    app::{App, Config, aws, clock, keys::Keys},
    http::Result,
    model::{
        Mode,
        id::WebhookEndpointId,
        key_ring::Purpose,
        secret::{OwnedSecret, Sealed, Secret, SigningSecret},
        webhook_endpoint::{EndpointSecret, SigningPair},
    },
    operations::{Problem, problem::on},
    queue::sqs::Queue,
    store::Table,
    webhook::{
        egress::Network,
        sealing::{self, SealingKey},
        sender, signature,
    },
};

/// The keys that seal webhook secrets, and where webhooks may go.
pub struct WebhookKeys {
    keys: Keys,
    networks: &'static [Network],
}

/// The queue of deliveries, for functions that send one again.
pub struct DeliveryQueue(pub Queue);

impl Capability for WebhookKeys {
    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        let keys = ready_keys(config, store, Purpose::Webhook).await?;
        Ok(Self { keys, networks: networks(config)? })
    }
}

impl AsRef<Self> for WebhookKeys {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Capability for DeliveryQueue {
    async fn ready(config: &Config, _: &Table) -> std::result::Result<Self, String> {
        Ok(Self(Queue::new(aws::sqs(&config.aws)?, config.delivery_queue.clone())))
    }
}

impl<I: Sync, C: AsRef<WebhookKeys> + Sync> App<I, C> {
    /// Whether webhooks may be posted to this URL: its form, and what its name resolves to now.
    /// The sender checks again when it connects.
    ///
    /// # Errors
    /// 422 naming the field `url`.
    pub async fn check_url(&self, mode: Mode, url: &str) -> Result<()> {
        let policy =
            policy(self.config.allow_local_webhooks, self.capability.as_ref().networks, mode);
        sender::vet(url, policy).await.map_err(|invalid| on("url", invalid))
    }

    /// A secret to sign with, sealed for one endpoint: the one that the tenant brings along, or a
    /// new one; with a new Ed25519 key where that is asked for.
    pub async fn signing_secret(
        &self,
        owner: WebhookEndpointId,
        own: Option<&SigningSecret>,
        with_pair: bool,
    ) -> Result<EndpointSecret> {
        let sealed = match own {
            Some(own) => self.seal(owner, own).await?,
            None => self.seal(owner, &signature::new_secret(clock::random())).await?,
        };
        let pair = if with_pair { Some(self.signing_pair(owner).await?) } else { None };
        Ok(EndpointSecret { sealed, pair, created_at: clock::now(), ends_at: None })
    }

    /// A new Ed25519 key, sealed for one endpoint.
    pub async fn signing_pair(&self, owner: WebhookEndpointId) -> Result<SigningPair> {
        let pair = signature::new_pair(clock::random());
        let (private, public) =
            pair.ok_or_else(|| Problem::internal("no key pair could be made"))?;
        Ok(SigningPair { sealed: self.seal(owner, &private).await?, public })
    }

    async fn seal<K>(&self, owner: WebhookEndpointId, secret: &Secret<K>) -> Result<Sealed<K>> {
        let (number, key) = self.capability.as_ref().keys.newest(&self.store).await?;
        sealing::seal(SealingKey { number, secret: &key }, owner, secret, clock::random())
            .ok_or_else(|| Problem::internal("a secret could not be sealed"))
    }

    /// Opens a secret for the one answer that shows it.
    pub async fn reveal<K>(&self, sealed: Option<OwnedSecret<K>>) -> Result<Option<Secret<K>>> {
        let Some(OwnedSecret { owner, sealed }) = sealed else { return Ok(None) };
        let number = sealed.key_number().unwrap_or_default();
        let key = self.capability.as_ref().keys.numbered(&self.store, number).await?;
        let secret = key.and_then(|key| sealing::open(&key, owner, &sealed));
        let unopened = || Problem::internal("a webhook secret could not be opened");
        secret.ok_or_else(unopened).map(Some)
    }
}
