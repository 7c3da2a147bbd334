//! `GET /l/{uuid}`: the page behind a shared link. Looking changes nothing.
//!
//! Refuses, in this order: `link_not_found`, `link_deleted`, `link_inactive`, `link_expired`,
//! `link_exhausted`.

use shared::app::{Anonymous, App, ExitCode, hosted};
use shared::http::hosted::link_page;
use shared::http::hosted::routes;
use shared::http::{Request, Result};
use shared::operations::{Resource, merchant_links};

fn main() -> ExitCode {
    hosted::serve_page(routes::ShowLinkPage, show_link_page)
}

async fn show_link_page(app: &'static App<Anonymous>, req: Request) -> Result {
    let id = req.id_in_path("uuid", Resource::Link)?;
    let opened = merchant_links::open(&app.store, id).await?;
    link_page::page(&opened, &req, app.now())
}
