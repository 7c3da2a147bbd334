//! What the buyer's page and its calls need.

use super::{Context, ready_keys, table};
use crate::{
    app::{
        Config, clock,
        keys::{Keys, hmac_key},
        log,
    },
    http::{Result, link_token},
    model::{Scope, Time, id::PaymentIntentId, key_ring::Purpose},
    operations::{Problem, Resource},
    processor::simulator::Simulator,
    store::{Meter, Table},
};

/// What the buyer's page needs: the table, and the keys of link tokens.
pub struct Pages {
    /// The table.
    pub store: Table,
    links: Keys,
}

/// [`Pages`] that also talks to processors.
pub struct Checkout {
    pages: Pages,
    vault: Keys,
}

impl Context for Pages {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let store = table(&config)?;
        let links = ready_keys(&config, &store, Purpose::Link).await?;
        Ok(Self { store, links })
    }

    fn meter(&self) -> Option<&Meter> {
        Some(self.store.meter())
    }
}

impl Pages {
    /// The intent a link token stands for. A forged token costs no read of an intent.
    ///
    /// # Errors
    /// 404 for a token that is not ours.
    pub async fn link(&self, token: &str) -> Result<(Scope, PaymentIntentId)> {
        let unknown = || Problem::NotFound(Resource::Link);
        let number = link_token::key_number(token).ok_or_else(unknown)?;
        let key = self.links.numbered(&self.store, number).await?.ok_or_else(unknown)?;
        let (scope, id) = link_token::decode(&hmac_key(&key), token).ok_or_else(unknown)?;
        log::about(scope);
        Ok((scope, id))
    }

    /// The clock.
    #[must_use]
    pub fn now(&self) -> Time {
        clock::now()
    }
}

impl Context for Checkout {
    async fn ready(config: Config) -> std::result::Result<Self, String> {
        let pages = Pages::ready(config.clone()).await?;
        let vault = ready_keys(&config, &pages.store, Purpose::Vault).await?;
        Ok(Self { pages, vault })
    }

    fn meter(&self) -> Option<&Meter> {
        self.pages.meter()
    }
}

impl std::ops::Deref for Checkout {
    type Target = Pages;

    fn deref(&self) -> &Pages {
        &self.pages
    }
}

impl Checkout {
    /// The simulator.
    ///
    /// # Errors
    /// Its key cannot be opened.
    pub async fn simulator(&self) -> Result<Simulator<'_>> {
        let (_, key) = self.vault.newest(&self.pages.store).await?;
        Ok(Simulator { store: &self.pages.store, key: hmac_key(&key), may_die: true })
    }
}
