//! `GET /v1/platform/payees/{payee_id}/destinations`: where a payee takes money, newest first.
//!
//! Refuses, in this order: `validation_error`, `user_not_found`.

use shared::app::{App, Bearer, Call, ExitCode, platform};
use shared::http::platform::destination::view;
use shared::http::platform::routes;
use shared::http::{Request, Result};
use shared::model::id::PayeeId;
use shared::operations::destinations;
use shared::operations::problem::on;

fn main() -> ExitCode {
    platform::serve(routes::wallets::ListDestinations, list_destinations)
}

async fn list_destinations(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::wallets::ListDestinations>(&req).await?;
    let payee: PayeeId = req.path("payee_id").parse().map_err(|why| on("payee_id", why))?;
    let page = query.page(caller.scope, payee, app.now())?;
    let (scope, user) = (caller.scope, query.user_id);
    let found = destinations::list(&app.store, scope, user, payee, &page.slice).await?;
    Ok(page.reply(&found, view))
}
