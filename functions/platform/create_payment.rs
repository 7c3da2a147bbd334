//! `POST /v1/platform/payments`: money into, out of, through and between wallets.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `request_in_progress`,
//! `user_not_found`, `wallet_not_found`, `product_not_found`, `payment_method_not_found`,
//! `destination_not_found`, `insufficient_funds`.

use shared::app::context::Providers;
use shared::app::{App, Bearer, Call, ExitCode, clock, platform};
use shared::http::platform::payment::{first_view, view};
use shared::http::platform::routes;
use shared::http::{Reply, Request, Result};
use shared::operations::engine;
use shared::operations::new_payment::{self, OpenedPayment};

fn main() -> ExitCode {
    platform::serve(routes::payments::CreatePayment, create_payment)
}

async fn create_payment(app: &'static App<Bearer, Providers>, req: Request) -> Result {
    let Call { caller, body, .. } = app.call::<routes::payments::CreatePayment>(&req).await?;
    let new = body.command()?;
    let opened = match new_payment::open(&app.store, caller.scope, &new, &clock::now).await? {
        OpenedPayment::New(opened) => *opened,
        OpenedPayment::Earlier(earlier) => {
            return Ok(Reply::data(&first_view(&earlier)).replayed(true));
        }
    };
    let processors = app.wallet_processors().await?;
    let payment = engine::drive(&app.store, &processors, opened, None, &clock::now).await?;
    Ok(Reply::data(&view(&payment, app.now())))
}
