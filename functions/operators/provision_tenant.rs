//! Operator: makes a tenant with a credential, whose secret is answered once.

use serde_json::{Value, json};
use shared::app::context::Operator;
use shared::app::{Exit, provision, work};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::platform::operator::{ProvisionTenant, tenant_view};

fn main() -> Exit {
    work::operate(provision_tenant)
}

async fn provision_tenant(app: &'static Operator, input: String) -> Result<Value> {
    let body: ProvisionTenant = Fields::from_json(&input)?.read()?;
    let (setup, client_id, client_secret) = provision::tenant(app, body).await?;
    let scope = setup.tenant.scope;
    Ok(json!({
        "tenant": tenant_view(&setup),
        "tenant_id": scope.tenant.to_string(),
        "mode": scope.mode.as_str(),
        "client_id": client_id,
        "client_secret": client_secret,
    }))
}
