//! Tenants in the table.

use super::{Consistency, Corrupt, Error, Item, Result, Table, Value, Write, key};
use crate::model::{Currency, Money, Scope, tenant::Tenant};

impl Table {
    /// A tenant's settings.
    ///
    /// # Errors
    /// The table cannot be reached, or the record is corrupt.
    pub async fn tenant(&self, scope: Scope) -> Result<Option<Tenant>> {
        let item = self.get(&key::tenant(scope), Consistency::Strong).await?;
        item.map(|item| from_item(scope, &item)).transpose().map_err(Error::from)
    }
}

/// The write that creates a tenant.
#[must_use]
pub fn insert(tenant: &Tenant) -> Write {
    Write::Insert(to_item(tenant))
}

/// The write that changes a tenant; `next.version` is one above what it replaces.
#[must_use]
pub fn replace(next: &Tenant) -> Write {
    Write::Replace { item: to_item(next), version: next.version.saturating_sub(1) }
}

fn to_item(tenant: &Tenant) -> Item {
    let limits = tenant
        .limits
        .values()
        .fold(Item::new(), |limits, limit| limits.with(limit.currency().code(), limit.minor()));
    key::tenant(tenant.scope)
        .item()
        .with("v", tenant.version)
        .with("name", tenant.name.as_str())
        .with_texts("org", tenant.allowed_origins.iter().map(|origin| origin.as_str()))
        .with("limits", limits)
        .with("crt", tenant.created_at)
}

/// A tenant as it was kept.
///
/// # Errors
/// A record that this file cannot have made.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<Tenant, Corrupt> {
    let limits = item.map("limits")?.0.iter().map(|(code, limit)| {
        let currency: Currency = code.parse().map_err(|_| item.corrupt("limits"))?;
        match limit {
            Value::N(minor) => Ok((currency, Money::from_minor(*minor, currency))),
            Value::S(_) | Value::Bool(_) | Value::L(_) | Value::M(_) => Err(item.corrupt("limits")),
        }
    });
    Ok(Tenant {
        scope,
        name: item.text("name")?.to_owned(),
        allowed_origins: item.texts("org")?,
        limits: limits.collect::<std::result::Result<_, Corrupt>>()?,
        created_at: item.time("crt")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
