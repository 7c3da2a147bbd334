//! `POST /api/organization/webhooks/{id}/rotate-secret`: a new secret, shown once; the old ones sign on
//! for a while.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `webhook_not_found`,
//! `validation_error`, `idempotency_key_reused`, `throttled` while others change it.

use shared::app::context::WebhookKeys;
use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, links};
use shared::http::links::{routes, webhook};
use shared::http::remembered_endpoint::RememberedEndpoint;
use shared::http::{Reply, Request, Result};
use shared::operations::{Commit, Problem, own_endpoints, webhooks};
use shared::store::webhook_endpoint;

fn main() -> ExitCode {
    links::serve(routes::RotateWebhookSecret, rotate_webhook_secret)
}

async fn rotate_webhook_secret(
    app: &'static App<RecentSession, WebhookKeys>,
    req: Request,
) -> Result {
    let opened = app.open::<routes::RotateWebhookSecret>(&req).await?;
    let (scope, now) = (opened.caller.scope(), app.now());
    let known = own_endpoints::find(&app.store, webhook::in_path(&req, scope)).await?;
    let Call { body, idempotency, .. } = app.fields::<routes::RotateWebhookSecret>(&req, opened)?;
    let answer = match idempotency.earlier(&app.store).await? {
        Some(answer) => answer,
        None => {
            let secret = app.signing_secret(known.id, None, known.asymmetric()).await?;
            let health = app.store.endpoint_health(scope, known.id).await?;
            let next = webhooks::rotate_secret(&known, secret, body.overlap_s(), now)?;
            let writes = Commit::new().write(webhook_endpoint::put(&next), Problem::Contended);
            let shown = webhook::remembered(&next, &health, now);
            idempotency.commit(&app.store, writes, shown, now).await?
        }
    };
    let remembered = RememberedEndpoint::read(&answer.data)?;
    let sealed = remembered.sealed()?.filter(|_| !answer.replayed);
    let secret = app.reveal(sealed).await?;
    Ok(answer.mark(Reply::json(&webhook::with_secret(remembered, secret.as_ref()))))
}
