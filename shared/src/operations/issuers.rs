//! Outside issuers: operators name them, and a sweep fetches their keys.

use super::{Commit, Problem, Result};
use crate::{
    digest::{hex, sha256},
    model::{
        Time,
        issuer::{Issuer, Issuers, KeySet, MAX_ISSUERS},
    },
    store::{self, Table, issuer},
};
use serde_json::{Map, Value, json};

/// Tries of a write against others who change the list, the first one included.
const MAX_TRIES: u32 = 4;

/// Longest key set that is read, in bytes.
pub const MAX_KEY_SET: usize = 4 * 1024 * 1024;

/// Longest name of a key.
const MAX_KID: usize = 500;

/// Names an issuer, or changes the one of its name.
///
/// # Errors
/// There are as many as there may be; others change the list again and again.
pub async fn put(store: &Table, new: &Issuer) -> Result<Issuers> {
    change(store, |known| {
        let message = format!("there are {MAX_ISSUERS} issuers already; remove one");
        known.with(new.clone()).ok_or_else(|| Problem::field("issuer", message))
    })
    .await
}

/// Forgets an issuer: tokens of it end within minutes.
///
/// # Errors
/// There is none of this name; others change the list again and again.
pub async fn remove(store: &Table, name: &str) -> Result<Issuers> {
    change(store, |known| match known.find(name) {
        Some(_) => Ok(known.without(name)),
        None => Err(Problem::field("issuer", "names none")),
    })
    .await
}

async fn change(store: &Table, next: impl Fn(&Issuers) -> Result<Issuers>) -> Result<Issuers> {
    for _ in 0..MAX_TRIES {
        let known = store.issuers().await?;
        let next = next(&known)?;
        match Commit::new().write(issuer::put(&next), Problem::Contended).run(store).await {
            Err(Problem::Contended) => {}
            Ok(()) => {
                for gone in known.list.iter().filter(|old| next.find(&old.issuer).is_none()) {
                    clean(store, gone).await;
                }
                return Ok(next);
            }
            Err(other) => return Err(other),
        }
    }
    Err(Problem::Contended)
}

/// Puts what was fetched in the place of an issuer's keys. A set that is the same is only noted; one
/// without a key that can be used is refused, and the one before goes on.
///
/// # Errors
/// Says what is wrong with it.
pub async fn keep(
    store: &Table,
    name: &str,
    fetched: &str,
    now: Time,
) -> std::result::Result<usize, String> {
    let keys = usable(fetched)?;
    let count = keys.len();
    let text = json!({"keys": keys}).to_string();
    let hash = hex(&sha256::<16>(&text));
    for _ in 0..MAX_TRIES {
        let known = store.issuers().await.map_err(|error| error.to_string())?;
        // Removed meanwhile.
        let Some(issuer) = known.find(name) else { return Ok(0) };
        let before = issuer.key_set.clone();
        let same = before.clone().filter(|set| set.hash == hash);
        let set = match same {
            Some(set) => KeySet { fetched_at: now, ..set },
            None => {
                let generation = before.as_ref().map_or(1, |set| set.generation + 1);
                let writes = issuer::parts(name, generation, &text);
                let parts = u32::try_from(writes.len()).unwrap_or(u32::MAX);
                write_parts(store, writes).await?;
                KeySet { generation, parts, hash: hash.clone(), fetched_at: now }
            }
        };
        let changed = before.filter(|before| before.generation != set.generation);
        let next = known.with(Issuer { key_set: Some(set), ..issuer.clone() });
        let next = next.ok_or("there are too many issuers")?;
        match store.commit(vec![issuer::put(&next)]).await {
            Ok(()) => {
                if let Some(old) = changed {
                    clean(store, &Issuer { key_set: Some(old), ..issuer.clone() }).await;
                }
                return Ok(count);
            }
            Err(store::Error::Refused { .. }) => {}
            Err(other) => return Err(other.to_string()),
        }
    }
    Err("others change the issuers again and again".to_owned())
}

/// Parts of a run that ended before the list named them are in the way: they are replaced.
async fn write_parts(store: &Table, writes: Vec<store::Write>) -> std::result::Result<(), String> {
    for write in writes {
        let store::Write::Insert(item) = &write else { continue };
        let replace = store::Write::Replace { item: item.clone(), version: 1 };
        let written = match store.commit(vec![write]).await {
            Err(store::Error::Refused { .. }) => store.commit(vec![replace]).await,
            other => other,
        };
        written.map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Removes the parts of a set that no list names. What is left of it harms nobody.
async fn clean(store: &Table, issuer: &Issuer) {
    let Some(set) = &issuer.key_set else { return };
    for write in issuer::remove_parts(&issuer.issuer, set) {
        if let Err(error) = store.commit(vec![write]).await {
            tracing::warn!(cause = %error, "a part of an old key set stays");
        }
    }
}

/// The keys of a set that can verify tokens: RSA and P-256, made for signatures. Of each only what
/// verifying takes.
fn usable(text: &str) -> std::result::Result<Vec<Value>, String> {
    let set: Value = serde_json::from_str(text).map_err(|_| "the key set is no JSON".to_owned())?;
    let keys = set.get("keys").and_then(Value::as_array).ok_or("the key set has no `keys`")?;
    let keys: Vec<Value> = keys.iter().filter_map(usable_key).collect();
    if keys.is_empty() {
        return Err("the key set has no key for RS256 or ES256".to_owned());
    }
    Ok(keys)
}

fn usable_key(key: &Value) -> Option<Value> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let (algorithm, taken): (_, &[&str]) = match (text("kty")?, text("crv")) {
        ("RSA", _) => ("RS256", &["kty", "kid", "n", "e"]),
        ("EC", Some("P-256")) => ("ES256", &["kty", "kid", "crv", "x", "y"]),
        _ => return None,
    };
    let fits = text("use").is_none_or(|used| used == "sig")
        && text("alg").is_none_or(|named| named == algorithm)
        && text("kid").is_none_or(|kid| kid.len() <= MAX_KID);
    let all = taken.iter().all(|name| *name == "kid" || text(name).is_some());
    let members = taken.iter().filter_map(|name| Some(((*name).to_owned(), text(name)?.into())));
    (fits && all).then(|| Value::Object(members.collect::<Map<_, _>>()))
}

#[cfg(test)]
mod tests;
