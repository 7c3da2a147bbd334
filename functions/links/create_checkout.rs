//! `POST /api/checkout/create`: a checkout that a server makes for one buyer.
//!
//! Refuses, in this order: `scope_missing`, `validation_error`, `idempotency_key_reused`,
//! `payments_not_enabled`.

use shared::app::context::LinkKeys;
use shared::app::{ApiKey, App, Call, ExitCode, clock::AMBIENT, links};
use shared::http::links::{Links, public_link, routes};
use shared::http::{Request, Result};
use shared::model::tax::BuiltIn;
use shared::operations::merchant_checkouts;

fn main() -> ExitCode {
    links::serve(routes::CreateCheckout, create_checkout)
}

async fn create_checkout(app: &'static App<ApiKey<Links>, LinkKeys>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<routes::CreateCheckout>(&req).await?;
    let new = body.command()?;
    let (store, scope) = (&app.store, caller.scope);
    let made =
        merchant_checkouts::create(store, &BuiltIn, scope, new, &idempotency, AMBIENT).await?;
    let url = app.pay_url(&req, caller.scope, made.session.payment()).await?;
    Ok(public_link::started(&made.session, url).replayed(made.replayed))
}
