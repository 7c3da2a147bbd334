//! `POST /v1/platform/webhooks`: where your events are posted; replaces what there was.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `conflict`.

use shared::app::context::Endpoints;
use shared::app::{Exit, clock, serve};
use shared::http::once::Once;
use shared::http::platform::webhook_endpoint::{PutWebhookEndpoint, Remembered};
use shared::http::{Code, Reply, Request, Result};
use shared::model::id::WebhookEndpointId;
use shared::store::webhook_endpoint;

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, put_webhook_endpoint)
}

async fn put_webhook_endpoint(app: &'static Endpoints, req: Request) -> Result {
    let caller = app.caller(&req, "webhooks:write").await?;
    let mut fields = req.fields()?;
    let body: PutWebhookEndpoint = fields.read()?;
    let once = Once::of(&req, &fields, caller.scope, "put-webhook-endpoint", body.key())?;
    let answer = match once.earlier(&app.store).await? {
        Some(answer) => answer,
        None => {
            app.check_url(caller.scope.mode, &body.url.0).await?;
            let id: WebhookEndpointId = clock::new_id();
            let known = app.store.platform_endpoint(caller.scope).await?;
            let new = (id, caller.scope, app.sealed_secret(&id.to_string()).await?);
            let endpoint = body.endpoint(known, new, app.now());
            let writes = vec![webhook_endpoint::put(&endpoint)];
            let remembered = Remembered::of(&endpoint);
            once.commit(&app.store, writes, remembered, app.now(), Code::Conflict).await?
        }
    };
    let remembered = Remembered::read(&answer.data)?;
    let secret = match &remembered.sealed {
        Some(sealed) => app.open(&remembered.id, sealed).await?,
        None => String::new(),
    };
    Ok(answer.mark(Reply::data(&remembered.view(secret))))
}
