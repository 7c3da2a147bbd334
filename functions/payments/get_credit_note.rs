//! `GET /credit-notes/{id}`: one of your credit notes.
//!
//! Refuses: `credit_note_not_found`.

use shared::app::identity::ApiKey;
use shared::app::{App, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::credit_note::{in_path, view};
use shared::http::payments::routes::GetCreditNote;
use shared::http::{Reply, Request, Result};
use shared::operations::invoices;

fn main() -> ExitCode {
    payments::serve(GetCreditNote, get_credit_note)
}

async fn get_credit_note(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let caller = app.call::<GetCreditNote>(&req).await?.caller;
    let note = invoices::find_credit_note(&app.store, caller.scope, in_path(&req)?).await?;
    Ok(Reply::data(&view(&note)))
}
