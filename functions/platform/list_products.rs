//! `GET /v1/platform/products`: the ways you may move money into and out of wallets.

use shared::app::{App, Bearer, ExitCode, platform};
use shared::http::platform::product::views;
use shared::http::platform::routes::payments::ListProducts;
use shared::http::{Reply, Request, Result};
use shared::model::route::MAX_ROUTES;
use shared::operations::routes;

fn main() -> ExitCode {
    platform::serve(ListProducts, list_products)
}

async fn list_products(app: &'static App<Bearer>, req: Request) -> Result {
    let caller = app.call::<ListProducts>(&req).await?.caller;
    let routes = routes::list(&app.store, caller.scope).await?;
    Ok(Reply::list(&views(&routes), MAX_ROUTES.try_into().unwrap_or(u32::MAX), None))
}
