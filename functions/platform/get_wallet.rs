//! `GET /v1/platform/wallets/{wallet_id}`: one wallet with its balances.
//!
//! Refuses: `wallet_not_found`.

use shared::app::{App, Bearer, ExitCode, platform};
use shared::http::platform::routes;
use shared::http::platform::wallet::open_view;
use shared::http::{Reply, Request, Result};
use shared::operations::{Resource, wallets};

fn main() -> ExitCode {
    platform::serve(routes::wallets::GetWallet, get_wallet)
}

async fn get_wallet(app: &'static App<Bearer>, req: Request) -> Result {
    let caller = app.call::<routes::wallets::GetWallet>(&req).await?.caller;
    let id = req.id_in_path("wallet_id", Resource::Wallet)?;
    let wallet = wallets::find(&app.store, caller.scope, id, app.now()).await?;
    Ok(Reply::data(&open_view(&wallet)))
}
