//! `DELETE /v1/platform/webhooks`: no events are posted any more.
//!
//! Refuses, in this order: `webhook_not_found`, `rate_limited`.

use shared::app::{App, Bearer, ExitCode, platform};
use shared::http::platform::routes;
use shared::http::platform::webhook_endpoint::DeletedView;
use shared::http::{Reply, Request, Result};
use shared::operations::webhooks;

fn main() -> ExitCode {
    platform::serve(routes::webhooks::DeleteWebhookEndpoint, delete_webhook_endpoint)
}

async fn delete_webhook_endpoint(app: &'static App<Bearer>, req: Request) -> Result {
    let caller = app.call::<routes::webhooks::DeleteWebhookEndpoint>(&req).await?.caller;
    let id = webhooks::remove_platform_endpoint(&app.store, caller.scope, app.now()).await?;
    Ok(Reply::data(&DeletedView { id, deleted: true }))
}
