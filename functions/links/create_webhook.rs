//! `POST /api/organization/webhooks`: a place where events are posted; its secret is shown once.
//!
//! Refuses, in this order: `permission_denied`, `validation_error`, `idempotency_key_reused`,
//! `limit_reached`.

use shared::app::context::WebhookKeys;
use shared::app::{App, Call, ExitCode, Session, clock, links};
use shared::http::links::{routes, webhook};
use shared::http::{Reply, Request, Result};
use shared::model::{Surface, endpoint_health::EndpointHealth};
use shared::operations::webhooks::{NewEndpoint, check_room, register};
use shared::operations::{Commit, Problem};
use shared::store::webhook_endpoint;

fn main() -> ExitCode {
    links::serve(create_webhook)
}

async fn create_webhook(app: &'static App<Session, WebhookKeys>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<routes::CreateWebhook>(&req).await?;
    let (scope, now) = (caller.scope(), app.now());
    let answer = match idempotency.earlier(&app.store).await? {
        Some(answer) => answer,
        None => {
            app.check_url(scope.mode, &body.url.0).await?;
            check_room(&app.store, scope, Surface::Links, webhook::MAX_ENDPOINTS).await?;
            let wish = body.command();
            let id = clock::new_id();
            let secret = app.signing_secret(id, None, wish.ed25519 == Some(true)).await?;
            let new = NewEndpoint { id, scope, surface: Surface::Links, secret };
            let endpoint = register(wish, None, new, now);
            let health = EndpointHealth::new(scope, id);
            let remembered = webhook::RememberedWebhook::of(&endpoint, &health, now);
            let writes = Commit::new().write(webhook_endpoint::put(&endpoint), Problem::Conflict);
            idempotency.commit(&app.store, writes, remembered, now).await?
        }
    };
    let remembered = webhook::RememberedWebhook::read(&answer.data)?;
    let secret = app.reveal(remembered.sealed()?).await?;
    let made = Reply { status: 201, ..Reply::json(&remembered.view(secret.as_ref())) };
    Ok(answer.mark(made))
}
