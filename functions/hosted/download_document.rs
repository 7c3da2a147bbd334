//! `GET /invoice-files/{token}`: leads to the file of an invoice or a credit note.
//!
//! Refuses, in this order: `link_not_found`, `link_expired`.

use shared::app::context::Downloads;
use shared::app::{Anonymous, App, ExitCode, hosted};
use shared::http::hosted::routes;
use shared::http::{Request, Result};
use shared::operations::downloads;

fn main() -> ExitCode {
    hosted::serve_page(routes::DownloadDocument, download_document)
}

async fn download_document(app: &'static App<Anonymous, Downloads>, req: Request) -> Result {
    let file = app.linked_file(req.path("token")).await?;
    let found = downloads::find(&app.store, &file, app.now()).await?;
    app.show_file(&req, &found, app.now())
}
