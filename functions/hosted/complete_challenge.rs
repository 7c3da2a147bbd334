//! `POST /pay/{token}/challenge`: the buyer's answer to the simulated bank.
//!
//! Refuses, in this order: `link_not_found`, `validation_error`, `challenge_over`.

use shared::app::context::Checkout;
use shared::app::{Anonymous, App, ExitCode, clock, hosted};
use shared::http::hosted::call::status;
use shared::http::hosted::routes;
use shared::http::{Reply, Request, Result};
use shared::operations::checkout;

fn main() -> ExitCode {
    hosted::serve(routes::CompleteChallenge, complete_challenge)
}

async fn complete_challenge(app: &'static App<Anonymous, Checkout>, req: Request) -> Result {
    let link = app.link(req.path("token")).await?;
    let body = req.body_of::<routes::CompleteChallenge>()?;
    let (processors, passed) = (app.processors().await?, body.approve);
    let network = req.network(&app.config.trusted_proxies);
    let network = Some(network.as_str());
    let answered =
        checkout::answer_challenge(&app.store, &processors, link, network, passed, &clock::now);
    Ok(Reply::json(&status(&answered.await?, app.now())))
}
