//! A tenant's routes: ways for money to come in and go out.

use super::Result;
use crate::{
    model::{Scope, route::Route},
    store::Table,
};

/// All routes of a tenant.
pub async fn list(store: &Table, scope: Scope) -> Result<Vec<Route>> {
    Ok(store.routes(scope).await?)
}
