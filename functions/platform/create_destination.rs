//! `POST /v1/platform/payees/{payee_id}/destinations`: a place where a user's payee takes money.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`,
//! `user_not_found`, `conflict`.

use shared::app::context::Vaults;
use shared::app::{ExitCode, clock, http_function};
use shared::http::body::Body;
use shared::http::platform::destination::{CreateDestination, PayeeOf, view};
use shared::http::{Request, Result, reply::json};
use shared::model::id::PayeeId;
use shared::operations::problem::on;
use shared::operations::{Idempotency, destinations};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, create_destination)
}

async fn create_destination(app: &'static Vaults, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:write").await?;
    let payee: PayeeId = req.path("payee_id").parse().map_err(|why| on("payee_id", why))?;
    let of: PayeeOf = req.query().read()?;
    let mut fields = req.fields()?;
    let body: CreateDestination = fields.read()?;
    let kind = app.place(caller.scope, &body.place).await?;
    // Of a bank account not even a hash is kept that could be tried out. Whose payee it is belongs
    // to the request as much as its body.
    let meaning = body.meaning().with("account_number", kind.fingerprint());
    let meaning = meaning.with("user_id", of.user_id.to_string());
    let meaning = meaning.with("payee_id", payee.to_string());
    let operation = "create-destination";
    let idempotency = Idempotency::of(&req, &meaning, caller.scope, operation, body.key())?;
    let new = body.destination(clock::new_id(), (caller.scope, of.user_id, payee), kind);
    let shown = |destination: &_| json(&view(destination));
    let remember = idempotency.remember(&shown);
    Ok(destinations::create(&app.store, &new, remember, app.now()).await?.reply())
}
