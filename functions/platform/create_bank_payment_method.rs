//! `POST /v1/platform/payment-methods/bank`: saves a user's bank account; the same one only once.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `user_not_found`,
//! `rate_limited`.

use shared::app::context::Providers;
use shared::app::{App, Bearer, Call, ExitCode, platform};
use shared::http::platform::payment_method::view;
use shared::http::platform::routes;
use shared::http::{Request, Result, reply::json};
use shared::model::payment_method::MethodOwner;
use shared::operations::payment_methods;

fn main() -> ExitCode {
    platform::serve(routes::wallets::CreateBankPaymentMethod, create_bank_payment_method)
}

async fn create_bank_payment_method(app: &'static App<Bearer, Providers>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } =
        app.call::<routes::wallets::CreateBankPaymentMethod>(&req).await?;
    let vaulted = app.vault(caller.scope, &body.account()).await?;
    // Of the number not even a hash is kept that could be tried out.
    let idempotency = idempotency.with("account_number", &vaulted.summary.fingerprint);
    let shown = |method: &_| json(&view(method));
    let owner = MethodOwner { scope: caller.scope, customer: body.user() };
    let remember = idempotency.remember(&shown);
    let saved = payment_methods::save_bank_account(&app.store, owner, vaulted, remember, app.now());
    Ok(saved.await?.reply())
}
