//! `POST /api/organization/webhooks`: a place where events are posted; its secret is shown once.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `validation_error`,
//! `idempotency_key_reused`, `limit_reached`, `conflict` (another webhook has the address).

use shared::app::context::WebhookKeys;
use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, clock, links};
use shared::http::links::{routes, webhook};
use shared::http::remembered_endpoint::RememberedEndpoint;
use shared::http::{Reply, Request, Result};
use shared::model::{Surface, webhook_endpoint::WebhookEndpoint};
use shared::operations::webhooks::{NewEndpoint, add};

fn main() -> ExitCode {
    links::serve(routes::CreateWebhook, create_webhook)
}

async fn create_webhook(app: &'static App<RecentSession, WebhookKeys>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<routes::CreateWebhook>(&req).await?;
    let (scope, now) = (caller.scope(), app.now());
    let answer = match idempotency.earlier(&app.store).await? {
        Some(answer) => answer,
        None => {
            app.check_url(scope.mode, &body.url.0).await?;
            let (id, wish) = (clock::new_id(), body.command());
            let secret = app.signing_secret(id, None, wish.ed25519 == Some(true)).await?;
            let new = NewEndpoint { id, scope, surface: Surface::Links, secret };
            let shown = |endpoint: &WebhookEndpoint| webhook::remembered_new(endpoint, now);
            add(&app.store, wish, new, &idempotency.remember(&shown), now).await?
        }
    };
    let remembered = RememberedEndpoint::read(&answer.data)?;
    let sealed = remembered.sealed()?.filter(|_| !answer.replayed);
    let secret = app.reveal(sealed).await?;
    let made = Reply::json(&webhook::with_secret(remembered, secret.as_ref()));
    Ok(answer.mark(made))
}
