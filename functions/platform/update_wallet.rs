//! `PATCH /v1/platform/wallets/{wallet_id}`: renames a wallet, or makes it the primary one.
//!
//! Refuses, in this order: `validation_error`, `wallet_not_found`, `wallet_name_taken`, `conflict`.

use shared::app::context::Api;
use shared::app::{Exit, serve};
use shared::http::platform::wallet::{UpdateWallet, find, view};
use shared::http::{Reply, Request, Result};
use shared::operations::{Problem, Resource};
use shared::store::wallet;

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, update_wallet)
}

async fn update_wallet(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:write").await?;
    let body: UpdateWallet = req.fields()?.read()?;
    let id = req.id_in_path("wallet_id", Resource::Wallet)?;
    let (known, account) = find(&app.store, caller.scope, id, app.now()).await?;
    let next = known.changed(id, body.change())?;
    if next != known {
        app.store.commit(vec![wallet::put(&next)]).await?;
    }
    let wallet = next.find(id).ok_or_else(|| Problem::NotFound(Resource::Wallet))?;
    Ok(Reply::data(&view(next.customer, wallet, &account)))
}
