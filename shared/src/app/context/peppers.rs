//! The pepper, for what hashes passwords.

use super::{Capability, ready_keys};
use crate::{
    app::{
        Config,
        keys::{Keys, OpenedKey, peppered},
    },
    http::Result,
    model::{key_ring::Purpose, password::Pepper},
    operations::search::SearchKeys,
    store::Table,
};

/// The deployment's peppers: password hashes and hashes of searchable texts depend on them.
pub struct PasswordPepper(Keys);

/// The pepper, opened for one request.
pub struct OpenPepper {
    number: u8,
    secret: OpenedKey,
    older: Vec<(u8, OpenedKey)>,
}

impl Capability for PasswordPepper {
    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        ready_keys(config, store, Purpose::Pepper).await.map(Self)
    }
}

impl PasswordPepper {
    /// Reads the ring anew, then opens the newest pepper and the older ones that still verify.
    pub async fn open(&self, store: &Table) -> Result<OpenPepper> {
        // A password that was set a moment ago may depend on a pepper of a moment ago.
        self.0.renew(store).await?;
        let (number, secret) = self.0.newest(store).await?;
        Ok(OpenPepper { number, secret, older: self.0.older(store).await? })
    }

    /// The keys that payments are found by: under every pepper that ever was, as a revoked one still
    /// has to find whoever is to be erased.
    pub async fn search_keys(&self, store: &Table) -> Result<SearchKeys> {
        self.0.renew(store).await?;
        let (number, key) = self.0.newest(store).await?;
        let older = self.0.replaced(store).await?;
        Ok(SearchKeys::of(Pepper { number, key: &key, older: &older }))
    }
}

impl OpenPepper {
    /// What is kept of an API key's text.
    pub fn hash_of_key(&self, text: &str) -> String {
        peppered(self.number, &self.secret, text)
    }

    /// As hashing takes it.
    pub fn pepper(&self) -> Pepper<'_> {
        Pepper { number: self.number, key: &self.secret, older: &self.older }
    }
}
