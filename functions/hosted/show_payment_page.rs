//! `GET /pay/{token}`: the page a buyer pays on. Looking changes nothing.
//!
//! Refuses: `link_not_found`.

use shared::app::context::LinkKeys;
use shared::app::{Anonymous, App, ExitCode, hosted};
use shared::http::hosted::pay_page;
use shared::http::{Request, Result};
use shared::operations::checkout;

fn main() -> ExitCode {
    hosted::serve_page(show_payment_page)
}

async fn show_payment_page(app: &'static App<Anonymous, LinkKeys>, req: Request) -> Result {
    let link = app.link(req.path("token")).await?;
    let intent = checkout::look(&app.store, link, app.now()).await?;
    Ok(pay_page(&intent, app.now()))
}
