//! Tenants in the table.

use super::{Consistency, Corrupt, Error, Item, Result, Table, Value, Write, key};
use crate::model::{
    Currency, Money, Scope,
    route::{Limits, Rail, Route},
    tenant::Tenant,
};
use std::collections::BTreeMap;

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
    let routes: Vec<Value> =
        tenant.routes.iter().map(|route| route_to_item(route).into()).collect();
    let item = key::tenant(tenant.scope)
        .item()
        .with("v", tenant.version)
        .with("name", tenant.name.as_str())
        .with_texts("org", tenant.allowed_origins.iter().map(|origin| origin.as_str()))
        .with("limits", amounts_to_item(&tenant.limits))
        .with("crt", tenant.created_at);
    let item = if routes.is_empty() { item } else { item.with("routes", Value::L(routes)) };
    if tenant.review.is_empty() {
        item
    } else {
        item.with("review", amounts_to_item(&tenant.review))
    }
}

fn amounts_to_item(amounts: &BTreeMap<Currency, Money>) -> Item {
    let amounts = amounts.values();
    amounts.fold(Item::new(), |item, money| item.with(money.currency().code(), money.minor()))
}

/// Amounts by currency; none where there is no such attribute.
fn amounts_from_item(
    item: &Item,
    name: &str,
) -> std::result::Result<BTreeMap<Currency, Money>, Corrupt> {
    if item.get(name).is_none() {
        return Ok(BTreeMap::new());
    }
    let amounts = item.map(name)?.0.iter().map(|(code, amount)| {
        let currency: Currency = code.parse().map_err(|_| item.corrupt(name))?;
        match amount {
            Value::N(minor) => Ok((currency, Money::from_minor(*minor, currency))),
            Value::S(_) | Value::Bool(_) | Value::L(_) | Value::M(_) => Err(item.corrupt(name)),
        }
    });
    amounts.collect()
}

fn route_to_item(route: &Route) -> Item {
    let limits = route.limits.iter().fold(Item::new(), |item, (currency, limits)| {
        let bounds = Item::new().with("min", limits.minimum).with("max", limits.maximum);
        item.with(currency.code(), bounds)
    });
    Item::new()
        .with("id", route.id.to_string())
        .with("name", route.name.as_str())
        .with_some("pull", route.pull.map(Rail::as_str))
        .with_some("push", route.push.map(Rail::as_str))
        .with("proc", route.processor.as_str())
        .with("limits", limits)
        .with("spend", route.spendable.as_str())
}

fn route_from_item(item: &Item) -> std::result::Result<Route, Corrupt> {
    let bounds = item.map("limits")?;
    let limits = bounds.0.keys().map(|code| {
        let currency: Currency = code.parse().map_err(|_| item.corrupt("limits"))?;
        let limits = bounds.map(code)?;
        let (minimum, maximum) = (limits.number("min")?, limits.number("max")?);
        Ok((currency, Limits { minimum, maximum }))
    });
    Ok(Route {
        id: item.parse("id")?,
        name: item.text("name")?.to_owned(),
        pull: item.parse_if_any("pull")?,
        push: item.parse_if_any("push")?,
        processor: item.text("proc")?.to_owned(),
        limits: limits.collect::<std::result::Result<_, Corrupt>>()?,
        spendable: item.parse("spend")?,
    })
}

/// A tenant as it was kept.
///
/// # Errors
/// A record that this file cannot have made.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<Tenant, Corrupt> {
    let routes = item.items("routes")?.into_iter().map(route_from_item);
    Ok(Tenant {
        scope,
        name: item.text("name")?.to_owned(),
        allowed_origins: item.texts("org")?,
        limits: amounts_from_item(item, "limits")?,
        review: amounts_from_item(item, "review")?,
        routes: routes.collect::<std::result::Result<_, Corrupt>>()?,
        created_at: item.time("crt")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
