//! Operator: changes a tenant's name, origins, limits, routes or review thresholds.

use serde_json::Value;
use shared::app::context::Records;
use shared::app::{Exit, clock, work};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::platform::operator::{UpdateTenant, tenant_view};
use shared::operations::Problem;
use shared::store::tenant;

fn main() -> Exit {
    work::operate(update_tenant)
}

async fn update_tenant(app: &'static Records, input: String) -> Result<Value> {
    let body: UpdateTenant = Fields::from_json(&input)?.read()?;
    let known = app.store.setup(body.scope()).await?;
    let known = known.ok_or_else(|| Problem::field("tenant_id", "names no tenant of this mode"))?;
    let next = body.applied(&known, clock::new_id)?;
    app.store.commit(tenant::replace(&next).to_vec()).await?;
    Ok(tenant_view(&next))
}
