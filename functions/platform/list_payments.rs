//! `GET /v1/platform/payments`: your payments, newest first; those through links are among them.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::payment::{ListPayments, view};
use shared::http::{Request, Result};
use shared::operations::payments;

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, list_payments)
}

async fn list_payments(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "payments:read").await?;
    let query: ListPayments = req.query().read()?;
    let now = app.now();
    let page = query.page(caller.scope, now)?;
    let (scope, filter) = (caller.scope, query.filter());
    let payments = payments::list(&app.store, scope, filter, &page.slice, now).await?;
    Ok(page.reply(&payments, |payment| view(payment, now)))
}
