//! `DELETE /v1/platform/webhooks`: no events are posted any more.
//!
//! Refuses, in this order: `webhook_not_found`, `conflict`.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::webhook_endpoint::DeletedView;
use shared::http::{Reply, Request, Result};
use shared::operations::webhooks;

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, delete_webhook_endpoint)
}

async fn delete_webhook_endpoint(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "webhooks:write").await?;
    let endpoint = webhooks::platform_endpoint(&app.store, caller.scope).await?;
    webhooks::remove(&app.store, &endpoint).await?;
    Ok(Reply::data(&DeletedView { id: endpoint.id, deleted: true }))
}
