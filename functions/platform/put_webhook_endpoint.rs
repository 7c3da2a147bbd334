//! `POST /v1/platform/webhooks`: where your events are posted; replaces what there was.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `conflict`.

use shared::app::context::Endpoints;
use shared::app::{Exit, clock, serve};
use shared::http::body::Body;
use shared::http::platform::webhook_endpoint::{PutWebhookEndpoint, Remembered};
use shared::http::{Reply, Request, Result};
use shared::operations::{Commit, Idempotency, Problem};
use shared::store::webhook_endpoint;

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, put_webhook_endpoint)
}

async fn put_webhook_endpoint(app: &'static Endpoints, req: Request) -> Result {
    let caller = app.caller(&req, "webhooks:write").await?;
    let mut fields = req.fields()?;
    let body: PutWebhookEndpoint = fields.read()?;
    let once =
        Idempotency::of(&req, &body.meaning(), caller.scope, "put-webhook-endpoint", body.key())?;
    let answer = match once.earlier(&app.store).await? {
        Some(answer) => answer,
        None => {
            app.check_url(caller.scope.mode, &body.url.0).await?;
            let known = app.store.platform_endpoint(caller.scope).await?;
            body.check(known.as_ref())?;
            let id = known.as_ref().map_or_else(clock::new_id, |known| known.id);
            let secret = app.signing_secret(&id.to_string(), body.own(), body.asymmetric()).await?;
            let health = app.store.endpoint_health(caller.scope, id).await?;
            let endpoint = body.endpoint(known, (id, caller.scope, secret), app.now());
            let new = endpoint.version == 1;
            let remembered = Remembered::of(&endpoint, &health, new, app.now());
            let writes = Commit::new().write(webhook_endpoint::put(&endpoint), Problem::Conflict);
            once.commit(&app.store, writes, remembered, app.now()).await?
        }
    };
    Ok(answer.mark(Reply::data(&app.reveal(&answer).await?)))
}
