//! `GET /api/organization/webhooks/{id}`: one webhook, without its secret.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `webhook_not_found`.

use shared::app::identity::RecentSession;
use shared::app::{App, ExitCode, links};
use shared::http::links::{routes, webhook};
use shared::http::{Reply, Request, Result};
use shared::operations::own_endpoints;

fn main() -> ExitCode {
    links::serve(routes::GetWebhook, get_webhook)
}

async fn get_webhook(app: &'static App<RecentSession>, req: Request) -> Result {
    let opened = app.open::<routes::GetWebhook>(&req).await?;
    let scope = opened.caller.scope();
    let endpoint = own_endpoints::find(&app.store, webhook::in_path(&req, scope)).await?;
    app.fields::<routes::GetWebhook>(&req, opened)?;
    let health = app.store.endpoint_health(scope, endpoint.id).await?;
    let view = webhook::view(&endpoint, &health, app.now());
    Ok(Reply::json(&view).versioned(endpoint.version, &req))
}
