//! The deployment's keys as operators handle them.

use super::{
    clock,
    context::Operator,
    keys::{Keys, peppered},
};
use crate::{
    model::{
        key_ring::{KeyRing, Purpose},
        secret::Secret,
    },
    operations::{Problem, Result},
    store::key_ring,
};

impl Operator {
    /// Makes the deployment's keys where there are none yet.
    pub async fn ensure_keys(&self) -> Result<()> {
        let now = clock::now();
        for purpose in Purpose::ALL.iter().copied() {
            self.key_service.ensure(&self.store, purpose, now).await?;
        }
        Ok(())
    }

    /// Puts a new key of one purpose in use, or ends one at once: then a new one takes over only
    /// where that one is in use.
    ///
    /// # Errors
    /// There is no key to revoke; somebody rotates at the same moment; the key service or the table
    /// cannot be reached.
    pub async fn rotate_key(&self, purpose: Purpose, revoke: Option<u8>) -> Result<KeyRing> {
        let now = clock::now();
        self.key_service.ensure(&self.store, purpose, now).await?;
        let ring = self.store.key_ring(purpose).await?;
        let ring = ring.ok_or_else(|| Problem::internal("the key ring is gone"))?;
        let made = match revoke.is_none_or(|number| ring.is_in_use(number)) {
            true => Some(self.key_service.make(purpose, ring.next_number(), now).await?),
            false => None,
        };
        let next = match (revoke, made) {
            (None, Some(key)) => ring.rotated(key, now),
            (number, made) => {
                let revoked = ring.revoked(number.unwrap_or_default(), made, now);
                revoked.map_err(|_| Problem::field("revoke", "names no key of this purpose"))?
            }
        };
        self.store.commit(key_ring::put(&next)).await?;
        Ok(next)
    }

    /// What is kept of a credential's secret: its HMAC under the pepper.
    pub async fn secret_hash<K>(&self, secret: &Secret<K>) -> Result<String> {
        let keys = Keys::new(Purpose::Pepper, self.key_service.clone());
        let (number, pepper) = keys.newest(&self.store).await?;
        Ok(peppered(number, &pepper, secret.reveal()))
    }
}
