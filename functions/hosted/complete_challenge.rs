//! `POST /pay/{token}/challenge`: the buyer's answer to the simulated bank.
//!
//! Refuses, in this order: `link_not_found`, `validation_error`, `challenge_over`.

use shared::app::context::Checkout;
use shared::app::{ExitCode, clock, http_function};
use shared::http::hosted::call::{CompleteChallenge, status};
use shared::http::{Reply, Request, Result};
use shared::operations::checkout;

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Hosted, complete_challenge)
}

async fn complete_challenge(app: &'static Checkout, req: Request) -> Result {
    let link = app.link(req.path("token")).await?;
    let body: CompleteChallenge = req.fields()?.read()?;
    let (processor, passed) = (app.simulator().await?, body.approve);
    let answered =
        checkout::answer_challenge(&app.store, &processor, link, passed, &clock::now).await?;
    Ok(Reply::json(&status(&answered, app.now())))
}
