//! `POST /pay/{token}/submit`: takes the link, charges the card, answers the outcome.
//!
//! Refuses, in this order: `link_not_found`, `validation_error`, `card_not_accepted`,
//! `link_canceled`, `link_used`, `link_expired`, `validation_error` of what the tax needs,
//! `throttled` for a network that had too many cards declined, `amount_changed`.

use shared::app::context::Checkout;
use shared::app::{Anonymous, App, ExitCode, clock, hosted};
use shared::http::hosted::call::submitted;
use shared::http::hosted::routes;
use shared::http::{Reply, Request, Result};
use shared::model::secret::LinkToken;
use shared::model::tax::BuiltIn;
use shared::operations::checkout::{self, Submit};

fn main() -> ExitCode {
    hosted::serve(routes::SubmitPayment, submit_payment)
}

async fn submit_payment(app: &'static App<Anonymous, Checkout>, req: Request) -> Result {
    let token = LinkToken::new(req.path("token").to_owned());
    let link = app.link(token.reveal()).await?;
    let body = req.body_of::<routes::SubmitPayment>()?;
    let processors = app.processors().await?;
    let submit =
        Submit { network: Some(req.network(&app.config.trusted_proxies)), ..body.command(&token)? };
    let this = checkout::attempt_id(link.id, &submit.card_token);
    // Before the charge: a key that cannot be opened after it would hide its outcome.
    let receipt = app.receipt(link.scope, this).await?;
    let paid = checkout::submit(&app.store, &processors, &BuiltIn, link, submit, &clock::now).await;
    let intent = paid?;
    Ok(Reply::json(&submitted(&intent, this, receipt, app.now())))
}
