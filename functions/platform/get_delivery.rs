//! `GET /v1/platform/webhooks/deliveries/{delivery_id}`: one delivery with all that is known of it.
//!
//! Refuses: `delivery_not_found`.

use shared::app::{App, Bearer, ExitCode, platform};
use shared::http::platform::delivery::{in_path, view};
use shared::http::platform::routes;
use shared::http::{Reply, Request, Result};
use shared::operations::{Problem, Resource};

fn main() -> ExitCode {
    platform::serve(routes::webhooks::GetDelivery, get_delivery)
}

async fn get_delivery(app: &'static App<Bearer>, req: Request) -> Result {
    let caller = app.call::<routes::webhooks::GetDelivery>(&req).await?.caller;
    let delivery = app.store.delivery(caller.scope, in_path(&req)?).await?;
    let delivery = delivery.ok_or(Problem::NotFound(Resource::Delivery))?;
    Ok(Reply::data(&view(&delivery)))
}
