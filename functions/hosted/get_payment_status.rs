//! `GET /pay/{token}/status`: where the payment stands, for the page that waits for it.
//!
//! Refuses: `link_not_found`.

use shared::app::context::LinkKeys;
use shared::app::{Anonymous, App, ExitCode, hosted};
use shared::http::hosted::call::status;
use shared::http::{Reply, Request, Result};
use shared::operations::checkout;

fn main() -> ExitCode {
    hosted::serve(get_payment_status)
}

async fn get_payment_status(app: &'static App<Anonymous, LinkKeys>, req: Request) -> Result {
    let link = app.link(req.path("token")).await?;
    let intent = checkout::find(&app.store, link).await?;
    Ok(Reply::json(&status(&intent, app.now())))
}
