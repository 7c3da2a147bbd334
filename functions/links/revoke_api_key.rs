//! `POST /api/organization/api-keys/{id}/revoke`: ends a key with its next request.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `api_key_not_found`.

use shared::app::identity::RecentSession;
use shared::app::{App, ExitCode, links};
use shared::http::links::{api_key, routes};
use shared::http::{Reply, Request, Result};
use shared::model::Surface;
use shared::operations::api_keys;

fn main() -> ExitCode {
    links::serve(routes::RevokeApiKey, revoke_api_key)
}

async fn revoke_api_key(app: &'static App<RecentSession>, req: Request) -> Result {
    let opened = app.open::<routes::RevokeApiKey>(&req).await?;
    let (scope, now, id) = (opened.caller.scope(), app.now(), api_key::in_path(&req)?);
    let found = api_keys::find(&app.store, scope, Surface::Links, id);
    app.fields_after::<routes::RevokeApiKey, _>(&req, opened, found).await?;
    let key = api_keys::end(&app.store, scope, Surface::Links, id, now).await?;
    Ok(Reply::json(&api_key::view(&key, now)))
}
