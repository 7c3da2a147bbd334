//! Operator: makes an API key of the payments surface for a tenant that has lost its own.

use serde_json::Value;
use shared::app::context::Operator;
use shared::app::{ExitCode, clock, operator_function};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::operators::answers;
use shared::http::operators::bodies::CreateApiKey;
use shared::model::{Surface, api_key::ApiKey};
use shared::operations::{api_keys, provisioning::NewKey};

fn main() -> ExitCode {
    operator_function::serve(create_api_key)
}

async fn create_api_key(app: &'static Operator, input: String) -> Result<Value> {
    let body: CreateApiKey = Fields::from_json(&input)?.read()?;
    let scope = body.scope();
    let new = NewKey::new(scope, Surface::Payments, clock::new_id(), clock::random());
    let record = new.record(scope, app.secret_hash(&new.text).await?);
    let record = ApiKey { name: body.name.0, ..record };
    api_keys::add_for_operator(&app.store, &record).await?;
    Ok(answers::api_key(&new))
}
