//! `GET /webhooks/{id}/deliveries/{deliveryId}`: one delivery with all that is known of it.
//!
//! Refuses, in this order: `webhook_not_found`, `delivery_not_found`.

use shared::app::identity::ApiKey;
use shared::app::{App, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::delivery::{key_in_path, view};
use shared::http::payments::routes::GetDelivery;
use shared::http::payments::webhook_endpoint::in_path;
use shared::http::{Reply, Request, Result};
use shared::operations::{Problem, Resource, own_endpoints};

fn main() -> ExitCode {
    payments::serve(GetDelivery, get_delivery)
}

async fn get_delivery(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let scope = app.call::<GetDelivery>(&req).await?.caller.scope;
    let endpoint = own_endpoints::find(&app.store, in_path(&req, scope)).await?.id;
    let delivery = app.store.delivery(scope, key_in_path(&req, endpoint)?).await?;
    let delivery = delivery.ok_or(Problem::NotFound(Resource::Delivery))?;
    Ok(Reply::data(&view(&delivery)))
}
