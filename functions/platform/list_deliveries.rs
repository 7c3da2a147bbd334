//! `GET /v1/platform/webhooks/deliveries`: what became of your events, newest first.

use shared::app::context::Api;
use shared::app::{Exit, serve};
use shared::http::platform::delivery::{ListDeliveries, view};
use shared::http::{Request, Result};

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, list_deliveries)
}

async fn list_deliveries(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "webhooks:read").await?;
    let query: ListDeliveries = req.query().read()?;
    let page = query.page(caller.scope, app.now())?;
    let deliveries = app.store.deliveries(caller.scope, &page.slice).await?;
    Ok(page.reply(&deliveries, view))
}
