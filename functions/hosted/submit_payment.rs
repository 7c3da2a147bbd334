//! `POST /pay/{token}/submit`: takes the link, charges the card, answers the outcome.
//!
//! Refuses, in this order: `link_not_found`, `validation_error`, `card_not_accepted`,
//! `link_canceled`, `link_used`, `link_expired`.

use shared::app::context::Checkout;
use shared::app::{Anonymous, App, ExitCode, clock, hosted};
use shared::http::hosted::call::status;
use shared::http::hosted::routes;
use shared::http::{Reply, Request, Result};
use shared::operations::checkout;

fn main() -> ExitCode {
    hosted::serve(submit_payment)
}

async fn submit_payment(app: &'static App<Anonymous, Checkout>, req: Request) -> Result {
    let token = req.path("token");
    let link = app.link(token).await?;
    let body = req.body_of::<routes::SubmitPayment>()?;
    let processor = app.provider().await?;
    let submit = body.command(token);
    let intent = checkout::submit(&app.store, &processor, link, submit, &clock::now).await?;
    Ok(Reply::json(&status(&intent, app.now())))
}
