//! `POST /api/organization/webhooks/{id}/deliveries/{delivery_id}/retry`: sends one event again, now;
//! once even to a webhook that is disabled.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `webhook_not_found`,
//! `delivery_not_found`, `idempotency_key_reused`, `throttled` while it is being sent.

use shared::app::context::DeliveryQueue;
use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, links};
use shared::http::links::{delivery, routes, webhook};
use shared::http::{Request, Result, reply::json};
use shared::operations::{Commit, Problem, Resource, own_endpoints, retries};

fn main() -> ExitCode {
    links::serve(routes::RetryDelivery, retry_delivery)
}

async fn retry_delivery(app: &'static App<RecentSession, DeliveryQueue>, req: Request) -> Result {
    let opened = app.open::<routes::RetryDelivery>(&req).await?;
    let (scope, now) = (opened.caller.scope(), app.now());
    let found = own_endpoints::find(&app.store, webhook::in_path(&req, scope)).await;
    let idempotency = match app.fields::<routes::RetryDelivery>(&req, opened) {
        Ok(Call { idempotency, .. }) => idempotency,
        Err(problem) => return Err(found.err().unwrap_or(problem)),
    };
    if let Some(answer) = idempotency.earlier(&app.store).await? {
        return Ok(answer.reply());
    }
    let endpoint = found?;
    let of = delivery::key_in_path(&req, endpoint.id)?;
    let known = app.store.delivery(scope, of).await?;
    let known = known.ok_or(Problem::NotFound(Resource::Delivery))?;
    let (next, writes) = retries::retry(&known, endpoint.disabled.is_some(), now);
    let writes = Commit::new().all(writes, &Problem::Contended);
    let shown = json(&delivery::view(&next));
    let answer = idempotency.commit(&app.store, writes, shown, now).await?;
    retries::wake(&app.capability.0, &known, &endpoint).await?;
    Ok(answer.reply())
}
