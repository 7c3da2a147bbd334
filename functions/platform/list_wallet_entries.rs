//! `GET /v1/platform/wallets/{wallet_id}/entries`: a wallet's journal, newest first.
//!
//! Refuses, in this order: `validation_error`, `wallet_not_found`.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::wallet::{ListWalletEntries, entry_view};
use shared::http::{Request, Result};
use shared::operations::{Resource, wallets};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, list_wallet_entries)
}

async fn list_wallet_entries(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:read").await?;
    let query: ListWalletEntries = req.query().read()?;
    let id = req.id_in_path("wallet_id", Resource::Wallet)?;
    let page = query.page(caller.scope, id, app.now())?;
    let (entries, currency) = wallets::entries(&app.store, caller.scope, id, &page.slice).await?;
    Ok(page.reply(&entries, |entry| entry_view(entry, currency)))
}
