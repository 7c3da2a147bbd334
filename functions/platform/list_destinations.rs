//! `GET /v1/platform/payees/{payee_id}/destinations`: where a payee takes money, newest first.
//!
//! Refuses, in this order: `validation_error`, `user_not_found`.

use shared::app::context::Api;
use shared::app::{Exit, serve};
use shared::http::platform::destination::{ListDestinations, view};
use shared::http::{Request, Result};
use shared::model::id::PayeeId;
use shared::operations::problem::on;
use shared::operations::{Problem, Resource};
use shared::store::Consistency;

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, list_destinations)
}

async fn list_destinations(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:read").await?;
    let payee: PayeeId = req.path("payee_id").parse().map_err(|why| on("payee_id", why))?;
    let query: ListDestinations = req.query().read()?;
    let page = query.page(caller.scope, payee, app.now())?;
    let user = app.store.customer(caller.scope, query.user_id, Consistency::Eventual).await?;
    let user = user.ok_or_else(|| Problem::NotFound(Resource::Customer))?.id;
    let found = app.store.destinations(caller.scope, user, payee, &page.slice).await?;
    Ok(page.reply(&found, view))
}
