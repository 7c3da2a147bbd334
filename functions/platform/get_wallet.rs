//! `GET /v1/platform/wallets/{wallet_id}`: one wallet with its balances.
//!
//! Refuses: `wallet_not_found`.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::wallet::open_view;
use shared::http::{Reply, Request, Result};
use shared::operations::{Resource, wallets};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, get_wallet)
}

async fn get_wallet(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:read").await?;
    let id = req.id_in_path("wallet_id", Resource::Wallet)?;
    let wallet = wallets::find(&app.store, caller.scope, id, app.now()).await?;
    Ok(Reply::data(&open_view(&wallet)))
}
