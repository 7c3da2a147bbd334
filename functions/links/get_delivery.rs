//! `GET /api/organization/webhooks/{id}/deliveries/{delivery_id}`: one delivery with all that is known
//! of it.
//!
//! Refuses, in this order: `permission_denied`, `reauthentication_required`, `webhook_not_found`,
//! `delivery_not_found`.

use shared::app::identity::RecentSession;
use shared::app::{App, ExitCode, links};
use shared::http::links::{delivery, routes, webhook};
use shared::http::{Reply, Request, Result};
use shared::operations::{Problem, Resource, own_endpoints};

fn main() -> ExitCode {
    links::serve(routes::GetDelivery, get_delivery)
}

async fn get_delivery(app: &'static App<RecentSession>, req: Request) -> Result {
    let opened = app.open::<routes::GetDelivery>(&req).await?;
    let scope = opened.caller.scope();
    let endpoint = own_endpoints::find(&app.store, webhook::in_path(&req, scope)).await?.id;
    let found = app.store.delivery(scope, delivery::key_in_path(&req, endpoint)?).await?;
    let found = found.ok_or(Problem::NotFound(Resource::Delivery))?;
    app.fields::<routes::GetDelivery>(&req, opened)?;
    Ok(Reply::json(&delivery::view(&found)))
}
