//! `POST /webhooks`: registers an address to which your events are posted.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_mismatch`, `duplicate`.

use shared::app::context::WebhookKeys;
use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, clock, payments};
use shared::http::payments::Payments;
use shared::http::payments::routes::CreateWebhook;
use shared::http::payments::webhook_endpoint::{new_view, shown};
use shared::http::{Request, Result};
use shared::model::Surface;
use shared::model::secret::OwnedSecret;
use shared::operations::webhooks::{NewEndpoint, add};

fn main() -> ExitCode {
    payments::serve(CreateWebhook, create_webhook)
}

async fn create_webhook(app: &'static App<ApiKey<Payments>, WebhookKeys>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<CreateWebhook>(&req).await?;
    if let Some(earlier) = idempotency.earlier(&app.store).await? {
        return shown(earlier, None);
    }
    let scope = caller.scope;
    app.check_url(scope.mode, &body.url.0).await?;
    let id = clock::new_id();
    let secret = app.signing_secret(id, None, false).await?;
    let sealed = secret.sealed.clone();
    let new = NewEndpoint { id, scope, surface: Surface::Payments, secret };
    let remember = idempotency.remember(&new_view);
    let answer = add(&app.store, body.command(), new, &remember, app.now()).await?;
    let secret = app.reveal(Some(OwnedSecret { owner: id, sealed })).await?;
    shown(answer, secret.as_ref())
}
