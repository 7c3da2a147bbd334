//! `GET /v1/platform/wallets`: a user's wallets with their balances, newest first.
//!
//! Refuses, in this order: `validation_error`, `user_not_found`.

use shared::app::context::Api;
use shared::app::{Exit, serve};
use shared::http::platform::wallet::{ListWallets, list, view};
use shared::http::{Request, Result};
use shared::operations::{Problem, Resource};
use shared::store::Consistency;

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, list_wallets)
}

async fn list_wallets(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:read").await?;
    let query: ListWallets = req.query().read()?;
    let now = app.now();
    let page = query.page(caller.scope, now)?;
    let user = app.store.customer(caller.scope, query.user_id, Consistency::Eventual).await?;
    let user = user.ok_or_else(|| Problem::NotFound(Resource::Customer))?.id;
    let wallets = app.store.wallets(caller.scope, user, Consistency::Strong).await?;
    let listed = list(&app.store, &wallets, &page, now).await?;
    Ok(page.reply(&listed, |(wallet, account)| view(user, wallet, account)))
}
