//! `POST /v1/platform/webhooks/deliveries/{delivery_id}/retry`: sends one event again, now.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `delivery_not_found`,
//! `webhook_not_found`, `webhook_disabled`, `conflict` (while it is being sent).

use shared::app::context::Retrier;
use shared::app::{ExitCode, http_function};
use shared::http::body::Body;
use shared::http::platform::delivery::{RetryDelivery, in_path, view};
use shared::http::{Request, Result, reply};
use shared::operations::{Commit, Idempotency, Problem, Resource, retries};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, retry_delivery)
}

async fn retry_delivery(app: &'static Retrier, req: Request) -> Result {
    let caller = app.caller(&req, "webhooks:write").await?;
    let mut fields = req.fields_if_any()?;
    let body: RetryDelivery = fields.read()?;
    let of = in_path(&req)?;
    let meaning = body.meaning().with("delivery_id", format!("{}_{}", of.0, of.1));
    let once = Idempotency::of(&req, &meaning, caller.scope, "retry-delivery", body.key())?;
    if let Some(answer) = once.earlier(&app.store).await? {
        return Ok(answer.reply());
    }
    let delivery = app.store.delivery(caller.scope, of).await?;
    let delivery = delivery.ok_or(Problem::NotFound(Resource::Delivery))?;
    let endpoint = app.store.platform_endpoint(caller.scope).await?;
    let endpoint = retries::check(endpoint, of)?;
    let (next, writes) = retries::retry(&delivery, app.now());
    let writes = Commit::new().all(writes, &Problem::Conflict);
    let data = reply::json(&view(&next));
    let answer = once.commit(&app.store, writes, data, app.now()).await?;
    retries::wake(&app.queue, &delivery, &endpoint).await?;
    Ok(answer.reply())
}
