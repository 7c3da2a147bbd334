//! `DELETE /api/organization/webhooks/{id}`: removes a webhook; what is on its way to it ends.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `webhook_not_found` (one
//! that was removed lately is as good as removed), `throttled` while others change it.

use shared::app::identity::RecentSession;
use shared::app::{App, ExitCode, links};
use shared::http::links::{routes, webhook};
use shared::http::{Reply, Request, Result};
use shared::operations::own_endpoints;

fn main() -> ExitCode {
    links::serve(routes::DeleteWebhook, delete_webhook)
}

async fn delete_webhook(app: &'static App<RecentSession>, req: Request) -> Result {
    let opened = app.open::<routes::DeleteWebhook>(&req).await?;
    let which = webhook::in_path(&req, opened.caller.scope());
    let found = own_endpoints::find(&app.store, which);
    app.fields_after::<routes::DeleteWebhook, _>(&req, opened, found).await?;
    own_endpoints::remove_once(&app.store, which, app.now()).await?;
    Ok(Reply::nothing())
}
