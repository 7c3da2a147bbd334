//! Operator: gives a client of the platform surface a new secret, which is answered once.

use serde_json::Value;
use shared::app::clock;
use shared::app::context::Operator;
use shared::app::{ExitCode, operator_function};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::operators::{answers, bodies::PutClient};
use shared::operations::{Problem, client_secrets, provisioning};

fn main() -> ExitCode {
    operator_function::serve(put_client)
}

async fn put_client(app: &'static Operator, input: String) -> Result<Value> {
    let body: PutClient = Fields::from_json(&input)?.read()?;
    let client = app.store.client(&body.client_id.0).await?;
    let client = client.ok_or_else(|| Problem::field("client_id", "names no client"))?;
    let secret = provisioning::client_secret(client.scope.mode, clock::random());
    let hash = app.secret_hash(&secret).await?;
    let (overlap_s, now) = (body.overlap_s(), clock::now());
    let next = client_secrets::replace(&app.store, &client, hash, overlap_s, now).await?;
    Ok(answers::client(&next, &secret))
}
