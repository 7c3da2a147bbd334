//! What workers on streams, queues and schedules need.

use super::{
    Capability, Context, PasswordPepper, key_service, networks, policy, ready_keys, table,
};
use crate::{
    app::{
        Config, aws,
        keys::{self, Keys, hmac_key},
        stripe::StripeAccess,
    },
    model::{
        Mode, Time,
        id::WebhookEndpointId,
        key_ring::Purpose,
        secret::{Sealed, Secret},
        webhook_endpoint::WebhookEndpoint,
    },
    operations::{
        Problem, Result, delivering::known_endpoints::KnownEndpoints, search::SearchKeys,
    },
    processor::Processors,
    queue::{bus::Bus, sqs::Queue},
    store::{Meter, Table},
    webhook::{headers::OpenSecret, sealing, sender::Sender},
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use std::fs;

pub use crate::operations::{
    fan_out::FanOut, publishing::Publisher, rendering::Renderer, republishing::Republisher,
};

/// What `deliver-webhook` needs: the table, the queue, known endpoints, senders and keys.
pub struct Deliverer {
    /// Where deliveries and their attempts are kept.
    pub store: Table,
    /// Where later attempts go.
    pub queue: Queue,
    /// Endpoints and their health.
    pub endpoints: KnownEndpoints,
    /// This function, for the log.
    pub function: String,
    sender: Sender,
    live_sender: Sender,
    keys: Keys,
}

/// The table, and what fetches documents from outside.
pub struct IssuerKeys {
    /// The table, under the name that the settings give.
    pub store: Table,
    /// By the rules that webhooks go out by.
    pub sender: Sender,
}

impl Context for IssuerKeys {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let store = table(&config)?;
        let policy = policy(config.allow_local_webhooks, networks(&config)?, Mode::Test);
        let authorities = authorities(config.webhook_ca_bundle.as_deref())?;
        Ok(Self { store, sender: Sender::new(policy, authorities) })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

/// The table, and the keys that payments are found by.
pub struct Statistician {
    /// Where payments are read and their counts are kept.
    pub store: Table,
    pepper: PasswordPepper,
}

impl Context for Statistician {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let store = table(&config)?;
        let pepper = PasswordPepper::ready(&config, &store).await?;
        Ok(Self { store, pepper })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Statistician {
    /// The keys that payments are found by.
    pub async fn search_keys(&self) -> Result<SearchKeys> {
        self.pepper.search_keys(&self.store).await
    }
}

/// The table and processors.
pub struct Reconciler {
    /// Where payments are read and their outcomes are written.
    pub store: Table,
    vault: Keys,
    stripe: StripeAccess,
}

impl Context for Reconciler {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let store = table(&config)?;
        let service = key_service(&config)?;
        let vault = Keys::new(Purpose::Vault, service.clone());
        vault.warm(&store).await.map_err(|error| error.to_string())?;
        Ok(Self { store, vault, stripe: StripeAccess::new(&config, service) })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Reconciler {
    /// Who charges cards and moves money outside.
    pub async fn processors(&self) -> std::result::Result<Processors<'_>, keys::KeyError> {
        Ok(self.wallet_processors().await?.with(self.stripe.adapter(&self.store)))
    }

    /// Who moves money between wallets and the outside.
    pub async fn wallet_processors(&self) -> std::result::Result<Processors<'_>, keys::KeyError> {
        let (_, key) = self.vault.newest(&self.store).await?;
        Ok(Processors::embedded(&self.store, hmac_key(&key), false))
    }
}

impl Context for Publisher {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        Ok(Self {
            store: table(&config)?,
            bus: Bus::new(aws::eventbridge(&config.aws)?, config.event_bus.clone()),
            advance: Queue::new(aws::sqs(&config.aws)?, config.advance_queue.clone()),
            numbering: Queue::new(aws::sqs(&config.aws)?, config.numbering_queue.clone()),
            rendering: Queue::new(aws::sqs(&config.aws)?, config.rendering_queue.clone()),
            statistics: Queue::new(aws::sqs(&config.aws)?, config.statistics_queue.clone()),
            failed: Queue::new(aws::sqs(&config.aws)?, config.failed_events_queue.clone()),
        })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Context for Renderer {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        Ok(Self {
            store: table(&config)?,
            bucket: aws::documents(&config.aws, &config.documents_bucket)?,
            connector: aws::connector(&config.aws)?,
        })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Context for Republisher {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let bus = Bus::new(aws::eventbridge(&config.aws)?, config.event_bus.clone());
        Ok(Self { store: table(&config)?, bus })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Context for FanOut {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let queue = Queue::new(aws::sqs(&config.aws)?, config.delivery_queue.clone());
        Ok(Self { store: table(&config)?, queue })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Context for Deliverer {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let store = table(&config)?;
        let keys = ready_keys(&config, &store, Purpose::Webhook).await?;
        let authorities = authorities(config.webhook_ca_bundle.as_deref())?;
        let networks = networks(&config)?;
        let allow_local = config.allow_local_webhooks;
        let sender = |mode| Sender::new(policy(allow_local, networks, mode), authorities.clone());
        Ok(Self {
            queue: Queue::new(aws::sqs(&config.aws)?, config.delivery_queue.clone()),
            sender: sender(Mode::Test),
            live_sender: sender(Mode::Live),
            endpoints: KnownEndpoints::default(),
            function: config.function,
            store,
            keys,
        })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

/// Authorities of the operator's own that receivers may chain to.
fn authorities(bundle: Option<&str>) -> std::result::Result<Vec<CertificateDer<'static>>, String> {
    let Some(path) = bundle else { return Ok(Vec::new()) };
    let unreadable = |error: String| format!("WEBHOOK_CA_BUNDLE {path}: {error}");
    let pem = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let listed: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let listed = listed.map_err(|error| unreadable(error.to_string()))?;
    if listed.is_empty() {
        return Err(unreadable("holds no certificate".to_owned()));
    }
    Ok(listed)
}

impl Deliverer {
    /// What sends requests of this mode.
    pub const fn sender(&self, mode: Mode) -> &Sender {
        match mode {
            Mode::Test => &self.sender,
            Mode::Live => &self.live_sender,
        }
    }

    /// Opens everything of an endpoint that signs at `now`, oldest first.
    pub async fn open_secrets(
        &self,
        endpoint: &WebhookEndpoint,
        now: Time,
    ) -> Result<Vec<OpenSecret>> {
        let mut secrets = Vec::new();
        for secret in endpoint.live_secrets(now) {
            let private = match &secret.pair {
                Some(pair) => Some(self.open(endpoint.id, &pair.sealed).await?),
                None => None,
            };
            let shared = self.open(endpoint.id, &secret.sealed).await?;
            secrets.push(OpenSecret { shared, private });
        }
        Ok(secrets)
    }

    async fn open<K>(&self, owner: WebhookEndpointId, sealed: &Sealed<K>) -> Result<Secret<K>> {
        let number = sealed.key_number().unwrap_or_default();
        let key = self.keys.numbered(&self.store, number).await?;
        key.and_then(|key| sealing::open(&key, owner, sealed))
            .ok_or_else(|| Problem::internal("a webhook secret could not be opened"))
    }
}
