//! `PATCH /v1/platform/wallets/{wallet_id}`: renames a wallet, or makes it the primary one.
//!
//! Refuses, in this order: `validation_error`, `wallet_not_found`, `wallet_name_taken`, `rate_limited`.

use shared::app::{App, Bearer, Call, ExitCode, platform};
use shared::http::platform::routes;
use shared::http::platform::wallet::open_view;
use shared::http::{Reply, Request, Result};
use shared::operations::{Resource, wallets};

fn main() -> ExitCode {
    platform::serve(routes::wallets::UpdateWallet, update_wallet)
}

async fn update_wallet(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, body, .. } = app.call::<routes::wallets::UpdateWallet>(&req).await?;
    let id = req.id_in_path("wallet_id", Resource::Wallet)?;
    let change = body.change();
    let wallet = wallets::update(&app.store, caller.scope, id, change, app.now()).await?;
    Ok(Reply::data(&open_view(&wallet)))
}
