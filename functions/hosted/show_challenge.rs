//! `GET /pay/{token}/challenge`: the simulated bank asks the buyer.
//!
//! Refuses, in this order: `link_not_found`, `challenge_over`.

use shared::app::context::Pages;
use shared::app::{ExitCode, http_function};
use shared::http::hosted::{challenge_over, challenge_page};
use shared::http::{Request, Result};
use shared::operations::checkout;

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Page, show_challenge)
}

async fn show_challenge(app: &'static Pages, req: Request) -> Result {
    let link = app.link(req.path("token")).await?;
    let intent = checkout::find(&app.store, link).await?;
    if !intent.awaits_challenge(app.now()) {
        return Ok(challenge_over(&intent));
    }
    Ok(challenge_page(&intent))
}
