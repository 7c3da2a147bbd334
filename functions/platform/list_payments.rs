//! `GET /v1/platform/payments`: your payments, newest first; those through links are among them.

use shared::app::context::Api;
use shared::app::{Exit, serve};
use shared::http::platform::payment::{ListPayments, view};
use shared::http::{Request, Result};
use shared::store::list::Listing;

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, list_payments)
}

async fn list_payments(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "payments:read").await?;
    let query: ListPayments = req.query().read()?;
    let now = app.now();
    let page = query.page(caller.scope, now)?;
    let payments = match query.reach(&app.store, caller.scope).await? {
        Some(filter) => app.store.intents(caller.scope, filter, &page.slice, now).await?,
        None => Listing::empty(),
    };
    Ok(page.reply(&payments, |payment| view(payment, now)))
}
