//! `POST /credit-notes/{id}/download-links`: fresh links to the files of a credit note.
//!
//! Refuses: `credit_note_not_found`.

use shared::app::context::LinkKeys;
use shared::app::identity::ApiKey;
use shared::app::{App, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::credit_note::in_path;
use shared::http::payments::download::linked;
use shared::http::payments::routes::CreateCreditNoteLinks;
use shared::http::{Request, Result};
use shared::model::invoice::DocumentId;
use shared::operations::invoices;

fn main() -> ExitCode {
    payments::serve(CreateCreditNoteLinks, create_credit_note_links)
}

async fn create_credit_note_links(
    app: &'static App<ApiKey<Payments>, LinkKeys>,
    req: Request,
) -> Result {
    let caller = app.call::<CreateCreditNoteLinks>(&req).await?.caller;
    let found = invoices::find_credit_note(&app.store, caller.scope, in_path(&req)?).await?;
    let document = DocumentId::CreditNote(found.id);
    let (pdf, xml) = linked(caller.scope, document, found.files.as_ref(), app.now());
    app.download_links(&req, pdf, xml).await
}
