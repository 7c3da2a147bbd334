//! `POST /v1/platform/webhooks`: where your events are posted; replaces what there was.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `rate_limited`.

use shared::app::context::WebhookKeys;
use shared::app::{App, Bearer, Call, ExitCode, clock, platform};
use shared::http::platform::routes;
use shared::http::platform::webhook_endpoint::{remembered, with_secret};
use shared::http::remembered_endpoint::RememberedEndpoint;
use shared::http::{Reply, Request, Result};
use shared::model::Surface;
use shared::operations::webhooks::{NewEndpoint, register};
use shared::operations::{Commit, Problem};
use shared::store::webhook_endpoint;

fn main() -> ExitCode {
    platform::serve(routes::webhooks::PutWebhookEndpoint, put_webhook_endpoint)
}

async fn put_webhook_endpoint(app: &'static App<Bearer, WebhookKeys>, req: Request) -> Result {
    let Call { caller, body, idempotency: once, .. } =
        app.call::<routes::webhooks::PutWebhookEndpoint>(&req).await?;
    let answer = match once.earlier(&app.store).await? {
        Some(answer) => answer,
        None => {
            app.check_url(caller.scope.mode, &body.url.0).await?;
            let wish = body.command();
            let known = app.store.platform_endpoint(caller.scope).await?;
            wish.check(known.as_ref())?;
            let id = known.as_ref().map_or_else(clock::new_id, |known| known.id);
            let (own, with_pair) = (wish.own_secret.as_ref(), wish.ed25519 == Some(true));
            let secret = app.signing_secret(id, own, with_pair).await?;
            let health = app.store.endpoint_health(caller.scope, id).await?;
            let new = NewEndpoint { id, scope: caller.scope, surface: Surface::Platform, secret };
            let endpoint = register(wish, known, new, app.now());
            let shown = remembered(&endpoint, &health, endpoint.version == 1, app.now());
            let writes = Commit::new().write(webhook_endpoint::put(&endpoint), Problem::Contended);
            once.commit(&app.store, writes, shown, app.now()).await?
        }
    };
    let remembered = RememberedEndpoint::read(&answer.data)?;
    let secret = app.reveal(remembered.sealed()?).await?;
    Ok(answer.mark(Reply::data(&with_secret(remembered, secret.as_ref()))))
}
