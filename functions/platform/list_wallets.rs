//! `GET /v1/platform/wallets`: a user's wallets with their balances, newest first.
//!
//! Refuses, in this order: `validation_error`, `user_not_found`.

use shared::app::{App, Bearer, Call, ExitCode, platform};
use shared::http::platform::routes;
use shared::http::platform::wallet::view;
use shared::http::{Request, Result};
use shared::operations::wallets;

fn main() -> ExitCode {
    platform::serve(routes::wallets::ListWallets, list_wallets)
}

async fn list_wallets(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::wallets::ListWallets>(&req).await?;
    let now = app.now();
    let page = query.page(caller.scope, now)?;
    let (scope, user) = (caller.scope, query.user_id);
    let wallets = wallets::list(&app.store, scope, user, &page.slice, now).await?;
    Ok(page.reply(&wallets, |(wallet, account)| view(wallet, account, user)))
}
