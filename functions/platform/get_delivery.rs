//! `GET /v1/platform/webhooks/deliveries/{delivery_id}`: one delivery with all that is known of it.
//!
//! Refuses: `delivery_not_found`.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::delivery::{in_path, view};
use shared::http::{Reply, Request, Result};
use shared::operations::{Problem, Resource};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, get_delivery)
}

async fn get_delivery(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "webhooks:read").await?;
    let delivery = app.store.delivery(caller.scope, in_path(&req)?).await?;
    let delivery = delivery.ok_or(Problem::NotFound(Resource::Delivery))?;
    Ok(Reply::data(&view(&delivery)))
}
