//! `GET /v1/platform/wallets/{wallet_id}/entries`: a wallet's journal, newest first.
//!
//! Refuses, in this order: `validation_error`, `wallet_not_found`.

use shared::app::{App, Bearer, Call, ExitCode, platform};
use shared::http::platform::routes;
use shared::http::platform::wallet::entry_view;
use shared::http::{Request, Result};
use shared::operations::{Resource, wallets};

fn main() -> ExitCode {
    platform::serve(routes::wallets::ListWalletEntries, list_wallet_entries)
}

async fn list_wallet_entries(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::wallets::ListWalletEntries>(&req).await?;
    let id = req.id_in_path("wallet_id", Resource::Wallet)?;
    let page = query.page(caller.scope, id, app.now())?;
    let (entries, currency) = wallets::entries(&app.store, caller.scope, id, &page.slice).await?;
    Ok(page.reply(&entries, |entry| entry_view(entry, currency)))
}
