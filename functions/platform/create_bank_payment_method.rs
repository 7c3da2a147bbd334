//! `POST /v1/platform/payment-methods/bank`: saves a user's bank account; the same one only once.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `user_not_found`,
//! `conflict`.

use shared::app::context::Vaults;
use shared::app::{Exit, serve};
use shared::http::body::Body;
use shared::http::once::Once;
use shared::http::platform::payment_method::{CreateBankPaymentMethod, view};
use shared::http::{Request, Result, reply};
use shared::operations::{Problem, Resource};
use shared::store::{Consistency, payment_method};

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, create_bank_payment_method)
}

async fn create_bank_payment_method(app: &'static Vaults, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:write").await?;
    let mut fields = req.fields()?;
    let body: CreateBankPaymentMethod = fields.read()?;
    let vaulted = app.vault(caller.scope, &body.account()).await?;
    // Of the number not even a hash is kept that could be tried out.
    let meaning = body.meaning().with("account_number", &vaulted.summary.fingerprint);
    let operation = "create-bank-payment-method";
    let once = Once::of(&req, &meaning, caller.scope, operation, body.key())?;
    if let Some(answer) = once.earlier(&app.store).await? {
        return Ok(answer.reply());
    }
    let user = app.store.customer(caller.scope, body.user(), Consistency::Eventual).await?;
    let user = user.ok_or_else(|| Problem::NotFound(Resource::Customer))?.id;
    let new = body.method(caller.scope, vaulted, app.now());
    let known = app.store.payment_method(caller.scope, user, new.id, Consistency::Strong).await?;
    let (method, writes) = match known {
        Some(known) => (known, Vec::new()),
        None => (new.clone(), payment_method::insert(&new)),
    };
    let data = reply::json(&view(&method));
    Ok(once.commit(&app.store, writes, data, app.now(), Problem::Conflict).await?.reply())
}
