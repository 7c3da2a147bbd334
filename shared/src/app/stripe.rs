//! Tenants' accounts at Stripe, opened as they are needed, and the way to Stripe.

pub mod setup;

use super::{
    aws::connections,
    clock,
    config::Config,
    keys::{KeyService, Keys},
};
use crate::{
    model::{
        Scope, Time,
        key_ring::Purpose,
        secret::{Sealed, Secret},
        stripe_credentials::{
            StripeCredentials, StripeEventSecret, StripeSecretOwner, StripeSecretUse, live,
        },
    },
    processor::{
        Unreachable,
        stripe::{
            AccountOf, Stripe, StripeAccount, StripeAccounts,
            api::{Api, RING_FROM},
            signature::StripeWebhookSecret,
        },
    },
    store::{Consistency, Table},
    webhook::sealing::{self, SealingKey},
};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

/// How long a key that was read counts: a replaced one is used no longer than that.
const FRESH_MS: i64 = 10_000;

/// Accounts remembered; with more, all are forgotten and read again.
const MAX_ACCOUNTS: usize = 500;

/// The way to Stripe, and the accounts of tenants there that this process knows.
pub struct StripeAccess {
    keys: Keys,
    known: Mutex<HashMap<Scope, (Time, StripeAccount)>>,
    connector: OnceLock<SharedHttpConnector>,
    base: String,
}

impl StripeAccess {
    /// Nothing is read and nobody is asked before an account is needed.
    pub fn new(config: &Config, service: KeyService) -> Self {
        Self {
            keys: Keys::new(Purpose::Processor, service),
            known: Mutex::default(),
            connector: OnceLock::new(),
            base: config.stripe_base.clone(),
        }
    }

    /// The adapter for every tenant that has an account.
    pub fn adapter<'a>(&'a self, store: &'a Table) -> Stripe<'a> {
        Stripe { store, accounts: self, connector: self.connector(), base: &self.base }
    }

    /// Asks in an account's name, and in that of a connected one.
    pub fn api<'a>(&'a self, account: &'a StripeAccount, connected: Option<&'a str>) -> Api<'a> {
        Api { connector: self.connector(), base: &self.base, key: &account.key, connected }
    }

    /// Seals a secret for one use of one tenant's account.
    pub async fn seal<K>(
        &self,
        store: &Table,
        owner: StripeSecretOwner,
        secret: &Secret<K>,
    ) -> Result<Sealed<K>, Unreachable> {
        let opened = self.keys.newest(store).await.map_err(told)?;
        let key = SealingKey { number: opened.0, secret: &opened.1 };
        let sealed = sealing::seal(key, owner, secret, clock::random());
        sealed.ok_or_else(|| Unreachable("a key was not sealed".to_owned()))
    }

    /// Every secret that proves events to be Stripe's at `now`: those of the account's own events, and
    /// those of the events of connected accounts. `None` where the tenant has no account.
    pub async fn event_secrets(
        &self,
        store: &Table,
        scope: Scope,
        now: Time,
    ) -> Result<Option<Vec<StripeWebhookSecret>>, Unreachable> {
        let Some(kept) = store.stripe_credentials(scope, Consistency::Strong).await? else {
            return Ok(None);
        };
        let mut opened = Vec::new();
        for (secrets, used_for) in [
            (&kept.events, StripeSecretUse::Events),
            (&kept.connected_events, StripeSecretUse::ConnectedEvents),
        ] {
            for StripeEventSecret { sealed, .. } in live(secrets, now) {
                let owner = StripeSecretOwner { scope, used_for };
                opened.push(self.open(store, owner, sealed).await?);
            }
        }
        Ok(Some(opened))
    }

    /// A tenant's account, opened.
    pub async fn opened(
        &self,
        store: &Table,
        kept: &StripeCredentials,
    ) -> Result<StripeAccount, Unreachable> {
        let owner = StripeSecretOwner { scope: kept.scope, used_for: StripeSecretUse::Key };
        Ok(StripeAccount { key: self.open(store, owner, &kept.sealed_key).await? })
    }

    async fn open<K>(
        &self,
        store: &Table,
        owner: StripeSecretOwner,
        sealed: &Sealed<K>,
    ) -> Result<Secret<K>, Unreachable> {
        let number = sealed.key_number().unwrap_or_default();
        let key = self.keys.numbered(store, number).await.map_err(told)?;
        key.and_then(|key| sealing::open(&key, owner, sealed)).ok_or_else(|| {
            let Scope { tenant, mode } = owner.scope;
            let way_out = "put the account again (operators-put-processor)";
            let cause = format!("Stripe's key does not open any more: {way_out}");
            let (whose, mode) = (tenant.to_string(), mode.as_str());
            tracing::warn!(
                tenant = whose,
                mode,
                fault = "key_does_not_open",
                cause,
                account_failures = RING_FROM,
                "an account at Stripe cannot be asked"
            );
            Unreachable(format!("{tenant} {mode}: {cause}"))
        })
    }

    async fn find(
        &self,
        store: &Table,
        scope: Scope,
        now: Time,
    ) -> Result<Option<StripeAccount>, Unreachable> {
        let known = self.known().get(&scope).cloned();
        if let Some((read_at, account)) = known
            && now.ms_since(read_at) < FRESH_MS
        {
            return Ok(Some(account));
        }
        let Some(kept) = store.stripe_credentials(scope, Consistency::Strong).await? else {
            return Ok(None);
        };
        let account = self.opened(store, &kept).await?;
        let mut known = self.known();
        if known.len() >= MAX_ACCOUNTS {
            known.clear();
        }
        known.insert(scope, (now, account.clone()));
        Ok(Some(account))
    }

    fn connector(&self) -> &SharedHttpConnector {
        self.connector.get_or_init(connections::public_connector)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Scope, (Time, StripeAccount)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StripeAccounts for StripeAccess {
    fn account<'a>(&'a self, store: &'a Table, scope: Scope) -> AccountOf<'a> {
        Box::pin(self.find(store, scope, clock::now()))
    }
}

fn told(error: super::keys::KeyError) -> Unreachable {
    Unreachable(error.to_string())
}

#[cfg(test)]
mod tests;
