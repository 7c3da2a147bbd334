//! `GET /api/organization/webhooks`: your webhooks, newest first.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `validation_error`.

use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, links};
use shared::http::links::{routes, webhook};
use shared::http::{Request, Result};
use shared::model::Surface;
use shared::operations::own_endpoints;

fn main() -> ExitCode {
    links::serve(routes::ListWebhooks, list_webhooks)
}

async fn list_webhooks(app: &'static App<RecentSession>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::ListWebhooks>(&req).await?;
    let (base, scope, now) = (app.base_url(&req)?, caller.scope(), app.now());
    let (page, slice) = query.page(scope, now)?;
    let found = own_endpoints::list(&app.store, scope, Surface::Links, &slice).await?;
    let health = app.store.endpoints_health(scope, &found.entries).await?;
    Ok(webhook::list(&found, &health, &page, &req, &base, now))
}
