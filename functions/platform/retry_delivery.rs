//! `POST /v1/platform/webhooks/deliveries/{delivery_id}/retry`: sends one event again, now.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `delivery_not_found`,
//! `webhook_not_found`, `webhook_disabled`, `conflict` (while it is being sent).

use shared::app::context::DeliveryQueue;
use shared::app::{App, Bearer, Call, ExitCode, platform};
use shared::http::platform::delivery::{in_path, view};
use shared::http::platform::routes;
use shared::http::{Request, Result, reply};
use shared::operations::{Commit, Problem, Resource, retries};

fn main() -> ExitCode {
    platform::serve(routes::webhooks::RetryDelivery, retry_delivery)
}

async fn retry_delivery(app: &'static App<Bearer, DeliveryQueue>, req: Request) -> Result {
    let Call { caller, idempotency: once, .. } =
        app.call::<routes::webhooks::RetryDelivery>(&req).await?;
    let of = in_path(&req)?;
    if let Some(answer) = once.earlier(&app.store).await? {
        return Ok(answer.reply());
    }
    let delivery = app.store.delivery(caller.scope, of).await?;
    let delivery = delivery.ok_or(Problem::NotFound(Resource::Delivery))?;
    let endpoint = app.store.platform_endpoint(caller.scope).await?;
    let endpoint = retries::check(endpoint, of)?;
    let (next, writes) = retries::retry(&delivery, false, app.now());
    let writes = Commit::new().all(writes, &Problem::Conflict);
    let data = reply::json(&view(&next));
    let answer = once.commit(&app.store, writes, data, app.now()).await?;
    retries::wake(&app.capability.0, &delivery, &endpoint).await?;
    Ok(answer.reply())
}
