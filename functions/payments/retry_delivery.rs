//! `POST /webhooks/{id}/deliveries/{deliveryId}/retry`: sends one event again, now.
//!
//! Refuses, in this order: `idempotency_key_mismatch`, `webhook_not_found`, `webhook_disabled`,
//! `delivery_not_found`, `rate_limited` while it is being sent.

use shared::app::context::DeliveryQueue;
use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::delivery::{key_in_path, view};
use shared::http::payments::routes::RetryDelivery;
use shared::http::payments::{Payments, webhook_endpoint::in_path};
use shared::http::{Request, Result, reply};
use shared::operations::{Commit, Problem, Resource, own_endpoints, retries};

fn main() -> ExitCode {
    payments::serve(RetryDelivery, retry_delivery)
}

async fn retry_delivery(
    app: &'static App<ApiKey<Payments>, DeliveryQueue>,
    req: Request,
) -> Result {
    let Call { caller, idempotency, .. } = app.call::<RetryDelivery>(&req).await?;
    if let Some(answer) = idempotency.earlier(&app.store).await? {
        return Ok(answer.reply());
    }
    let endpoint = own_endpoints::find(&app.store, in_path(&req, caller.scope)).await?;
    own_endpoints::check_active(&endpoint)?;
    let of = key_in_path(&req, endpoint.id)?;
    let delivery = app.store.delivery(caller.scope, of).await?;
    let delivery = delivery.ok_or(Problem::NotFound(Resource::Delivery))?;
    let (next, writes) = retries::retry(&delivery, false, app.now());
    let writes = Commit::new().all(writes, &Problem::Contended);
    let data = reply::json(&view(&next));
    let answer = idempotency.commit(&app.store, writes, data, app.now()).await?;
    retries::wake(&app.capability.0, &delivery, &endpoint).await?;
    Ok(answer.reply())
}
