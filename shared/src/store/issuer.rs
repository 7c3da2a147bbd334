//! Outside issuers and their keys in the table, beside our own public keys: whoever may verify tokens
//! may read them.

use super::{Consistency, Corrupt, Item, Key, Result, Table, Value, Write, key};
use crate::{
    digest::{hex, sha256},
    model::issuer::{ClaimNames, Issuer, Issuers, KeySet},
};

/// Longest part of a key set, in bytes. An item takes 400 KB.
const MAX_PART: usize = 300_000;

impl Table {
    /// Every outside issuer, read strongly; none where no item was written yet.
    pub async fn issuers(&self) -> Result<Issuers> {
        let item = self.get(&key::issuers(), Consistency::Strong).await?;
        Ok(item.map(|item| from_item(&item)).transpose()?.unwrap_or_default())
    }

    /// The keys of an issuer as JSON; `None` where none were fetched yet, or another set takes their
    /// place right now.
    pub async fn issuer_keys(&self, issuer: &Issuer) -> Result<Option<String>> {
        let Some(set) = &issuer.key_set else { return Ok(None) };
        let mut text = String::new();
        for part in 0..set.parts {
            let key = part_key(&issuer.issuer, set.generation, part);
            match self.get(&key, Consistency::Strong).await? {
                Some(item) => text.push_str(item.text("set")?),
                None => return Ok(None),
            }
        }
        Ok(Some(text))
    }
}

/// The write that puts the list of issuers in place.
pub fn put(issuers: &Issuers) -> Write {
    let list = issuers.list.iter().map(|issuer| Value::M(to_item(issuer)));
    let item = key::issuers().item().with("v", issuers.version);
    let item = item.with("list", Value::L(list.collect()));
    Write::at_version(item, issuers.version)
}

/// A key set cut into parts, and the writes that keep them: before the list names them.
#[must_use = "writes change nothing until they are committed"]
pub fn parts(issuer: &str, generation: u64, text: &str) -> Vec<Write> {
    let mut writes = Vec::new();
    let mut rest = text;
    while !rest.is_empty() || writes.is_empty() {
        let mut end = rest.len().min(MAX_PART);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (part, others) = rest.split_at(end);
        let number = u32::try_from(writes.len()).unwrap_or(u32::MAX);
        let item = part_key(issuer, generation, number).item();
        writes.push(Write::Insert(item.with("v", 1_i64).with("set", part)));
        rest = others;
    }
    writes
}

/// The writes that remove the parts of a set that no list names any more.
#[must_use = "writes change nothing until they are committed"]
pub fn remove_parts(issuer: &str, set: &KeySet) -> Vec<Write> {
    let parts = (0..set.parts).map(|part| part_key(issuer, set.generation, part));
    parts.map(|key| Write::Remove { key, version: 1 }).collect()
}

fn part_key(issuer: &str, generation: u64, part: u32) -> Key {
    key::issuer_keys(&hex(&sha256::<16>(issuer)), generation, part)
}

fn to_item(issuer: &Issuer) -> Item {
    let item = Item::new()
        .with("iss", issuer.issuer.as_str())
        .with("aud", issuer.audience.as_str())
        .with("url", issuer.jwks_url.as_str())
        .with("ten", issuer.claims.tenant.as_str())
        .with("mode", issuer.claims.mode.as_str())
        .with("scp", issuer.claims.scope.as_str())
        .with_texts("tenants", issuer.tenants.iter().map(ToString::to_string))
        .with_texts("scopes", issuer.scopes.iter());
    match &issuer.key_set {
        Some(set) => item
            .with("gen", set.generation)
            .with("parts", i64::from(set.parts))
            .with("hash", set.hash.as_str())
            .with("got", set.fetched_at),
        None => item,
    }
}

fn from_item(item: &Item) -> std::result::Result<Issuers, Corrupt> {
    let list = item.items("list")?.into_iter().map(|item| {
        Ok(Issuer {
            issuer: item.text("iss")?.to_owned(),
            audience: item.text("aud")?.to_owned(),
            jwks_url: item.text("url")?.to_owned(),
            claims: ClaimNames {
                tenant: item.text("ten")?.to_owned(),
                mode: item.text("mode")?.to_owned(),
                scope: item.text("scp")?.to_owned(),
            },
            tenants: item.texts("tenants")?,
            scopes: item.texts("scopes")?,
            key_set: match item.get("gen") {
                Some(_) => Some(KeySet {
                    generation: item.number("gen")?,
                    parts: item.number("parts")?,
                    hash: item.text("hash")?.to_owned(),
                    fetched_at: item.time("got")?,
                }),
                None => None,
            },
        })
    });
    let list = list.collect::<std::result::Result<_, Corrupt>>()?;
    Ok(Issuers { list, version: item.number("v")? })
}
