//! `GET /invoices/{id}`: one of your invoices.
//!
//! Refuses: `invoice_not_found`.

use shared::app::identity::ApiKey;
use shared::app::{App, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::invoice::{in_path, view};
use shared::http::payments::routes::GetInvoice;
use shared::http::{Reply, Request, Result};
use shared::operations::invoices;

fn main() -> ExitCode {
    payments::serve(GetInvoice, get_invoice)
}

async fn get_invoice(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let caller = app.call::<GetInvoice>(&req).await?.caller;
    let invoice = invoices::find(&app.store, caller.scope, in_path(&req)?).await?;
    Ok(Reply::data(&view(&invoice)))
}
