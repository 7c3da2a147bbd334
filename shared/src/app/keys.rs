//! The deployment's keys, opened. Each function opens only the purposes its role allows.

use super::clock;
use crate::{
    aws_error::describe,
    digest::{hex, same},
    model::{
        Time,
        key_ring::{KeyRing, Purpose, WrappedKey},
    },
    store::{self, Table},
};
use aws_sdk_kms::{Client, primitives::Blob};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The ring is read again after this long, so that rotation and revoking reach warm processes.
const FRESH_S: i64 = 60;

/// Unknown numbers make us look again, but after one that nobody knows not for this long.
const LOOK_AGAIN_S: i64 = 10;

/// A key after the key service has unwrapped it; held in memory only.
pub type OpenedKey = Arc<Vec<u8>>;

/// Why a key is not at hand.
#[derive(Debug)]
pub enum KeyError {
    /// The deployment has no keys yet: no tenant was ever provisioned.
    NoKeys(Purpose),
    /// The table could not be read or written.
    Store(store::Error),
    /// The key service's answer.
    Kms(String),
}

impl std::fmt::Display for KeyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoKeys(purpose) => {
                write!(f, "no {} key yet: invoke operators-provision-tenant", purpose.as_str())
            }
            Self::Store(error) => error.fmt(f),
            Self::Kms(error) => write!(f, "the key service: {error}"),
        }
    }
}

impl From<store::Error> for KeyError {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// The keys of one purpose, opened as they are needed.
pub struct Keys {
    purpose: Purpose,
    service: KeyService,
    opened: Mutex<Opened>,
}

#[derive(Default)]
struct Opened {
    /// The ring as it was read, and when.
    ring: Option<(Arc<Vec<WrappedKey>>, Time)>,
    /// Those of its keys that were needed.
    keys: BTreeMap<u8, OpenedKey>,
    /// When an unknown number last made us look.
    looked_again_at: Option<Time>,
}

/// Wraps and unwraps keys.
#[derive(Clone)]
pub struct KeyService {
    kms: Client,
    key_id: String,
}

impl KeyService {
    /// The key service with this deployment's wrapping key.
    pub fn new(kms: Client, key_id: String) -> Self {
        Self { kms, key_id }
    }

    async fn unwrap(&self, purpose: Purpose, key: &WrappedKey) -> Result<OpenedKey, KeyError> {
        let wrapped = STANDARD.decode(&key.wrapped).map_err(|e| KeyError::Kms(e.to_string()))?;
        let request = self
            .kms
            .decrypt()
            .key_id(&self.key_id)
            .ciphertext_blob(Blob::new(wrapped))
            .encryption_context("purpose", purpose.as_str());
        let answer = request.send().await.map_err(|e| KeyError::Kms(describe("Decrypt", &e)))?;
        let opened = answer.plaintext.ok_or_else(|| KeyError::Kms("Decrypt: no key".to_owned()))?;
        Ok(Arc::new(opened.into_inner()))
    }

    /// A new key of this purpose, wrapped.
    pub async fn make(
        &self,
        purpose: Purpose,
        number: u8,
        now: Time,
    ) -> Result<WrappedKey, KeyError> {
        let (secret, public) = match purpose {
            Purpose::Signing => signing_pair()?,
            Purpose::Link
            | Purpose::Pepper
            | Purpose::Webhook
            | Purpose::Vault
            | Purpose::Session
            | Purpose::Processor => (clock::random::<32>().to_vec(), None),
        };
        let request = self
            .kms
            .encrypt()
            .key_id(&self.key_id)
            .plaintext(Blob::new(secret))
            .encryption_context("purpose", purpose.as_str());
        let answer = request.send().await.map_err(|e| KeyError::Kms(describe("Encrypt", &e)))?;
        let wrapped =
            answer.ciphertext_blob.ok_or_else(|| KeyError::Kms("Encrypt: no answer".to_owned()))?;
        let wrapped = STANDARD.encode(wrapped.into_inner());
        Ok(WrappedKey { number, wrapped, public, created_at: now, ends_at: None })
    }

