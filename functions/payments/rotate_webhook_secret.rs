//! `POST /webhooks/{id}/rotate-secret`: a new secret, shown this once; the old ones sign on for a
//! while.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_mismatch`, `webhook_not_found`,
//! `rate_limited` while others change it.

use shared::app::context::WebhookKeys;
use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::routes::RotateWebhookSecret;
use shared::http::payments::webhook_endpoint::{in_path, rotated, rotated_view};
use shared::http::{Request, Result, payments::Payments};
use shared::model::secret::OwnedSecret;
use shared::operations::{Commit, Problem, own_endpoints, webhooks};
use shared::store::webhook_endpoint;

fn main() -> ExitCode {
    payments::serve(RotateWebhookSecret, rotate_webhook_secret)
}

async fn rotate_webhook_secret(
    app: &'static App<ApiKey<Payments>, WebhookKeys>,
    req: Request,
) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<RotateWebhookSecret>(&req).await?;
    if let Some(earlier) = idempotency.earlier(&app.store).await? {
        return rotated(earlier, None);
    }
    let (scope, now) = (caller.scope, app.now());
    let known = own_endpoints::find(&app.store, in_path(&req, scope)).await?;
    let secret = app.signing_secret(known.id, None, known.asymmetric()).await?;
    let sealed = secret.sealed.clone();
    let health = app.store.endpoint_health(scope, known.id).await?;
    let next = webhooks::rotate_own_secret(&known, secret, body.overlap_s(), now)?;
    let writes = Commit::new().write(webhook_endpoint::put(&next), Problem::Contended);
    let shown = rotated_view(&next, &health, now);
    let answer = idempotency.commit(&app.store, writes, shown, now).await?;
    let secret = app.reveal(Some(OwnedSecret { owner: known.id, sealed })).await?;
    rotated(answer, secret.as_ref())
}
