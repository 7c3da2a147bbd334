//! `POST /pay/{token}/card`: the simulator's tokeniser: a test card in, a token out, nothing kept.
//!
//! Refuses, in this order: `link_not_found`, `validation_error`.

use shared::app::context::Checkout;
use shared::app::{Anonymous, App, ExitCode, clock, hosted};
use shared::http::hosted::call::{CardTokenView, card_error};
use shared::http::hosted::routes;
use shared::http::{Reply, Request, Result};
use shared::processor::simulator::tokenise;

fn main() -> ExitCode {
    hosted::serve(tokenize_card)
}

async fn tokenize_card(app: &'static App<Anonymous, Checkout>, req: Request) -> Result {
    let token = req.path("token");
    let (scope, _) = app.link(token).await?;
    let body = req.body_of::<routes::TokenizeCard>()?;
    let key = app.provider().await?.key;
    let link = (token, scope.tenant);
    let made = tokenise(&key, &body.into_card(), link, app.now(), clock::random());
    let (card_token, card) = made.map_err(|problems| card_error(&problems))?;
    Ok(Reply::json(&CardTokenView { card_token, brand: card.brand, last4: card.last4 }))
}
