//! Credentials of the platform surface in the table.

use super::{Corrupt, Error, Guard, Item, Result, Table, Update, Write, key};
use crate::model::{Scope, Time, tenant::Client};

impl Table {
    /// A credential by its public half.
    ///
    /// # Errors
    /// The table cannot be reached, or the record is corrupt.
    pub async fn client(&self, client_id: &str) -> Result<Option<Client>> {
        let item = self.find(&key::client(client_id)).await?;
        item.map(|item| from_item(&item)).transpose().map_err(Error::from)
    }

    /// Counts a failed try and sets when the next one is looked at.
    ///
    /// # Errors
    /// The table cannot be reached.
    pub async fn note_failure(&self, client: &Client, blocked_until: Option<Time>) -> Result<()> {
        let update = Update::of(key::client(&client.client_id)).add("fail", 1);
        let update = match blocked_until {
            Some(until) => update.set("until", until),
            None => update,
        };
        self.update(update).await.map(|_| ())
    }

    /// Forgets failed tries after a good one. A twin that did so already is fine.
    ///
    /// # Errors
    /// The table cannot be reached.
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
#[must_use]
pub fn insert(client: &Client) -> Write {
    let item = key::client(&client.client_id)
        .item()
        .with("v", 1_i64)
        .with("tenant", client.scope.tenant.to_string())
        .with("mode", client.scope.mode.as_str())
        .with("hash", client.secret_hash.as_str())
        .with("scopes", client.scopes.as_str())
        .with("fail", client.failures);
    Write::Insert(item)
}

fn from_item(item: &Item) -> std::result::Result<Client, Corrupt> {
    let client_id = item.text("pk")?.strip_prefix("client#");
    Ok(Client {
        client_id: client_id.ok_or_else(|| item.corrupt("pk"))?.to_owned(),
        scope: Scope { tenant: item.parse("tenant")?, mode: item.parse("mode")? },
        secret_hash: item.text("hash")?.to_owned(),
        scopes: item.text("scopes")?.to_owned(),
        failures: item.number("fail")?,
        blocked_until: item.time_if_any("until")?,
    })
}

#[cfg(test)]
mod tests;
