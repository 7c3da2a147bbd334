//! `GET /pay/{token}/challenge`: the bank asks the buyer.
//!
//! A simulated bank does so on our own page; elsewhere the processor's script shows the bank's check.
//!
//! Refuses, in this order: `link_not_found`, `challenge_over`.

use shared::app::context::Checks;
use shared::app::{Anonymous, App, ExitCode, hosted};
use shared::http::hosted::routes;
use shared::http::hosted::{challenge_over, challenge_page, check_page};
use shared::http::{Request, Result};
use shared::operations::checkout;

fn main() -> ExitCode {
    hosted::serve_page(routes::ShowChallenge, show_challenge)
}

async fn show_challenge(app: &'static App<Anonymous, Checks>, req: Request) -> Result {
    let link = app.link(req.path("token")).await?;
    let intent = checkout::find(&app.store, link).await?;
    let now = app.now();
    if !intent.awaits_challenge(now) {
        return Ok(challenge_over(&intent, &req));
    }
    let Some(fields) = app.card_fields(&intent, intent.amount()).await? else {
        return Ok(challenge_page(&intent, &req));
    };
    let secret = checkout::check_secret(&app.showing_processors(), &intent, now).await?;
    Ok(check_page(&intent, &fields, secret.as_ref(), &req))
}
