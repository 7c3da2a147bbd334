//! `GET /v1/platform/webhooks/deliveries`: what became of your events, newest first.

use shared::app::context::Api;
use shared::app::{Exit, serve};
use shared::http::platform::delivery::ListDeliveries;
use shared::http::{Request, Result};

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, list_deliveries)
}

async fn list_deliveries(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "webhooks:read").await?;
    let query: ListDeliveries = req.query().read()?;
    let filter = query.filter(caller.scope, app.now())?;
    let page = app.store.deliveries(caller.scope, &filter).await?;
    Ok(query.reply(caller.scope, &page))
}
