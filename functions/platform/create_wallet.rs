//! `POST /v1/platform/wallets`: a new wallet of a user.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `user_not_found`,
//! `wallet_name_taken`, `conflict`.

use shared::app::context::Api;
use shared::app::{Exit, clock, serve};
use shared::http::body::Body;
use shared::http::once::Once;
use shared::http::platform::wallet::CreateWallet;
use shared::http::{Request, Result};
use shared::operations::{Problem, Resource};
use shared::store::Consistency;

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, create_wallet)
}

async fn create_wallet(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:write").await?;
    let mut fields = req.fields()?;
    let body: CreateWallet = fields.read()?;
    let once = Once::of(&req, &body.meaning(), caller.scope, "create-wallet", body.key())?;
    if let Some(answer) = once.earlier(&app.store).await? {
        return Ok(answer.reply());
    }
    let user = app.store.customer(caller.scope, body.user_id, Consistency::Eventual).await?;
    user.ok_or_else(|| Problem::NotFound(Resource::Customer))?;
    Ok(body.make(&app.store, &once, (caller.scope, clock::new_id())).await?.reply())
}
