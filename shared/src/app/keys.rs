//! The deployment's keys, opened. Each function opens only the purposes its role allows.

use super::clock;
use crate::{
    aws_error::describe,
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
    sync::{Arc, Mutex, PoisonError},
};

/// The newest key is looked up again after this long, so that rotation reaches warm processes.
const FRESH_S: i64 = 3600;

/// Unknown numbers make us look again, but after one that nobody knows not for this long.
const LOOK_AGAIN_S: i64 = 10;

/// An opened key.
pub type Secret = Arc<Vec<u8>>;

/// Why a key is not at hand.
#[derive(Debug)]
pub enum Error {
    /// The deployment has no keys yet: no tenant was ever provisioned.
    NoKeys(Purpose),
    /// The table's answer.
    Store(store::Error),
    /// The key service's answer.
    Kms(String),
}

impl std::fmt::Display for Error {
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

impl From<store::Error> for Error {
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
    keys: BTreeMap<u8, Secret>,
    newest: Option<u8>,
    looked_at: Option<Time>,
    absent: BTreeMap<u8, Time>,
}

/// Wraps and unwraps keys.
#[derive(Clone)]
pub struct KeyService {
    kms: Client,
    key_id: String,
}

impl KeyService {
    /// The key service with this deployment's wrapping key.
    #[must_use]
    pub fn new(kms: Client, key_id: String) -> Self {
        Self { kms, key_id }
    }

    async fn unwrap(&self, purpose: Purpose, key: &WrappedKey) -> Result<Secret, Error> {
        let wrapped = STANDARD.decode(&key.wrapped).map_err(|e| Error::Kms(e.to_string()))?;
        let request = self
            .kms
            .decrypt()
            .key_id(&self.key_id)
            .ciphertext_blob(Blob::new(wrapped))
            .encryption_context("purpose", purpose.as_str());
        let answer = request.send().await.map_err(|e| Error::Kms(describe("Decrypt", &e)))?;
        let opened = answer.plaintext.ok_or_else(|| Error::Kms("Decrypt: no key".to_owned()))?;
        Ok(Arc::new(opened.into_inner()))
    }

    /// A new key of this purpose, wrapped.
    ///
    /// # Errors
    /// The key service cannot be reached.
    pub async fn make(&self, purpose: Purpose, number: u8, now: Time) -> Result<WrappedKey, Error> {
        let (secret, public) = match purpose {
            Purpose::Signing => signing_pair()?,
            Purpose::Link
            | Purpose::Pepper
            | Purpose::Webhook
            | Purpose::Vault
            | Purpose::Session => (clock::random::<32>().to_vec(), None),
        };
        let request = self
            .kms
            .encrypt()
            .key_id(&self.key_id)
            .plaintext(Blob::new(secret))
            .encryption_context("purpose", purpose.as_str());
        let answer = request.send().await.map_err(|e| Error::Kms(describe("Encrypt", &e)))?;
        let wrapped =
            answer.ciphertext_blob.ok_or_else(|| Error::Kms("Encrypt: no answer".to_owned()))?;
        let wrapped = STANDARD.encode(wrapped.into_inner());
        Ok(WrappedKey { number, wrapped, public, created_at: now })
    }

    /// Makes the first key of a purpose, unless there is one. Twins end up with the same one.
    ///
    /// # Errors
    /// The key service or the table cannot be reached.
    pub async fn ensure(&self, store: &Table, purpose: Purpose, now: Time) -> Result<(), Error> {
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
    #[must_use]
    pub fn new(purpose: Purpose, service: KeyService) -> Self {
        Self { purpose, service, opened: Mutex::default() }
    }

    /// Opens the newest key during init, where the deployment has one already.
    ///
    /// # Errors
    /// The key service or the table cannot be reached.
    pub async fn warm(&self, store: &Table) -> Result<(), Error> {
        match self.newest(store).await {
            Ok(_) | Err(Error::NoKeys(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// The key that makes new things, with its number.
    ///
    /// # Errors
    /// There is none, or it cannot be opened.
    pub async fn newest(&self, store: &Table) -> Result<(u8, Secret), Error> {
        let now = clock::now();
        let (known, fresh) = {
            let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = opened.looked_at.is_some_and(|at| now.ms_since(at) < FRESH_S * 1000);
            (opened.newest.and_then(|n| Some((n, opened.keys.get(&n)?.clone()))), fresh)
        };
        match (known, fresh) {
            (Some(key), true) => Ok(key),
            // A key that was good an hour ago is good while nobody can say otherwise.
            (Some(key), false) => {
                Ok(self.look_up_newest(store, now).await.unwrap_or_else(|error| {
                    let purpose = self.purpose.as_str();
                    tracing::warn!(
                        purpose,
                        cause = %error,
                        "keys could not be looked up; the known one is used"
                    );
                    key
                }))
            }
            (None, _) => self.look_up_newest(store, now).await,
        }
    }

    async fn look_up_newest(&self, store: &Table, now: Time) -> Result<(u8, Secret), Error> {
        let ring = store.key_ring(self.purpose).await?;
        let newest = ring.as_ref().and_then(|ring| ring.keys.last());
        let newest = newest.ok_or(Error::NoKeys(self.purpose))?;
        let known = {
            let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            opened.keys.get(&newest.number).cloned()
        };
        let secret = match known {
            Some(secret) => secret,
            None => self.open(newest).await?,
        };
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.newest = Some(newest.number);
        opened.looked_at = Some(now);
        Ok((newest.number, secret))
    }

    /// The key with this number; `None` when there is no such key.
    ///
    /// # Errors
    /// It cannot be opened.
    pub async fn numbered(&self, store: &Table, number: u8) -> Result<Option<Secret>, Error> {
        let now = clock::now();
        {
            let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(key) = opened.keys.get(&number) {
                return Ok(Some(key.clone()));
            }
            let missed_at = opened.absent.get(&number);
            if missed_at.is_some_and(|at| now.ms_since(*at) < LOOK_AGAIN_S * 1000) {
                return Ok(None);
            }
        }
        let ring = store.key_ring(self.purpose).await?;
        let keys = ring.map(|ring| ring.keys).unwrap_or_default();
        match keys.iter().find(|key| key.number == number) {
            Some(key) => self.open(key).await.map(Some),
            None => {
                let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
                opened.absent.insert(number, now);
                Ok(None)
            }
        }
    }

    async fn open(&self, key: &WrappedKey) -> Result<Secret, Error> {
        let secret = self.service.unwrap(self.purpose, key).await?;
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.keys.insert(key.number, secret.clone());
        Ok(secret)
    }
}

/// A key for HMAC-SHA256.
#[must_use]
pub fn hmac_key(secret: &Secret) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret)
}

/// A new pair for ES256: PKCS #8, and the public point in base64url.
fn signing_pair() -> Result<(Vec<u8>, Option<String>), Error> {
    let random = SystemRandom::new();
    let failed = |_| Error::Kms("no signing key could be made".to_owned());
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).map_err(failed)?;
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random)
        .map_err(|_| Error::Kms("the new signing key is unusable".to_owned()))?;
    let point = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    Ok((pkcs8.as_ref().to_vec(), Some(point)))
}
