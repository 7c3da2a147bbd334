//! `GET /v1/platform/webhooks`: where your events are posted, and how that goes.
//!
//! Refuses: `webhook_not_found`.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::webhook_endpoint::view;
use shared::http::{Reply, Request, Result};
use shared::operations::webhooks;

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, get_webhook_endpoint)
}

async fn get_webhook_endpoint(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "webhooks:read").await?;
    let endpoint = webhooks::platform_endpoint(&app.store, caller.scope).await?;
    let health = app.store.endpoint_health(caller.scope, endpoint.id).await?;
    Ok(Reply::data(&view(&endpoint, &health, app.now())))
}
