//! `POST /api/organization/webhooks/{id}/test`: sends a `webhook.test` event the way all events go.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `webhook_not_found`,
//! `idempotency_key_reused`, `webhook_disabled`, `throttled` while others change it.

use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, links};
use shared::http::links::{routes, webhook};
use shared::http::{Request, Result, reply::json};
use shared::model::webhook_endpoint::WebhookEndpoint;
use shared::operations::own_endpoints;

fn main() -> ExitCode {
    links::serve(routes::SendTestEvent, send_test_event)
}

async fn send_test_event(app: &'static App<RecentSession>, req: Request) -> Result {
    let opened = app.open::<routes::SendTestEvent>(&req).await?;
    let scope = opened.caller.scope();
    own_endpoints::find(&app.store, webhook::in_path(&req, scope)).await?;
    let Call { idempotency, .. } = app.fields::<routes::SendTestEvent>(&req, opened)?;
    let which = webhook::in_path(&req, scope);
    let shown = |endpoint: &WebhookEndpoint| json(&webhook::tested(endpoint));
    let remember = idempotency.remember(&shown);
    let sent = own_endpoints::send_test_event(&app.store, which, &remember, app.now()).await?;
    Ok(sent.reply())
}
