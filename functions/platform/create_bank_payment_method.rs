//! `POST /v1/platform/payment-methods/bank`: saves a user's bank account; the same one only once.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `user_not_found`,
//! `conflict`.

use shared::app::context::Vaults;
use shared::app::{ExitCode, http_function};
use shared::http::body::Body;
use shared::http::platform::payment_method::{CreateBankPaymentMethod, view};
use shared::http::{Request, Result, reply::json};
use shared::operations::{Idempotency, payment_methods};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, create_bank_payment_method)
}

async fn create_bank_payment_method(app: &'static Vaults, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:write").await?;
    let mut fields = req.fields()?;
    let body: CreateBankPaymentMethod = fields.read()?;
    let vaulted = app.vault(caller.scope, &body.account()).await?;
    // Of the number not even a hash is kept that could be tried out.
    let meaning = body.meaning().with("account_number", &vaulted.summary.fingerprint);
    let operation = "create-bank-payment-method";
    let idempotency = Idempotency::of(&req, &meaning, caller.scope, operation, body.key())?;
    let shown = |method: &_| json(&view(method));
    let (owner, remember) = ((caller.scope, body.user()), idempotency.remember(&shown));
    let saved = payment_methods::save_bank_account(&app.store, owner, vaulted, remember, app.now());
    Ok(saved.await?.reply())
}
