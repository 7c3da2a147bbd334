//! Credentials of the platform surface in the table.

use super::{Corrupt, Error, Guard, Item, Result, Table, Update, Write, key};
use crate::model::{Scope, Time, tenant::Client};

impl Table {
    /// A credential by its public half.
    pub async fn client(&self, client_id: &str) -> Result<Option<Client>> {
        let item = self.find(&key::client(client_id)).await?;
        item.map(|item| from_item(&item)).transpose().map_err(Error::from)
    }

    /// Counts a failed try and sets when the next one is looked at.
    pub async fn note_failure(&self, client: &Client, blocked_until: Option<Time>) -> Result<()> {
        let update = Update::of(key::client(&client.client_id)).add("fail", 1);
        let update = match blocked_until {
            Some(until) => update.set("until", until),
            None => update,
        };
        self.update(update).await.map(|_| ())
    }

    /// Forgets failed tries after a good one. A duplicate that did so already is fine.
    pub async fn forget_failures(&self, client: &Client) -> Result<()> {
        let failures = i64::from(client.failures);
        let update = Update::of(key::client(&client.client_id))
            .add("fail", -failures)
            .remove("until")
            .guard(Guard::AtLeast("fail", failures));
        match self.update(update).await {
            Ok(_) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

/// The write that creates a credential.
pub fn insert(client: &Client) -> Write {
    Write::Insert(to_item(client))
}

/// The write that gives a credential its new secret, and forgets tries that failed. Refused where the
/// secret is no longer the one that was read.
pub fn put_secret(known: &Client, next: &Client) -> Write {
    let update = Update::of(key::client(&next.client_id))
        .set("hash", next.secret_hash.as_str())
        .set("fail", i64::from(next.failures))
        .remove("until")
        .guard(Guard::Is("hash", known.secret_hash.as_str().into()));
    Write::Update(match &next.replaced {
        Some((hash, until)) => update.set("old", hash.as_str()).set("old_end", *until),
        None => update.remove("old").remove("old_end"),
    })
}

fn to_item(client: &Client) -> Item {
    let item = key::client(&client.client_id)
        .item()
        .with("v", 1_i64)
        .with("tenant", client.scope.tenant.to_string())
        .with("mode", client.scope.mode.as_str())
        .with("hash", client.secret_hash.as_str())
        .with("scopes", client.scopes.as_str())
        .with("fail", client.failures);
    match &client.replaced {
        Some((hash, until)) => item.with("old", hash.as_str()).with("old_end", *until),
        None => item,
    }
}

fn from_item(item: &Item) -> std::result::Result<Client, Corrupt> {
    let client_id = item.text("pk")?.strip_prefix("client#");
    Ok(Client {
        client_id: client_id.ok_or_else(|| item.corrupt("pk"))?.to_owned(),
        scope: Scope { tenant: item.parse("tenant")?, mode: item.parse("mode")? },
        secret_hash: item.text("hash")?.to_owned(),
        replaced: match item.text_if_any("old") {
            Some(hash) => Some((hash.to_owned(), item.time("old_end")?)),
            None => None,
        },
        scopes: item.text("scopes")?.to_owned(),
        failures: item.number("fail")?,
        blocked_until: item.time_if_any("until")?,
    })
}

#[cfg(test)]
mod tests;
