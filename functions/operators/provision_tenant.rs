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
use shared::operations::invitations::{self, invite_owner};
use shared::operations::provisioning::{Credential, NewKey, provision_tenant as provision};

fn main() -> ExitCode {
    operator_function::serve(provision_tenant)
}

async fn provision_tenant(app: &'static Operator, input: String) -> Result<Value> {
    let body: ProvisionTenant = Fields::from_json(&input)?.read()?;
    let owner = body.owner_email.as_ref().map(|email| email.0.clone());
    let new = body.command(AMBIENT)?;
    if let Some(email) = &owner {
        invitations::check_address(&app.store, email).await?;
    }
    app.ensure_keys().await?;
    let credential = Credential::new(new.scope.mode, clock::random(), clock::random());
    let hash = app.secret_hash(&credential.secret).await?;
    let scope = new.scope;
    let payments_key = NewKey::new(scope, Surface::Payments, clock::new_id(), clock::random());
    let keys = [payments_key.record(scope, app.secret_hash(&payments_key.text).await?)];
    let setup = provision(&app.store, new, &credential, hash, &keys, AMBIENT).await?;
    let invited = match owner {
        Some(email) => {
            let secret = clock::random();
            Some(invite_owner(&app.store, scope.tenant, &email, secret, AMBIENT).await?)
        }
        None => None,
    };
    let answer = answers::provisioned(&setup, &credential, &payments_key);
    let base = app.config.public_base_url.as_deref();
    Ok(answers::with_invitation(answer, invited.as_ref(), base))
}
