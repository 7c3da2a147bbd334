//! `GET /v1/platform/webhooks/deliveries`: what became of your events, newest first.

use shared::app::{App, Bearer, Call, ExitCode, platform};
use shared::http::platform::routes;
use shared::http::{Request, Result};

fn main() -> ExitCode {
    platform::serve(routes::webhooks::ListDeliveries, list_deliveries)
}

async fn list_deliveries(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::webhooks::ListDeliveries>(&req).await?;
    let filter = query.filter(caller.scope, app.now())?;
    let page = app.store.deliveries(caller.scope, &filter).await?;
    Ok(query.reply(caller.scope, &page))
}
