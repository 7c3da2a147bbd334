//! `POST /v1/platform/webhooks/rotate-secret`: a new secret; the old ones sign on for a while.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `webhook_not_found`,
//! `rate_limited`.

use shared::app::context::WebhookKeys;
use shared::app::{App, Bearer, Call, ExitCode, platform};
use shared::http::platform::routes;
use shared::http::platform::webhook_endpoint::{remembered, with_secret};
use shared::http::remembered_endpoint::RememberedEndpoint;
use shared::http::{Reply, Request, Result};
use shared::operations::{Commit, Problem, webhooks};
use shared::store::webhook_endpoint;

fn main() -> ExitCode {
    platform::serve(routes::webhooks::RotateWebhookSecret, rotate_webhook_secret)
}

async fn rotate_webhook_secret(app: &'static App<Bearer, WebhookKeys>, req: Request) -> Result {
    let Call { caller, body, idempotency: once, .. } =
        app.call::<routes::webhooks::RotateWebhookSecret>(&req).await?;
    let answer = match once.earlier(&app.store).await? {
        Some(answer) => answer,
        None => {
            let known = webhooks::platform_endpoint(&app.store, caller.scope).await?;
            let own = body.secret.as_ref().map(|secret| &secret.0);
            let secret = app.signing_secret(known.id, own, known.asymmetric()).await?;
            let health = app.store.endpoint_health(caller.scope, known.id).await?;
            let next = webhooks::rotate_secret(&known, secret, body.overlap_s(), app.now())?;
            let shown = remembered(&next, &health, true, app.now());
            let writes = Commit::new().write(webhook_endpoint::put(&next), Problem::Contended);
            once.commit(&app.store, writes, shown, app.now()).await?
        }
    };
    let remembered = RememberedEndpoint::read(&answer.data)?;
    let secret = app.reveal(remembered.sealed()?).await?;
    Ok(answer.mark(Reply::data(&with_secret(remembered, secret.as_ref()))))
}
