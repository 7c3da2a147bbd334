//! The deployment's keys as operators handle them.

use super::{
    clock,
    context::Operator,
    keys::{Keys, hmac_key},
};
use crate::{
    digest::hex,
    model::{
        key_ring::{KeyRing, Purpose},
        secret::Secret,
    },
    operations::{Problem, Result},
    store::key_ring,
};

impl Operator {
    /// Makes the deployment's keys where there are none yet.
    ///
    /// # Errors
    /// The key service or the table cannot be reached.
    pub async fn ensure_keys(&self) -> Result<()> {
        let now = clock::now();
        for purpose in Purpose::ALL {
            self.key_service.ensure(&self.store, purpose, now).await?;
        }
        Ok(())
    }

    /// Puts a new key of one purpose in use.
    ///
    /// # Errors
    /// Somebody rotates at the same moment; the key service or the table cannot be reached.
    pub async fn rotate_key(&self, purpose: Purpose) -> Result<KeyRing> {
        let now = clock::now();
        self.key_service.ensure(&self.store, purpose, now).await?;
        let ring = self.store.key_ring(purpose).await?;
        let ring = ring.ok_or_else(|| Problem::internal("the key ring is gone"))?;
        let key = self.key_service.make(purpose, ring.next_number(), now).await?;
        let next = ring.rotated(key, now);
        self.store.commit(key_ring::put(&next)).await?;
        Ok(next)
    }

    /// What is kept of a credential's secret: its HMAC under the pepper, in hex.
    ///
    /// # Errors
    /// The pepper cannot be opened.
    pub async fn secret_hash<K>(&self, secret: &Secret<K>) -> Result<String> {
        let keys = Keys::new(Purpose::Pepper, self.key_service.clone());
        let (_, pepper) = keys.newest(&self.store).await?;
        let tag = ring::hmac::sign(&hmac_key(&pepper), secret.reveal().as_bytes());
        Ok(hex(tag.as_ref()))
    }
}
