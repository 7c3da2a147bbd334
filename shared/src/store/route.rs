//! A tenant's routes in the table: one record holds all of them.

use super::{Consistency, Corrupt, Item, Result, Table, Value, key};
use crate::model::{
    Currency, Scope,
    route::{Limits, Rail, Route},
};

impl Table {
    /// A tenant's routes, read strongly; none where there is no record.
    pub async fn routes(&self, scope: Scope) -> Result<Vec<Route>> {
        let item = self.get(&key::routes(scope), Consistency::Strong).await?;
        Ok(from_item(item.as_ref())?)
    }
}

/// A tenant's routes, which change with the tenant and have its version.
pub fn to_item(scope: Scope, version: u64, routes: &[Route]) -> Item {
    let routes = routes.iter().map(|route| one_to_item(route).into()).collect();
    key::routes(scope).item().with("v", version).with("routes", Value::L(routes))
}

/// Routes as they were kept; none where there is no record.
pub fn from_item(item: Option<&Item>) -> std::result::Result<Vec<Route>, Corrupt> {
    let routes = item.map(|item| item.items("routes")).transpose()?.unwrap_or_default();
    routes.into_iter().map(one_from_item).collect()
}

fn one_to_item(route: &Route) -> Item {
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

fn one_from_item(item: &Item) -> std::result::Result<Route, Corrupt> {
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
