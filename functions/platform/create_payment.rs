//! `POST /v1/platform/payments`: money into, out of, through and between wallets.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `request_in_progress`,
//! `user_not_found`, `wallet_not_found`, `product_not_found`, `payment_method_not_found`,
//! `destination_not_found`, `insufficient_funds`.

use shared::app::context::Vaults;
use shared::app::payments::{self, Fault};
use shared::app::{Exit, clock, serve};
use shared::http::platform::new_payment::{self, CreatePayment, Found};
use shared::http::platform::payment::view;
use shared::http::{Reply, Request, Result};
use shared::operations::Problem;
use shared::store::Consistency;

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, create_payment)
}

async fn create_payment(app: &'static Vaults, req: Request) -> Result {
    let caller = app.caller(&req, "payments:write").await?;
    let body: CreatePayment = new_payment::read(&req, &mut req.fields()?)?;
    let id = payments::id(caller.scope, &body.idempotency_key.0, app.now());
    let new = match body.find(&app.store, caller.scope, id).await? {
        Found::Before(earlier) => return body.again(&earlier),
        Found::New(new) => new,
    };
    let opened = payments::open(&app.store, &new.intent, new.for_review, new.accounts, &clock::now);
    let opened = match opened.await {
        Err(Fault::Twin) => {
            let earlier = app.store.intent(caller.scope, id, Consistency::Strong).await?;
            return body.again(&earlier.ok_or_else(|| Problem::Conflict)?);
        }
        opened => opened?,
    };
    let provider = app.provider().await?;
    let payment = payments::drive(&app.store, &provider, opened, &clock::now).await?;
    Ok(Reply::data(&view(&payment, app.now())))
}
