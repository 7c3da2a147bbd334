//! `POST /v1/platform/card/payment-link`: a page that one user pays a fixed amount on, by card.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `user_not_found`,
//! `merchant_account_not_found`, `merchant_account_not_approved`, `no_merchant_account`.

use shared::app::context::Links;
use shared::app::{ExitCode, clock, http_function};
use shared::http::body::Body;
use shared::http::platform::card_payment_link::{CreateCardPaymentLink, view};
use shared::http::{Reply, Request, Result};
use shared::operations::{Idempotency, payment_links};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, create_card_payment_link)
}

async fn create_card_payment_link(app: &'static Links, req: Request) -> Result {
    let caller = app.caller(&req, "links:write").await?;
    let mut fields = req.fields()?;
    let body: CreateCardPaymentLink = fields.read()?;
    let operation = "create-card-payment-link";
    let idempotency = Idempotency::of(&req, &body.meaning(), caller.scope, operation, body.key())?;
    let (scope, new) = (caller.scope, body.command(clock::new_id())?);
    let link = payment_links::create(&app.store, scope, &new, &idempotency, app.now()).await?;
    let pay_url = app.pay_url(&req, scope, link.id).await?;
    Ok(Reply::data(&view(link.id, link.expires_at, pay_url)).replayed(link.replayed))
}
