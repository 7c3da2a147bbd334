//! `PATCH /webhooks/{id}`: changes what the body names; `PUT` does the same.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_mismatch`, `webhook_not_found`,
//! `duplicate`, `rate_limited` while others change it.

use shared::app::context::WebhookKeys;
use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::routes::UpdateWebhook;
use shared::http::payments::webhook_endpoint::{in_path, view};
use shared::http::{Request, Result, reply};
use shared::model::endpoint_health::EndpointHealth;
use shared::model::webhook_endpoint::WebhookEndpoint;
use shared::operations::own_endpoints;

fn main() -> ExitCode {
    payments::serve(UpdateWebhook, update_webhook)
}

async fn update_webhook(app: &'static App<ApiKey<Payments>, WebhookKeys>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<UpdateWebhook>(&req).await?;
    let (wish, which, now) = (body.command(), in_path(&req, caller.scope), app.now());
    if let Some(url) = &wish.url {
        app.check_url(caller.scope.mode, url).await?;
    }
    let health = match which.id {
        Some(id) => Some(app.store.endpoint_health(caller.scope, id).await?),
        None => None,
    };
    let render = |endpoint: &WebhookEndpoint| {
        let unknown = EndpointHealth::unknown(endpoint.scope, endpoint.id);
        reply::json(&view(endpoint, health.as_ref().unwrap_or(&unknown), now))
    };
    let kept = own_endpoints::change(&app.store, which, &wish, idempotency.remember(&render), now);
    Ok(kept.await?.reply())
}
