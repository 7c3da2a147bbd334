//! `POST /pay/{token}/card`: the simulator's tokeniser: a test card in, a token out, nothing kept.
//!
//! Refuses, in this order: `link_not_found`, `card_not_accepted` in live mode, `validation_error`.

use shared::app::context::Checkout;
use shared::app::{Anonymous, App, ExitCode, clock, hosted};
use shared::http::hosted::call::{CardTokenView, card_error};
use shared::http::hosted::routes;
use shared::http::{Reply, Request, Result, revealed::Revealed};
use shared::operations::{Problem, StateRefusal};
use shared::processor::{
    registry,
    simulator::{NAME, tokenise},
};

fn main() -> ExitCode {
    hosted::serve(routes::TokenizeCard, tokenize_card)
}

async fn tokenize_card(app: &'static App<Anonymous, Checkout>, req: Request) -> Result {
    let token = req.path("token");
    let scope = app.link(token).await?.scope;
    // Nothing takes its tokens there, and no card that is real has to come by here.
    registry::check_mode(NAME, scope.mode)
        .map_err(|_| Problem::State(StateRefusal::CardNotAccepted))?;
    let body = req.body_of::<routes::TokenizeCard>()?;
    let key = app.vault_key().await?;
    let card = body.into_card();
    let made = tokenise(&key, &card, token, scope.tenant, app.now(), clock::random());
    let (card_token, card) = made.map_err(|problems| card_error(&problems))?;
    let card_token = Revealed::once(&card_token);
    Ok(Reply::json(&CardTokenView { card_token, brand: card.brand, last4: card.last4 }))
}
