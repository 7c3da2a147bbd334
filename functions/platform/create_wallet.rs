//! `POST /v1/platform/wallets`: a new wallet of a user.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `user_not_found`,
//! `wallet_name_taken`, `rate_limited`.

use shared::app::{App, Bearer, Call, ExitCode, clock, platform};
use shared::http::platform::routes;
use shared::http::platform::wallet::open_view;
use shared::http::{Request, Result, reply::json};
use shared::operations::wallets;

fn main() -> ExitCode {
    platform::serve(routes::wallets::CreateWallet, create_wallet)
}

async fn create_wallet(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } =
        app.call::<routes::wallets::CreateWallet>(&req).await?;
    let new = body.command(clock::new_id());
    let shown = |wallet: &_| json(&open_view(wallet));
    let remember = idempotency.remember(&shown);
    Ok(wallets::create(&app.store, caller.scope, &new, remember).await?.reply())
}
