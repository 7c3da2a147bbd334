//! What workers on streams, queues and schedules need.

use super::{Context, networks, policy, ready_keys, table};
use crate::{
    app::{
        Config, aws,
        endpoints::Endpoints,
        keys::{self, Keys, hmac_key},
        seal,
    },
    model::{Mode, Time, key_ring::Purpose, webhook_endpoint::WebhookEndpoint},
    processor::simulator::Simulator,
    queue::{bus::Bus, sqs::Queue},
    store::{Meter, Table},
    webhook::{
        sender::Sender,
        signature::{asymmetric, paylink, standard},
    },
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use std::fs;

/// What `publish-events` needs.
pub struct Publisher {
    /// The table, for timers.
    pub store: Table,
    /// The bus.
    pub bus: Bus,
    /// Where a look at a payment is asked for, before the minute's sweep would come by.
    pub advance: Queue,
    /// Where records go that cannot be published.
    pub failed: Queue,
}

/// What `republish-events` needs.
pub struct Republisher {
    /// The table.
    pub store: Table,
    /// The bus.
    pub bus: Bus,
}

/// What `fan-out-event` and `retry-deliveries` need.
pub struct FanOut {
    /// The table.
    pub store: Table,
    /// Where deliveries go.
    pub queue: Queue,
}

/// What `deliver-webhook` needs.
pub struct Deliverer {
    /// The table.
    pub store: Table,
    /// Where later attempts go.
    pub queue: Queue,
    /// Endpoints and their health.
    pub endpoints: Endpoints,
    /// This function, for the log.
    pub function: String,
    sender: Sender,
    live_sender: Sender,
    keys: Keys,
}

/// The signatures of one request.
pub struct Signed {
    /// `webhook-signature`.
    pub list: String,
    /// The surface's own header.
    pub own: String,
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
        Ok(Simulator { store: &self.store, key: hmac_key(&key) })
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
            endpoints: Endpoints::default(),
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

    /// Signs a body with everything of the endpoint that signs now.
    ///
    /// # Errors
    /// The webhook key cannot be opened, or a secret is not this endpoint's.
    pub async fn sign(
        &self,
        endpoint: &WebhookEndpoint,
        id: &str,
        now: Time,
        body: &str,
    ) -> std::result::Result<Signed, String> {
        let unknown = || "a webhook secret has an unknown form".to_owned();
        let stamp = now.seconds();
        let (mut list, mut own) = (Vec::new(), None);
        for secret in endpoint.live_secrets(now) {
            let shared = self.open(endpoint, &secret.sealed).await?;
            list.push(standard(&shared, id, stamp, body).ok_or_else(unknown)?);
            // Headers that hold one value keep to the oldest secret until it ends.
            own.get_or_insert_with(|| paylink(&shared, stamp, body));
            if let Some(pair) = &secret.pair {
                let private = self.open(endpoint, &pair.sealed).await?;
                list.push(asymmetric(&private, id, stamp, body).ok_or_else(unknown)?);
            }
        }
        Ok(Signed { list: list.join(" "), own: own.ok_or_else(unknown)? })
    }

    async fn open(
        &self,
        endpoint: &WebhookEndpoint,
        sealed: &str,
    ) -> std::result::Result<String, String> {
        let number = seal::key_number(sealed).unwrap_or_default();
        let key = self.keys.numbered(&self.store, number).await.map_err(|e| e.to_string())?;
        key.and_then(|key| seal::open(&key, &endpoint.id.to_string(), sealed))
            .ok_or_else(|| "a webhook secret could not be opened".to_owned())
    }
}
