//! What functions need, made ready during init. Each function names the smallest one that serves.
//!
//! HTTP functions have an [`App`](super::App): how their callers prove who they are
//! ([`identity`](super::identity)) and what they can do are parameters of it. Capabilities:
//!
//! - [`links`]: tokens of payment links.
//! - [`endpoints`]: secrets of webhook endpoints, and the queue of deliveries.
//! - [`issuer`]: issues access tokens.
//! - [`peppers`]: hashes passwords.
//! - [`providers`]: hands cards and bank accounts to their provider, and asks it for money.
//! - [`checkout`]: what charges a card for a link.
//!
//! [`workers`] are behind streams, queues and schedules.

pub mod checkout;
pub mod endpoints;
pub mod issuer;
pub mod links;
pub mod peppers;
pub mod providers;
pub mod workers;

use super::{
    Config, aws,
    keys::{self, KeyService, Keys},
};
use crate::{
    model::{Mode, key_ring::Purpose},
    operations::Problem,
    store::{Meter, Table, dynamo::Dynamo},
    webhook::egress::{Network, Policy},
};

pub use checkout::Checkout;
pub use endpoints::{DeliveryQueue, WebhookKeys};
pub use issuer::TokenIssuer;
pub use links::LinkKeys;
pub use peppers::PasswordPepper;
pub use providers::Providers;
pub use workers::{Deliverer, FanOut, Publisher, Reconciler, Republisher};

/// Something a function needs.
pub trait Context: Sized + Send + Sync + 'static {
    /// Makes it ready.
    fn ready(config: Config) -> impl Future<Output = std::result::Result<Self, String>> + Send;

    /// What was asked of the table, where there is one.
    fn meter(&self) -> Option<&Meter> {
        None
    }
}

/// Something an [`App`](super::App) can do, made ready during init.
pub trait Capability: Sized + Send + Sync + 'static {
    /// Makes it ready.
    fn ready(
        config: &Config,
        store: &Table,
    ) -> impl Future<Output = std::result::Result<Self, String>> + Send;
}

impl Capability for () {
    async fn ready(_: &Config, _: &Table) -> std::result::Result<Self, String> {
        Ok(())
    }
}

/// The table alone.
pub struct Records {
    /// The table.
    pub store: Table,
    /// This function, for its metrics.
    pub function: String,
}

/// What operators' functions need.
pub struct Operator {
    /// The table.
    pub store: Table,
    /// Makes keys.
    pub key_service: KeyService,
    /// The deployment's settings.
    pub config: Config,
}

/// Nothing at all.
pub struct Nothing;

pub(super) fn table(config: &Config) -> std::result::Result<Table, String> {
    Ok(Table::Dynamo(Dynamo::new(aws::dynamodb(&config.aws)?, config.table.clone())))
}

/// Plain http and loopback are for test mode, and only where the deployment allows them.
const fn policy(allow_local: bool, networks: &'static [Network], mode: Mode) -> Policy {
    match mode {
        Mode::Test => Policy { allow_local, networks },
        Mode::Live => Policy { allow_local: false, networks },
    }
}

/// Networks of the operator's own, read once per process.
fn networks(config: &Config) -> std::result::Result<&'static [Network], String> {
    let texts = config.webhook_networks.split(',').map(str::trim).filter(|text| !text.is_empty());
    let networks: std::result::Result<Vec<Network>, _> = texts.map(str::parse).collect();
    let networks = networks.map_err(|invalid| format!("WEBHOOK_NETWORKS: {}", invalid.0))?;
    Ok(networks.leak())
}

fn key_service(config: &Config) -> std::result::Result<KeyService, String> {
    Ok(KeyService::new(aws::kms(&config.aws)?, config.kms_key.clone()))
}

pub(super) async fn ready_keys(
    config: &Config,
    store: &Table,
    purpose: Purpose,
) -> std::result::Result<Keys, String> {
    let keys = Keys::new(purpose, key_service(config)?);
    keys.warm(store).await.map_err(|error| error.to_string())?;
    Ok(keys)
}

impl From<keys::Error> for Problem {
    #[track_caller]
    fn from(error: keys::Error) -> Self {
        match error {
            keys::Error::Store(error) => error.into(),
            keys::Error::NoKeys(_) | keys::Error::Kms(_) => Self::internal(error),
        }
    }
}

impl Context for Nothing {
    async fn ready(_: Config) -> std::result::Result<Self, String> {
        Ok(Self)
    }
}

impl Context for Records {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        Ok(Self { store: table(&config)?, function: config.function })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Context for Operator {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let (store, key_service) = (table(&config)?, key_service(&config)?);
        Ok(Self { store, key_service, config })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}
