//! `GET /webhooks/{id}/deliveries`: what became of events at a webhook, newest first.
//!
//! Refuses, in this order: `validation_error`, `webhook_not_found`.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::routes::ListDeliveries;
use shared::http::payments::webhook_endpoint::in_path;
use shared::http::{Request, Result};
use shared::operations::own_endpoints;

fn main() -> ExitCode {
    payments::serve(ListDeliveries, list_deliveries)
}

async fn list_deliveries(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<ListDeliveries>(&req).await?;
    let scope = caller.scope;
    let endpoint = own_endpoints::find(&app.store, in_path(&req, scope)).await?.id;
    let key = app.identity.cursor_key(&app.store).await?;
    let page = query.page(key, scope, endpoint, app.now())?;
    let found = app.store.deliveries_of(scope, endpoint, &page.wanted, page.from).await?;
    Ok(page.reply(&found.0, found.1))
}
