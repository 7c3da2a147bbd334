//! `POST /invoices/{id}/download-links`: fresh links to the files of an invoice.
//!
//! Refuses: `invoice_not_found`.

use shared::app::context::LinkKeys;
use shared::app::identity::ApiKey;
use shared::app::{App, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::download::linked;
use shared::http::payments::invoice::in_path;
use shared::http::payments::routes::CreateInvoiceDownloadLinks;
use shared::http::{Request, Result};
use shared::model::invoice::DocumentId;
use shared::operations::invoices;

fn main() -> ExitCode {
    payments::serve(CreateInvoiceDownloadLinks, create_invoice_download_links)
}

async fn create_invoice_download_links(
    app: &'static App<ApiKey<Payments>, LinkKeys>,
    req: Request,
) -> Result {
    let caller = app.call::<CreateInvoiceDownloadLinks>(&req).await?.caller;
    let found = invoices::find(&app.store, caller.scope, in_path(&req)?).await?;
    let document = DocumentId::Invoice(found.id);
    let (pdf, xml) = linked(caller.scope, document, found.files.as_ref(), app.now());
    app.download_links(&req, pdf, xml).await
}
