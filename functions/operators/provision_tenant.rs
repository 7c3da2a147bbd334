//! Operator: makes a tenant with a credential, whose secret is answered once.

use serde_json::Value;
use shared::app::clock::{self, AMBIENT};
use shared::app::context::Operator;
use shared::app::{ExitCode, operator_function};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::operators::answers;
use shared::http::operators::bodies::ProvisionTenant;
use shared::operations::provisioning::{Credential, provision_tenant as provision};

fn main() -> ExitCode {
    operator_function::serve(provision_tenant)
}

async fn provision_tenant(app: &'static Operator, input: String) -> Result<Value> {
    let body: ProvisionTenant = Fields::from_json(&input)?.read()?;
    let new = body.command(AMBIENT)?;
    app.ensure_keys().await?;
    let credential = Credential::new(new.scope.mode, clock::random(), clock::random());
    let hash = app.secret_hash(&credential.secret).await?;
    let setup = provision(&app.store, new, &credential, hash, AMBIENT).await?;
    Ok(answers::provisioned(&setup, &credential))
}
