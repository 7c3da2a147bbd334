//! `GET /api/organization/api-keys`: the organisation's API keys, newest first.
//!
//! Refuses, in this order: `permission_denied`, `validation_error`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{api_key, routes};
use shared::http::{Request, Result};
use shared::model::Surface;

fn main() -> ExitCode {
    links::serve(routes::ListApiKeys, list_api_keys)
}

async fn list_api_keys(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::ListApiKeys>(&req).await?;
    let (base, scope) = (app.base_url(&req)?, caller.scope());
    let page = query.page(scope)?;
    let keys = app.store.api_keys(scope, Surface::Links).await?;
    Ok(api_key::list(keys, &page, &req, &base, app.now()))
}
