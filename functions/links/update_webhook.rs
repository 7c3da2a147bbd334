//! `PATCH /api/organization/webhooks/{id}`: changes what the body names.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `webhook_not_found`,
//! `validation_error`, `changed_meanwhile`, `idempotency_key_reused`, `conflict` (another webhook has
//! the address), `throttled` while others change it.

use shared::app::context::WebhookKeys;
use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, links};
use shared::http::links::{routes, version, webhook};
use shared::http::{Request, Result, reply::json};
use shared::model::webhook_endpoint::WebhookEndpoint;
use shared::operations::own_endpoints;

fn main() -> ExitCode {
    links::serve(routes::UpdateWebhook, update_webhook)
}

async fn update_webhook(app: &'static App<RecentSession, WebhookKeys>, req: Request) -> Result {
    let opened = app.open::<routes::UpdateWebhook>(&req).await?;
    let (scope, now) = (opened.caller.scope(), app.now());
    let which = webhook::in_path(&req, scope);
    let known = own_endpoints::find(&app.store, which).await?;
    let Call { body, idempotency, .. } = app.fields::<routes::UpdateWebhook>(&req, opened)?;
    version::check(&req, known.version)?;
    if let Some(url) = &body.url {
        app.check_url(scope.mode, &url.0).await?;
    }
    let signs = body.ed25519 == Some(true) && !known.asymmetric();
    let pair = if signs { Some(app.signing_pair(known.id).await?) } else { None };
    let health = app.store.endpoint_health(scope, known.id).await?;
    let render = |endpoint: &WebhookEndpoint| json(&webhook::view(endpoint, &health, now));
    let wish = body.command(pair);
    let kept =
        own_endpoints::change(&app.store, which, &wish, idempotency.remember(&render), now).await?;
    Ok(kept.reply())
}
