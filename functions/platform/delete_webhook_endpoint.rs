//! `DELETE /v1/platform/webhooks`: no events are posted any more.
//!
//! Refuses, in this order: `webhook_not_found`, `conflict`.

use shared::app::{App, Bearer, ExitCode, platform};
use shared::http::platform::routes;
use shared::http::platform::webhook_endpoint::DeletedView;
use shared::http::{Reply, Request, Result};
use shared::operations::webhooks;

fn main() -> ExitCode {
    platform::serve(delete_webhook_endpoint)
}

async fn delete_webhook_endpoint(app: &'static App<Bearer>, req: Request) -> Result {
    let caller = app.call::<routes::webhooks::DeleteWebhookEndpoint>(&req).await?.caller;
    let endpoint = webhooks::platform_endpoint(&app.store, caller.scope).await?;
    webhooks::remove(&app.store, &endpoint).await?;
    Ok(Reply::data(&DeletedView { id: endpoint.id, deleted: true }))
}
