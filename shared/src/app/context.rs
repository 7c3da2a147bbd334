//! What functions need, made ready during init. Each function names the smallest one that serves.
//!
//! HTTP functions have an [`App`](super::App): how their callers prove who they are
//! ([`identity`](super::identity)) and what they can do are parameters of it. Capabilities:
//!
//! - [`links`]: tokens of payment links.
//! - [`endpoints`]: secrets of webhook endpoints, and the queue of deliveries.
//! - [`issuer`]: issues access tokens.
//! - [`peppers`]: hashes passwords.
//! - [`second_factors`]: seals and opens second factors of members.
//! - [`providers`]: hands cards and bank accounts to their provider, and asks it for money.
//! - [`checkout`]: what charges a card for a link.
//! - [`checks`]: shows the bank's check of a card.
//! - [`downloads`]: shows files of documents.
//! - [`stripe_events`]: takes in what Stripe tells.
//!
//! [`workers`] are behind streams, queues and schedules.

pub mod checkout;
pub mod checks;
pub mod downloads;
pub mod endpoints;
pub mod issuer;
pub mod links;
pub mod peppers;
pub mod providers;
pub mod second_factors;
pub mod stripe_events;
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
pub use checks::Checks;
pub use downloads::Downloads;
pub use endpoints::{DeliveryQueue, WebhookKeys};
pub use issuer::TokenIssuer;
pub use links::LinkKeys;
pub use peppers::PasswordPepper;
pub use providers::Providers;
pub use second_factors::SecondFactors;
pub use stripe_events::{StripeDoor, StripeReader, Sweeper};
pub use workers::{
    Deliverer, FanOut, IssuerKeys, Publisher, Reconciler, Renderer, Republisher, Statistician,
};

/// Something a function needs.
pub trait Context: Sized + Send + Sync + 'static {
    /// Makes it from the settings, once, during init; the error says why it cannot be.
    fn ready(config: Config) -> impl Future<Output = std::result::Result<Self, String>> + Send;

    /// What was asked of the table, where there is one.
    fn meter(&self) -> Option<&Meter> {
        None
    }
}

/// Something an [`App`](super::App) can do, made ready during init.
pub trait Capability: Sized + Send + Sync + 'static {
    /// Makes it once, during init; the error says why it cannot be.
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

/// What functions have that need the table and no keys.
pub struct Records {
    /// The table, under the name that the settings give.
    pub store: Table,
    /// This function, for its metrics.
    pub function: String,
}

/// What operators' functions need.
pub struct Operator {
    /// Where keys, tenants and merchant accounts are kept.
    pub store: Table,
    /// Makes the deployment's keys, wrapped by its key in KMS.
    pub key_service: KeyService,
    /// What the environment says, as it was read when the process began.
    pub config: Config,
}

/// For functions that use neither the table nor the settings.
pub struct Nothing;

/// The deployment's settings alone.
pub struct SettingsOnly {
    /// What the environment says, as it was read when the process began.
    pub config: Config,
}

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

pub(super) fn key_service(config: &Config) -> std::result::Result<KeyService, String> {
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

impl From<keys::KeyError> for Problem {
    #[track_caller]
    fn from(error: keys::KeyError) -> Self {
        match error {
            keys::KeyError::Store(error) => error.into(),
            keys::KeyError::NoKeys(_) | keys::KeyError::Kms(_) => Self::internal(error),
        }
    }
}

impl Context for Nothing {
    async fn ready(_: Config) -> std::result::Result<Self, String> {
        Ok(Self)
    }
}

impl Context for SettingsOnly {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        Ok(Self { config })
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
