//! `GET /credit-notes`: your credit notes, newest first.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::credit_note::view;
use shared::http::payments::routes::ListCreditNotes;
use shared::http::{Request, Result};
use shared::operations::invoices;

fn main() -> ExitCode {
    payments::serve(ListCreditNotes, list_credit_notes)
}

async fn list_credit_notes(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<ListCreditNotes>(&req).await?;
    let (scope, now) = (caller.scope, app.now());
    let page = query.page(app.identity.cursor_key(&app.store).await?, scope, now)?;
    let filter = query.filter();
    let listed = invoices::list_credit_notes(&app.store, scope, &filter, &page.slice).await?;
    Ok(page.reply(&listed, view))
}
