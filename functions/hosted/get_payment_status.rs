//! `GET /pay/{token}/status`: where the payment stands, for the page that waits for it.
//!
//! Refuses: `link_not_found`.

use shared::app::context::Pages;
use shared::app::{ExitCode, http_function};
use shared::http::hosted::call::status;
use shared::http::{Reply, Request, Result};
use shared::operations::checkout;

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Hosted, get_payment_status)
}

async fn get_payment_status(app: &'static Pages, req: Request) -> Result {
    let link = app.link(req.path("token")).await?;
    let intent = checkout::find(&app.store, link).await?;
    Ok(Reply::json(&status(&intent, app.now())))
}
