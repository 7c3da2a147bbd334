//! Tenants in the table.

use super::{Consistency, Corrupt, Guard, Item, Result, Table, Update, Value, Write, key, route};
use crate::model::{
    Currency, Mode, Money, Scope,
    id::TenantId,
    tenant::{Setup, Tenant},
};
use std::collections::BTreeMap;

impl Table {
    /// All that operators set for a tenant.
    pub async fn setup(&self, scope: Scope) -> Result<Option<Setup>> {
        let keys = [key::tenant(scope), key::routes(scope)];
        let [tenant, routes] = self.get_all(keys, Consistency::Strong).await?;
        let Some(tenant) = tenant else { return Ok(None) };
        let tenant = from_item(scope, &tenant)?;
        Ok(Some(Setup { tenant, routes: route::from_item(routes.as_ref())? }))
    }

    /// A tenant in each mode that it has, test first.
    pub async fn tenant_in_all_modes(&self, tenant: TenantId) -> Result<Vec<Tenant>> {
        let scopes = [Mode::Test, Mode::Live].map(|mode| Scope { tenant, mode });
        let items = self.get_all(scopes.map(key::tenant), Consistency::Strong).await?;
        let found = scopes.into_iter().zip(items);
        let found = found.filter_map(|(scope, item)| Some(from_item(scope, &item?)));
        Ok(found.collect::<std::result::Result<_, Corrupt>>()?)
    }
}

/// The writes that create a tenant.
pub fn insert(setup: &Setup) -> [Write; 2] {
    items(setup).map(Write::Insert)
}

/// The writes that change a tenant; `next.tenant.version` is one above what they replace.
pub fn replace(next: &Setup) -> [Write; 2] {
    let version = next.tenant.version.saturating_sub(1);
    items(next).map(|item| Write::Replace { item, version })
}

/// The writes that give a tenant another name. Its two records keep one version.
pub fn rename(tenant: &Tenant, name: &str) -> [Write; 2] {
    let at = |key| Update::of(key).guard(Guard::Is("v", Value::from(tenant.version)));
    let record = at(key::tenant(tenant.scope)).set("name", name);
    [record, at(key::routes(tenant.scope))].map(Write::Update)
}

/// A tenant's routes lie beside it: whoever makes or pays links does not carry them.
fn items(Setup { tenant, routes }: &Setup) -> [Item; 2] {
    [to_item(tenant), route::to_item(tenant.scope, tenant.version, routes)]
}

fn to_item(tenant: &Tenant) -> Item {
    let item = key::tenant(tenant.scope)
        .item()
        .with("v", tenant.version)
        .with("name", tenant.name.as_str())
        .with_texts("org", tenant.allowed_origins.iter().map(|origin| origin.as_str()))
        .with("limits", amounts_to_item(&tenant.limits))
        .with("crt", tenant.created_at);
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

/// A tenant as it was kept.
pub fn from_item(scope: Scope, item: &Item) -> std::result::Result<Tenant, Corrupt> {
    Ok(Tenant {
        scope,
        name: item.text("name")?.to_owned(),
        allowed_origins: item.texts("org")?,
        limits: amounts_from_item(item, "limits")?,
        review: amounts_from_item(item, "review")?,
        created_at: item.time("crt")?,
        version: item.number("v")?,
    })
}

#[cfg(test)]
mod tests;
