//! `POST /api-keys`: a new key, whose text is shown this once.
//!
//! Refuses, in this order: `validation_error`, `forbidden` for a scope that the calling key lacks,
//! `idempotency_key_mismatch`, `duplicate` where there are fifty.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, clock, payments};
use shared::http::field::Field as _;
use shared::http::payments::Payments;
use shared::http::payments::api_key::{KeyScopes, new_view, shown};
use shared::http::payments::routes::CreateApiKey;
use shared::http::{Request, Result};
use shared::model::Surface;
use shared::operations::{api_keys, provisioning::NewKey};

fn main() -> ExitCode {
    payments::serve(CreateApiKey, create_api_key)
}

async fn create_api_key(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<CreateApiKey>(&req).await?;
    let new = NewKey::new(caller.scope, Surface::Payments, clock::new_id(), clock::random());
    let hash = app.identity.hash(&app.store, new.text.reveal()).await?;
    let key = body.command().record(&caller, &new, hash)?;
    if let Some(earlier) = idempotency.earlier(&app.store).await? {
        return shown(earlier, &new.text);
    }
    let remember = idempotency
        .remember(&new_view)
        .by_default("scopes", &KeyScopes(caller.scopes.clone()).meaning());
    let answer = api_keys::add(&app.store, &key, &remember, app.now()).await?;
    shown(answer, &new.text)
}
