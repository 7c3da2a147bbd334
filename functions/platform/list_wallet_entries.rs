//! `GET /v1/platform/wallets/{wallet_id}/entries`: a wallet's journal, newest first.
//!
//! Refuses, in this order: `validation_error`, `wallet_not_found`.

use shared::app::context::Api;
use shared::app::{Exit, serve};
use shared::http::platform::wallet::{ListWalletEntries, entries, entry_view};
use shared::http::{Request, Result};
use shared::model::ledger::AccountId;
use shared::operations::{Problem, Resource};

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, list_wallet_entries)
}

async fn list_wallet_entries(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:read").await?;
    let query: ListWalletEntries = req.query().read()?;
    let id = req.id_in_path("wallet_id", Resource::Wallet)?;
    let page = query.page(caller.scope, id, app.now())?;
    let account = app.store.account(caller.scope, AccountId::Wallet(id)).await?;
    let account = account.ok_or_else(|| Problem::NotFound(Resource::Wallet))?;
    let listed = entries(&app.store, &account, &page).await?;
    Ok(page.reply(&listed, |entry| entry_view(entry, account.currency)))
}
