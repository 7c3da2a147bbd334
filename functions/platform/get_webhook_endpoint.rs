//! `GET /v1/platform/webhooks`: where your events are posted, and how that goes.
//!
//! Refuses: `webhook_not_found`.

use shared::app::{App, Bearer, ExitCode, platform};
use shared::http::platform::routes;
use shared::http::platform::webhook_endpoint::view;
use shared::http::{Reply, Request, Result};
use shared::operations::webhooks;

fn main() -> ExitCode {
    platform::serve(routes::webhooks::GetWebhookEndpoint, get_webhook_endpoint)
}

async fn get_webhook_endpoint(app: &'static App<Bearer>, req: Request) -> Result {
    let caller = app.call::<routes::webhooks::GetWebhookEndpoint>(&req).await?.caller;
    let endpoint = webhooks::platform_endpoint(&app.store, caller.scope).await?;
    let health = app.store.endpoint_health(caller.scope, endpoint.id).await?;
    Ok(Reply::data(&view(&endpoint, &health, app.now())))
}
