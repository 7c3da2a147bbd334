//! `GET /pay/{token}/challenge`: the simulated bank asks the buyer.
//!
//! Refuses, in this order: `link_not_found`, `challenge_over`.

use shared::app::context::LinkKeys;
use shared::app::{Anonymous, App, ExitCode, hosted};
use shared::http::hosted::{challenge_over, challenge_page};
use shared::http::{Request, Result};
use shared::operations::checkout;

fn main() -> ExitCode {
    hosted::serve_page(show_challenge)
}

async fn show_challenge(app: &'static App<Anonymous, LinkKeys>, req: Request) -> Result {
    let link = app.link(req.path("token")).await?;
    let intent = checkout::find(&app.store, link).await?;
    if !intent.awaits_challenge(app.now()) {
        return Ok(challenge_over(&intent));
    }
    Ok(challenge_page(&intent))
}
