//! `POST /v1/platform/webhooks/test`: sends a `webhook.test` event the way all events go.
//!
//! Refuses, in this order: `validation_error`, `webhook_not_found`, `webhook_disabled`,
//! `conflict`.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::body::Body;
use shared::http::platform::webhook_endpoint::{SendTestEvent, TestEventView};
use shared::http::{Request, Result, reply};
use shared::model::event::EventType;
use shared::operations::{Commit, Idempotency, Problem, webhooks};
use shared::store::webhook_endpoint;

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, send_test_event)
}

async fn send_test_event(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "webhooks:write").await?;
    let mut fields = req.fields_if_any()?;
    let body: SendTestEvent = fields.read()?;
    let once = Idempotency::of(&req, &body.meaning(), caller.scope, "send-test-event", body.key())?;
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
