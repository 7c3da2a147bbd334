//! `POST /v1/platform/webhooks/test`: sends a `webhook.test` event the way all events go.
//!
//! Refuses, in this order: `validation_error`, `webhook_not_found`, `webhook_disabled`,
//! `rate_limited`.

use shared::app::{App, Bearer, Call, ExitCode, platform};
use shared::http::platform::routes;
use shared::http::platform::webhook_endpoint::TestEventView;
use shared::http::{Request, Result, reply};
use shared::model::webhook_endpoint::WebhookEndpoint;
use shared::operations::webhooks;

fn main() -> ExitCode {
    platform::serve(routes::webhooks::SendTestEvent, send_test_event)
}

async fn send_test_event(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, idempotency, .. } =
        app.call::<routes::webhooks::SendTestEvent>(&req).await?;
    let answer = |endpoint: &WebhookEndpoint| reply::json(&TestEventView::of(endpoint));
    let remember = idempotency.remember(&answer);
    Ok(webhooks::send_test_event(&app.store, caller.scope, &remember, app.now()).await?.reply())
}
