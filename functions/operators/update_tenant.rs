//! Operator: changes a tenant's name, origins, limits, routes or review thresholds, and the
//! limits of its links.

use serde_json::Value;
use shared::app::clock::AMBIENT;
use shared::app::context::Records;
use shared::app::{ExitCode, operator_function};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::operators::{answers, bodies::UpdateTenant};
use shared::operations::provisioning;

fn main() -> ExitCode {
    operator_function::serve(update_tenant)
}

async fn update_tenant(app: &'static Records, input: String) -> Result<Value> {
    let body: UpdateTenant = Fields::from_json(&input)?.read()?;
    let (changes, now) = (body.command(AMBIENT)?, AMBIENT.now());
    let (setup, organization) = provisioning::update_tenant(&app.store, changes, now).await?;
    Ok(answers::updated(&setup, &organization))
}
