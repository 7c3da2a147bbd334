//! Tenants' accounts at Stripe in the table, one item for each tenant and mode.

use super::{Consistency, Corrupt, Item, Result, Table, Value, Write, key};
use crate::model::{
    Scope,
    secret::Sealed,
    stripe_credentials::{StripeCredentials, StripeEventSecret},
};

impl Table {
    /// A tenant's account at Stripe; `None` before the first was put.
    pub async fn stripe_credentials(
        &self,
        scope: Scope,
        consistency: Consistency,
    ) -> Result<Option<StripeCredentials>> {
        let item = self.get(&key::stripe_account(scope), consistency).await?;
        Ok(item.map(|item| from_item(scope, &item)).transpose()?)
    }
}

/// The write that puts an account in place: an insert at version 1, a replacement above.
pub fn put(next: &StripeCredentials) -> Write {
    let secrets = |of: &[StripeEventSecret]| {
        let items = of.iter().map(|secret| {
            let item = Item::new().with("secret", secret.sealed.as_str());
            Value::M(item.with_some("until", secret.until))
        });
        Some(Value::L(items.collect())).filter(|_| !of.is_empty())
    };
    let item = key::stripe_account(next.scope)
        .item()
        .with("v", next.version)
        .with("acct", next.account.as_str())
        .with("key", next.sealed_key.as_str())
        .with("pub", next.publishable.as_str())
        .with_some("events", secrets(&next.events))
        .with_some("connected", secrets(&next.connected_events))
        .with("at", next.saved_at)
        .with("by", next.saved_by.to_string());
    Write::at_version(item, next.version)
}

/// An account as it was kept.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<StripeCredentials, Corrupt> {
    Ok(StripeCredentials {
        scope,
        account: item.text("acct")?.to_owned(),
        sealed_key: Sealed::kept(item.text("key")?.to_owned()),
        publishable: item.text("pub")?.to_owned(),
        events: secrets(item, "events")?,
        connected_events: secrets(item, "connected")?,
        saved_at: item.time("at")?,
        saved_by: item.parse("by")?,
        version: item.number("v")?,
    })
}

fn secrets(item: &Item, name: &str) -> std::result::Result<Vec<StripeEventSecret>, Corrupt> {
    let secrets = item.items(name)?.into_iter().map(|one| {
        Ok(StripeEventSecret {
            sealed: Sealed::kept(one.text("secret")?.to_owned()),
            until: one.time_if_any("until")?,
        })
    });
    secrets.collect()
}

#[cfg(test)]
mod tests;
