//! `DELETE /api-keys/{id}`: ends a key with the next request, the calling one too.
//!
//! Refuses: `api_key_not_found`, also a second time.

use shared::app::identity::ApiKey;
use shared::app::{App, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::api_key::in_path;
use shared::http::payments::deleted::deleted;
use shared::http::payments::routes::DeleteApiKey;
use shared::http::{Reply, Request, Result};
use shared::model::Surface;
use shared::operations::api_keys;

fn main() -> ExitCode {
    payments::serve(DeleteApiKey, delete_api_key)
}

async fn delete_api_key(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let caller = app.call::<DeleteApiKey>(&req).await?.caller;
    let id = in_path(&req)?;
    api_keys::revoke(&app.store, caller.scope, Surface::Payments, id, app.now()).await?;
    Ok(Reply::data(&deleted(id.payments_form(), "api_key", caller.scope.mode)))
}
