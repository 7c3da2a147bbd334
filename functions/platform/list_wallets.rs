//! `GET /v1/platform/wallets`: a user's wallets with their balances, newest first.
//!
//! Refuses, in this order: `validation_error`, `user_not_found`.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::wallet::{ListWallets, view};
use shared::http::{Request, Result};
use shared::operations::wallets;

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, list_wallets)
}

async fn list_wallets(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:read").await?;
    let query: ListWallets = req.query().read()?;
    let now = app.now();
    let page = query.page(caller.scope, now)?;
    let (scope, user) = (caller.scope, query.user_id);
    let wallets = wallets::list(&app.store, scope, user, &page.slice, now).await?;
    Ok(page.reply(&wallets, |(wallet, account)| view(wallet, account, user)))
}
