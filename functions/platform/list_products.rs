//! `GET /v1/platform/products`: the ways you may move money into and out of wallets.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::product::views;
use shared::http::{Reply, Request, Result};
use shared::model::route::MOST_ROUTES;
use shared::operations::routes;

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, list_products)
}

async fn list_products(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "payments:read").await?;
    let routes = routes::list(&app.store, caller.scope).await?;
    Ok(Reply::list(&views(&routes), MOST_ROUTES.try_into().unwrap_or(u32::MAX), None))
}
