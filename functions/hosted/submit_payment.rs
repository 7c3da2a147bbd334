//! `POST /pay/{token}/submit`: takes the link, charges the card, answers the outcome.
//!
//! Refuses, in this order: `link_not_found`, `validation_error`, `card_not_accepted`,
//! `link_canceled`, `link_used`, `link_expired`.

use shared::app::context::Checkout;
use shared::app::{Exit, checkout, serve};
use shared::http::hosted::call::{SubmitPayment, status};
use shared::http::{Reply, Request, Result};
use shared::operations::{Problem, Resource, StateRefusal};
use shared::processor::Processor;
use shared::store::intent::Reserved;

fn main() -> Exit {
    serve::serve(serve::Surface::Hosted, submit_payment)
}

async fn submit_payment(app: &'static Checkout, req: Request) -> Result {
    let token = req.path("token");
    let (scope, id) = app.link(token).await?;
    let body: SubmitPayment = req.fields()?.read()?;
    let processor = app.simulator().await?;
    let refused = || Problem::State(StateRefusal::CardNotAccepted);
    let card = processor.recognise(&body.card_token.0, token, app.now()).ok_or_else(refused)?;
    let attempt = checkout::attempt(id, &body.card_token.0, card, body.save_card == Some(true));
    let this = attempt.id;
    let reserved = app.store.reserve(scope, id, attempt, processor.name(), app.now()).await?;
    let intent = match reserved {
        Reserved::Yes(intent) => {
            checkout::charge(&app.store, &processor, *intent, body.card_token.0).await?
        }
        Reserved::No(_, intent) if intent.was_attempted_with(this) => *intent,
        Reserved::No(refusal, _) => return Err(refusal.into()),
        Reserved::OtherProcessor => return Err(refused()),
        Reserved::Missing => return Err(Problem::NotFound(Resource::Link)),
    };
    Ok(Reply::json(&status(&intent, app.now())))
}
