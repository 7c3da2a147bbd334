//! `GET /v1/platform/webhooks/deliveries`: what became of your events, newest first.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::delivery::ListDeliveries;
use shared::http::{Request, Result};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, list_deliveries)
}

async fn list_deliveries(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "webhooks:read").await?;
    let query: ListDeliveries = req.query().read()?;
    let filter = query.filter(caller.scope, app.now())?;
    let page = app.store.deliveries(caller.scope, &filter).await?;
    Ok(query.reply(caller.scope, &page))
}
