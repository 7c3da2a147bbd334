//! `PATCH /v1/platform/wallets/{wallet_id}`: renames a wallet, or makes it the primary one.
//!
//! Refuses, in this order: `validation_error`, `wallet_not_found`, `wallet_name_taken`, `conflict`.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::wallet::{UpdateWallet, open_view};
use shared::http::{Reply, Request, Result};
use shared::operations::{Resource, wallets};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, update_wallet)
}

async fn update_wallet(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:write").await?;
    let body: UpdateWallet = req.fields()?.read()?;
    let id = req.id_in_path("wallet_id", Resource::Wallet)?;
    let change = body.change();
    let wallet = wallets::update(&app.store, caller.scope, id, change, app.now()).await?;
    Ok(Reply::data(&open_view(&wallet)))
}
