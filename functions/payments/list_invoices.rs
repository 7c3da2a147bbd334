//! `GET /invoices`: your invoices, newest first.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::invoice::view;
use shared::http::payments::routes::ListInvoices;
use shared::http::{Request, Result};
use shared::operations::invoices;
use shared::store::list::Listing;

fn main() -> ExitCode {
    payments::serve(ListInvoices, list_invoices)
}

async fn list_invoices(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<ListInvoices>(&req).await?;
    let (scope, now) = (caller.scope, app.now());
    let page = query.page(app.identity.cursor_key(&app.store).await?, scope, now)?;
    let listed = match query.filter() {
        Some(filter) => invoices::list(&app.store, scope, &filter, &page.slice).await?,
        None => Listing::empty(),
    };
    Ok(page.reply(&listed, view))
}
