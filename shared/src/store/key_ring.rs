//! The deployment's keys in the table: wrapped, except for the public halves.

use super::{Consistency, Corrupt, Error, Item, Result, Table, Value, Write, key};
use crate::model::{
    Time,
    key_ring::{KeyRing, Purpose, WrappedKey},
};

/// A public key that verifies access tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedKey {
    /// Names the key in a token's header.
    pub kid: String,
    /// base64url of the uncompressed point on P-256.
    pub point: String,
    /// From when on it verifies nothing any more.
    pub ends_at: Option<Time>,
}

impl PublishedKey {
    /// Whether it verifies anything at `now`.
    pub fn is_live_at(&self, now: Time) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

impl Table {
    /// The keys of one purpose, wrapped.
    pub async fn key_ring(&self, purpose: Purpose) -> Result<Option<KeyRing>> {
        let item = self.get(&key::key_ring(purpose), Consistency::Strong).await?;
        item.map(|item| from_item(purpose, &item)).transpose().map_err(Error::from)
    }

    /// The keys that verify access tokens; none before the deployment has any.
    pub async fn public_keys(&self) -> Result<Vec<PublishedKey>> {
        let Some(item) = self.get(&key::public_keys(), Consistency::Strong).await? else {
            return Ok(Vec::new());
        };
        let keys = item.items("keys")?.into_iter().map(|key| {
            Ok(PublishedKey {
                kid: key.text("kid")?.to_owned(),
                point: key.text("pub")?.to_owned(),
                ends_at: key.time_if_any("end")?,
            })
        });
        Ok(keys.collect::<std::result::Result<_, Corrupt>>()?)
    }
}

/// The `kid` of a signing key.
pub fn kid(number: u8) -> String {
    format!("k{number}")
}

/// The number of the signing key that a `kid` names; `None` for what [`kid`] cannot have made.
pub fn number(kid_of_token: &str) -> Option<u8> {
    let number = kid_of_token.strip_prefix('k')?.parse().ok()?;
    (kid(number) == kid_of_token).then_some(number)
}

/// The writes that put a ring in place: an insert at version 1, a replacement above. Signing keys
/// publish their public halves in the same commit.
#[must_use = "writes change nothing until they are committed"]
pub fn put(ring: &KeyRing) -> Vec<Write> {
    let write = |item: Item| match ring.version {
        0 | 1 => Write::Insert(item),
        version => Write::Replace { item, version: version.saturating_sub(1) },
    };
    match ring.purpose {
        Purpose::Signing => vec![write(to_item(ring)), write(public_item(ring))],
        Purpose::Link
        | Purpose::Pepper
        | Purpose::Webhook
        | Purpose::Vault
        | Purpose::Session
        | Purpose::Processor => {
            vec![write(to_item(ring))]
        }
    }
}

fn to_item(ring: &KeyRing) -> Item {
    let keys = ring.keys.iter().map(|wrapped| {
        let item = Item::new()
            .with("n", i64::from(wrapped.number))
            .with("key", wrapped.wrapped.as_str())
            .with_some("pub", wrapped.public.as_deref())
            .with("crt", wrapped.created_at)
            .with_some("end", wrapped.ends_at);
        Value::M(item)
    });
    let keys: Vec<Value> = keys.collect();
    key::key_ring(ring.purpose).item().with("v", ring.version).with("keys", Value::L(keys))
}

fn public_item(ring: &KeyRing) -> Item {
    let keys = ring.keys.iter().filter_map(|wrapped| {
        let point = wrapped.public.as_deref()?;
        let item = Item::new().with("kid", kid(wrapped.number)).with("pub", point);
        Some(Value::M(item.with_some("end", wrapped.ends_at)))
    });
    let keys: Vec<Value> = keys.collect();
    key::public_keys().item().with("v", ring.version).with("keys", Value::L(keys))
}

fn from_item(purpose: Purpose, item: &Item) -> std::result::Result<KeyRing, Corrupt> {
    let keys = item.items("keys")?.into_iter().map(|key| {
        Ok(WrappedKey {
            number: key.number("n")?,
            wrapped: key.text("key")?.to_owned(),
            public: key.text_if_any("pub").map(str::to_owned),
            created_at: key.time("crt")?,
            ends_at: key.time_if_any("end")?,
        })
    });
    Ok(KeyRing {
        purpose,
        keys: keys.collect::<std::result::Result<_, Corrupt>>()?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
