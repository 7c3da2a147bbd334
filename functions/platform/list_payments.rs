//! `GET /v1/platform/payments`: your payments, newest first; those through links are among them.

use shared::app::{App, Bearer, Call, ExitCode, platform};
use shared::http::platform::payment::view;
use shared::http::platform::routes;
use shared::http::{Request, Result};
use shared::operations::payments;

fn main() -> ExitCode {
    platform::serve(routes::payments::ListPayments, list_payments)
}

async fn list_payments(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::payments::ListPayments>(&req).await?;
    let now = app.now();
    let page = query.page(caller.scope, now)?;
    let (scope, filter) = (caller.scope, query.filter());
    let payments = payments::list(&app.store, scope, filter, &page.slice, now).await?;
    Ok(page.reply(&payments, |payment| view(payment, now)))
}
