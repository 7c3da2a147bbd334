//! What was answered to an idempotency key. Written in the same commit as the effect, so there is
//! never an effect without its record, nor a record without its effect.

use super::{Corrupt, Error, Item, Key, Result, Table, Value, Write};
use crate::model::Time;
use std::collections::BTreeMap;

/// Keys are remembered this long.
pub const KEPT_DAYS: i64 = 30;

/// The first answer to a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// A hash of each field of the request, to name those that differ.
    pub request: BTreeMap<String, String>,
    /// The answer's `data`, as JSON; what is derived or secret is left out.
    pub data: String,
}

impl Table {
    /// What was answered to this key.
    pub async fn answered(&self, key: &Key) -> Result<Option<Answered>> {
        let item = self.get(key, super::Consistency::Strong).await?;
        item.map(|item| from_item(&item)).transpose().map_err(Error::from)
    }
}

/// The write that remembers an answer.
pub fn insert(key: &Key, answered: &Answered, now: Time) -> Write {
    let request = answered
        .request
        .iter()
        .fold(Item::new(), |item, (name, hash)| item.with(name, hash.as_str()));
    let item = key
        .item()
        .with("v", 1_i64)
        .with("req", request)
        .with("data", answered.data.as_str())
        .with("ttl", now.plus_days(KEPT_DAYS).seconds());
    Write::Insert(item)
}

/// An answer as it was kept.
pub fn from_item(item: &Item) -> std::result::Result<Answered, Corrupt> {
    let request = item.map("req")?.0.iter().map(|(name, value)| match value {
        Value::S(hash) => Ok((name.clone(), hash.clone())),
        Value::N(_) | Value::Bool(_) | Value::L(_) | Value::M(_) => Err(item.corrupt("req")),
    });
    Ok(Answered {
        request: request.collect::<std::result::Result<_, Corrupt>>()?,
        data: item.text("data")?.to_owned(),
    })
}

#[cfg(test)]
mod tests;
