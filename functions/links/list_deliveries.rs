//! `GET /api/organization/webhooks/{id}/deliveries`: what became of events at a webhook, newest first.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `webhook_not_found`,
//! `validation_error`.

use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, links};
use shared::http::links::{routes, webhook};
use shared::http::{Request, Result};
use shared::operations::own_endpoints;

fn main() -> ExitCode {
    links::serve(routes::ListDeliveries, list_deliveries)
}

async fn list_deliveries(app: &'static App<RecentSession>, req: Request) -> Result {
    let opened = app.open::<routes::ListDeliveries>(&req).await?;
    let (base, scope) = (app.base_url(&req)?, opened.caller.scope());
    let endpoint = own_endpoints::find(&app.store, webhook::in_path(&req, scope)).await?.id;
    let Call { query, .. } = app.fields::<routes::ListDeliveries>(&req, opened)?;
    let asked = query.command(scope, endpoint, app.now())?;
    let (found, next) = app.store.deliveries_of(scope, endpoint, &asked.wanted, asked.from).await?;
    Ok(asked.reply(&found, next, &req, &base))
}
