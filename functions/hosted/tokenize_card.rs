//! `POST /pay/{token}/card`: the simulator's tokeniser: a test card in, a token out, nothing kept.
//!
//! Refuses, in this order: `link_not_found`, `validation_error`.

use shared::app::context::Checkout;
use shared::app::{ExitCode, clock, http_function};
use shared::http::hosted::call::{CardTokenView, TokenizeCard, card_error};
use shared::http::{Reply, Request, Result};
use shared::processor::simulator::tokenise;

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Hosted, tokenize_card)
}

async fn tokenize_card(app: &'static Checkout, req: Request) -> Result {
    let token = req.path("token");
    let (scope, _) = app.link(token).await?;
    let body: TokenizeCard = req.fields()?.read()?;
    let key = app.simulator().await?.key;
    let link = (token, scope.tenant);
    let made = tokenise(&key, &body.into_card(), link, app.now(), clock::random());
    let (card_token, card) = made.map_err(|problems| card_error(&problems))?;
    Ok(Reply::json(&CardTokenView { card_token, brand: card.brand, last4: card.last4 }))
}
