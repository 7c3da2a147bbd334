//! Operator: makes a tenant with a credential and an API key, whose secrets are answered once.

use serde_json::Value;
use shared::app::clock::{self, AMBIENT};
use shared::app::context::Operator;
use shared::app::{ExitCode, operator_function};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::operators::answers;
use shared::http::operators::bodies::ProvisionTenant;
use shared::model::Surface;
use shared::operations::provisioning::{Credential, NewKey, provision_tenant as provision};

fn main() -> ExitCode {
    operator_function::serve(provision_tenant)
}

async fn provision_tenant(app: &'static Operator, input: String) -> Result<Value> {
    let body: ProvisionTenant = Fields::from_json(&input)?.read()?;
    let new = body.command(AMBIENT)?;
    app.ensure_keys().await?;
    let credential = Credential::new(new.scope.mode, clock::random(), clock::random());
    let hash = app.secret_hash(&credential.secret).await?;
    let scope = new.scope;
    let payments_key = NewKey::new(scope, Surface::Payments, clock::new_id(), clock::random());
    let keys = [payments_key.record(scope, app.secret_hash(&payments_key.text).await?)];
    let setup = provision(&app.store, new, &credential, hash, &keys, AMBIENT).await?;
    Ok(answers::provisioned(&setup, &credential, &payments_key))
}
