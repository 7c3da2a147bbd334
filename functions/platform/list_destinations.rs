//! `GET /v1/platform/payees/{payee_id}/destinations`: where a payee takes money, newest first.
//!
//! Refuses, in this order: `validation_error`, `user_not_found`.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::destination::{ListDestinations, view};
use shared::http::{Request, Result};
use shared::model::id::PayeeId;
use shared::operations::destinations;
use shared::operations::problem::on;

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, list_destinations)
}

async fn list_destinations(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:read").await?;
    let payee: PayeeId = req.path("payee_id").parse().map_err(|why| on("payee_id", why))?;
    let query: ListDestinations = req.query().read()?;
    let page = query.page(caller.scope, payee, app.now())?;
    let (scope, user) = (caller.scope, query.user_id);
    let found = destinations::list(&app.store, scope, user, payee, &page.slice).await?;
    Ok(page.reply(&found, view))
}
