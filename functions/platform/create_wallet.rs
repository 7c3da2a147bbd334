//! `POST /v1/platform/wallets`: a new wallet of a user.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `user_not_found`,
//! `wallet_name_taken`, `conflict`.

use shared::app::context::Api;
use shared::app::{ExitCode, clock, http_function};
use shared::http::body::Body;
use shared::http::platform::wallet::{CreateWallet, open_view};
use shared::http::{Request, Result, reply::json};
use shared::operations::{Idempotency, wallets};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, create_wallet)
}

async fn create_wallet(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:write").await?;
    let mut fields = req.fields()?;
    let body: CreateWallet = fields.read()?;
    let idempotency =
        Idempotency::of(&req, &body.meaning(), caller.scope, "create-wallet", body.key())?;
    let new = body.command(clock::new_id());
    let shown = |wallet: &_| json(&open_view(wallet));
    let remember = idempotency.remember(&shown);
    Ok(wallets::create(&app.store, caller.scope, &new, remember).await?.reply())
}
