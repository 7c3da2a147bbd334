//! The pepper, for what hashes passwords.

use super::{Capability, ready_keys};
use crate::{
    app::{
        Config,
        keys::{Keys, Secret},
    },
    http::Result,
    model::{key_ring::Purpose, password::Pepper},
    store::Table,
};

/// The deployment's pepper.
pub struct PasswordPepper(Keys);

/// The pepper, opened for one request.
pub struct OpenPepper {
    number: u8,
    secret: Secret,
}

impl Capability for PasswordPepper {
    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        ready_keys(config, store, Purpose::Pepper).await.map(Self)
    }
}

impl PasswordPepper {
    /// Opens it.
    ///
    /// # Errors
    /// The key cannot be opened.
    pub async fn open(&self, store: &Table) -> Result<OpenPepper> {
        let (number, secret) = self.0.newest(store).await?;
        Ok(OpenPepper { number, secret })
    }
}

impl OpenPepper {
    /// As hashing takes it.
    #[must_use]
    pub fn pepper(&self) -> Pepper<'_> {
        Pepper { number: self.number, key: &self.secret }
    }
}
