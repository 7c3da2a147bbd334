//! `POST /v1/platform/webhooks/test`: sends a `webhook.test` event the way all events go.
//!
//! Refuses, in this order: `validation_error`, `webhook_not_found`, `webhook_disabled`,
//! `conflict`.

use shared::app::{App, Bearer, Call, ExitCode, platform};
use shared::http::platform::routes;
use shared::http::platform::webhook_endpoint::TestEventView;
use shared::http::{Request, Result, reply};
use shared::model::event::EventType;
use shared::operations::{Commit, Problem, webhooks};
use shared::store::webhook_endpoint;

fn main() -> ExitCode {
    platform::serve(send_test_event)
}

async fn send_test_event(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, idempotency: once, .. } =
        app.call::<routes::webhooks::SendTestEvent>(&req).await?;
    if let Some(answer) = once.earlier(&app.store).await? {
        return Ok(answer.reply());
    }
    let endpoint = webhooks::platform_endpoint(&app.store, caller.scope).await?;
    let next = webhooks::send_test_event(&endpoint, app.now())?;
    let view = TestEventView { event: EventType::WebhookTest.as_str(), url: endpoint.url };
    let (writes, data) =
        (Commit::new().write(webhook_endpoint::put(&next), Problem::Conflict), reply::json(&view));
    Ok(once.commit(&app.store, writes, data, app.now()).await?.reply())
}
