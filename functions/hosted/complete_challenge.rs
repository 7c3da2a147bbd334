//! `POST /pay/{token}/challenge`: the buyer's answer to the simulated bank.
//!
//! Refuses, in this order: `link_not_found`, `validation_error`, `challenge_over`.

use shared::app::context::Checkout;
use shared::app::{Exit, checkout, serve};
use shared::http::hosted::call::{CompleteChallenge, status};
use shared::http::{Reply, Request, Result};
use shared::operations::{Problem, Resource, StateRefusal};
use shared::store::Consistency;

fn main() -> Exit {
    serve::serve(serve::Surface::Hosted, complete_challenge)
}

async fn complete_challenge(app: &'static Checkout, req: Request) -> Result {
    let (scope, id) = app.link(req.path("token")).await?;
    let body: CompleteChallenge = req.fields()?.read()?;
    let intent = app.store.intent(scope, id, Consistency::Strong).await?;
    let intent = intent.ok_or_else(|| Problem::NotFound(Resource::Link))?;
    if !intent.awaits_challenge(app.now()) {
        return Err(Problem::State(StateRefusal::ChallengeOver));
    }
    let processor = app.simulator().await?;
    let passed = body.approve;
    let intent = checkout::finish_challenge(&app.store, &processor, intent, passed).await?;
    Ok(Reply::json(&status(&intent, app.now())))
}
