//! What workers on streams, queues and schedules need.

use super::{Context, networks, policy, ready_keys, table};
use crate::{
    app::{
        Config, aws,
        keys::{self, Keys, hmac_key},
    },
    model::{
        Mode, Time,
        id::WebhookEndpointId,
        key_ring::Purpose,
        secret::{Sealed, Secret},
        webhook_endpoint::WebhookEndpoint,
    },
    operations::{Problem, Result, delivering::known_endpoints::KnownEndpoints},
    processor::simulator::Simulator,
    queue::{bus::Bus, sqs::Queue},
    store::{Meter, Table},
    webhook::{headers::OpenSecret, sealing, sender::Sender},
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use std::fs;

pub use crate::operations::{fan_out::FanOut, publishing::Publisher, republishing::Republisher};

/// What `deliver-webhook` needs.
pub struct Deliverer {
    /// The table.
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

/// The table and processors.
pub struct Reconciler {
    /// The table.
    pub store: Table,
    vault: Keys,
}

impl Context for Reconciler {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let store = table(&config)?;
        let vault = ready_keys(&config, &store, Purpose::Vault).await?;
        Ok(Self { store, vault })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Reconciler {
    /// The simulator.
    ///
    /// # Errors
    /// Its key cannot be opened.
    pub async fn simulator(&self) -> std::result::Result<Simulator<'_>, keys::Error> {
        let (_, key) = self.vault.newest(&self.store).await?;
        Ok(Simulator { store: &self.store, key: hmac_key(&key), may_die: false })
    }
}

impl Context for Publisher {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        Ok(Self {
            store: table(&config)?,
            bus: Bus::new(aws::eventbridge(&config.aws)?, config.event_bus.clone()),
            advance: Queue::new(aws::sqs(&config.aws)?, config.advance_queue.clone()),
            failed: Queue::new(aws::sqs(&config.aws)?, config.failed_events_queue.clone()),
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
    #[must_use]
    pub const fn sender(&self, mode: Mode) -> &Sender {
        match mode {
            Mode::Test => &self.sender,
            Mode::Live => &self.live_sender,
        }
    }

    /// Opens everything of an endpoint that signs at `now`, oldest first.
    ///
    /// # Errors
    /// The webhook key cannot be opened, or a secret is not this endpoint's.
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