    /// Makes the first key of a purpose, unless there is one. Duplicates end up with the same one.
    pub async fn ensure(&self, store: &Table, purpose: Purpose, now: Time) -> Result<(), KeyError> {
        if store.key_ring(purpose).await?.is_some() {
            return Ok(());
        }
        let keys = vec![self.make(purpose, 1, now).await?];
        let ring = KeyRing { purpose, keys, version: 1 };
        match store.commit(store::key_ring::put(&ring)).await {
            Ok(()) | Err(store::Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }
}

impl Keys {
    /// The keys of one purpose; none is opened yet.
    pub fn new(purpose: Purpose, service: KeyService) -> Self {
        Self { purpose, service, opened: Mutex::default() }
    }

    /// Opens the newest key during init, where the deployment has one already.
    pub async fn warm(&self, store: &Table) -> Result<(), KeyError> {
        match self.newest(store).await {
            Ok(_) | Err(KeyError::NoKeys(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// The key that makes new things, with its number.
    pub async fn newest(&self, store: &Table) -> Result<(u8, OpenedKey), KeyError> {
        self.newest_at(store, clock::now()).await
    }

    async fn newest_at(&self, store: &Table, now: Time) -> Result<(u8, OpenedKey), KeyError> {
        let ring = self.ring(store, FRESH_S, now).await?;
        let newest = ring.last().ok_or(KeyError::NoKeys(self.purpose))?;
        Ok((newest.number, self.open(newest).await?))
    }

    /// The key with this number; `None` when there is no such key, or it has ended.
    pub async fn numbered(&self, store: &Table, number: u8) -> Result<Option<OpenedKey>, KeyError> {
        self.numbered_at(store, number, clock::now()).await
    }

    async fn numbered_at(
        &self,
        store: &Table,
        number: u8,
        now: Time,
    ) -> Result<Option<OpenedKey>, KeyError> {
        let find = |ring: &[WrappedKey]| {
            let mut live = ring.iter().filter(|key| key.is_live_at(now));
            live.find(|key| key.number == number).cloned()
        };
        let mut found = find(&self.ring(store, FRESH_S, now).await?);
        if found.is_none() && self.may_look_again(now) {
            found = find(&self.ring(store, 0, now).await?);
        }
        match found {
            Some(key) => self.open(&key).await.map(Some),
            None => Ok(None),
        }
    }

    /// Reads the ring now, for who cannot say which key is meant before it has it.
    ///
    /// # Errors
    /// The table cannot be reached, and nothing is known.
    pub async fn renew(&self, store: &Table) -> Result<(), KeyError> {
        self.ring(store, 0, clock::now()).await.map(|_| ())
    }

    /// Whether an unknown number is worth a look at the ring, however fresh it is: a new key may be
    /// younger. Strangers who make numbers up cause one look in ten seconds.
    fn may_look_again(&self, now: Time) -> bool {
        let mut opened = self.opened();
        let lately =
            opened.looked_again_at.is_some_and(|at| now.ms_since(at) < LOOK_AGAIN_S * 1000);
        if !lately {
            opened.looked_again_at = Some(now);
        }
        !lately
    }

    /// The keys before the newest one that still verify, with their numbers.
    pub async fn older(&self, store: &Table) -> Result<Vec<(u8, OpenedKey)>, KeyError> {
        let now = clock::now();
        let ring = self.ring(store, FRESH_S, now).await?;
        let mut opened = Vec::new();
        for key in ring.iter().rev().skip(1).filter(|key| key.is_live_at(now)) {
            opened.push((key.number, self.open(key).await?));
        }
        Ok(opened)
    }

    /// All keys before the newest one with their numbers, also those that verify nothing any more: for
    /// finding what was kept under them.
    pub async fn replaced(&self, store: &Table) -> Result<Vec<(u8, OpenedKey)>, KeyError> {
        let ring = self.ring(store, FRESH_S, clock::now()).await?;
        let mut opened = Vec::new();
        for key in ring.iter().rev().skip(1) {
            opened.push((key.number, self.open(key).await?));
        }
        Ok(opened)
    }

    /// Whether a secret is the one behind a hash that [`peppered`] made, with this purpose's keys as
    /// peppers. Takes the same time whatever differs; no secret fits a hash whose pepper has ended.
    pub async fn fits(&self, store: &Table, secret: &str, hash: &str) -> Result<bool, KeyError> {
        let named = match pepper_of(hash) {
            Some(number) => self.numbered(store, number).await?.map(|pepper| (number, pepper)),
            None => None,
        };
        let fallback = self.newest(store).await?;
        let (number, pepper) = named.unwrap_or(fallback);
        Ok(same(peppered(number, &pepper, secret).as_bytes(), hash.as_bytes()))
    }

    /// The ring as it was at most so many seconds ago. What is known goes on being used while the
    /// table cannot be reached.
    async fn ring(
        &self,
        store: &Table,
        fresh_s: i64,
        now: Time,
    ) -> Result<Arc<Vec<WrappedKey>>, KeyError> {
        let known = self.opened().ring.clone();
        if let Some((ring, read_at)) = &known
            && now.ms_since(*read_at) < fresh_s * 1000
        {
            return Ok(Arc::clone(ring));
        }
        match (store.key_ring(self.purpose).await, known) {
            (Ok(read), _) => {
                let ring = Arc::new(read.map(|ring| ring.keys).unwrap_or_default());
                let mut opened = self.opened();
                opened.keys.retain(|number, _| ring.iter().any(|key| key.number == *number));
                opened.ring = Some((Arc::clone(&ring), now));
                Ok(ring)
            }
            (Err(error), Some((ring, _))) => {
                let (purpose, cause) = (self.purpose.as_str(), error.to_string());
                tracing::warn!(purpose, cause, "keys could not be read again; known ones are used");
                Ok(ring)
            }
            (Err(error), None) => Err(error.into()),
        }
    }

    async fn open(&self, key: &WrappedKey) -> Result<OpenedKey, KeyError> {
        if let Some(secret) = self.opened().keys.get(&key.number) {
            return Ok(Arc::clone(secret));
        }
        let secret = self.service.unwrap(self.purpose, key).await?;
        self.opened().keys.insert(key.number, Arc::clone(&secret));
        Ok(secret)
    }

    fn opened(&self) -> MutexGuard<'_, Opened> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A key for HMAC-SHA256.
pub fn hmac_key(secret: &OpenedKey) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret)
}

/// What is kept of a secret: its HMAC under a pepper, in hex, after the pepper's number.
pub fn peppered(number: u8, pepper: &OpenedKey, secret: &str) -> String {
    let tag = hmac::sign(&hmac_key(pepper), secret.as_bytes());
    format!("{number}.{}", hex(tag.as_ref()))
}

/// The number of the pepper that a kept hash was made with.
pub fn pepper_of(hash: &str) -> Option<u8> {
    hash.split_once('.')?.0.parse().ok()
}

/// A new pair for ES256: PKCS #8, and the public point in base64url.
fn signing_pair() -> Result<(Vec<u8>, Option<String>), KeyError> {
    let random = SystemRandom::new();
    let failed = |_| KeyError::Kms("no signing key could be made".to_owned());
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).map_err(failed)?;
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random)
        .map_err(|_| KeyError::Kms("the new signing key is unusable".to_owned()))?;
    let point = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    Ok((pkcs8.as_ref().to_vec(), Some(point)))
}

#[cfg(test)]
mod tests;
