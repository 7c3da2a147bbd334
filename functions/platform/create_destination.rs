//! `POST /v1/platform/payees/{payee_id}/destinations`: a place where a user's payee takes money.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`,
//! `user_not_found`, `rate_limited`.

use shared::app::context::Providers;
use shared::app::{App, Bearer, Call, ExitCode, clock, platform};
use shared::http::platform::destination::view;
use shared::http::platform::routes;
use shared::http::{Request, Result, reply::json};
use shared::model::id::PayeeId;
use shared::operations::destinations;
use shared::operations::problem::on;

fn main() -> ExitCode {
    platform::serve(routes::wallets::CreateDestination, create_destination)
}

async fn create_destination(app: &'static App<Bearer, Providers>, req: Request) -> Result {
    let Call { caller, body, query: of, idempotency } =
        app.call::<routes::wallets::CreateDestination>(&req).await?;
    let payee: PayeeId = req.path("payee_id").parse().map_err(|why| on("payee_id", why))?;
    let kind = app.place(caller.scope, &body.place).await?;
    // Of a bank account not even a hash is kept that could be tried out.
    let idempotency = idempotency.with("account_number", kind.fingerprint());
    let new = body.destination(clock::new_id(), caller.scope, of.user_id, payee, kind);
    let shown = |destination: &_| json(&view(destination));
    let remember = idempotency.remember(&shown);
    Ok(destinations::create(&app.store, &new, remember, app.now()).await?.reply())
}
