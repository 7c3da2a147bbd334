//! `POST /payments`: a page on which a buyer pays a fixed amount by card.
//!
//! One read finds the key, the settings and the customer; one write makes the payment. Refuses, in
//! this order: `validation_error`, `idempotency_key_mismatch`, `customer_not_found`,
//! `provider_unsupported`.

use shared::app::context::LinkKeys;
use shared::app::identity::ApiKey;
use shared::app::{App, ExitCode, clock, payments};
use shared::http::payments::Payments;
use shared::http::payments::new_payment::read;
use shared::http::payments::payment::view;
use shared::http::payments::routes::CreatePayment;
use shared::http::route::HttpRoute;
use shared::http::{Reply, Request, Result};
use shared::model::tax::BuiltIn;
use shared::operations::tenant_links;

fn main() -> ExitCode {
    payments::serve(CreatePayment, create_payment)
}

async fn create_payment(app: &'static App<ApiKey<Payments>, LinkKeys>, req: Request) -> Result {
    let key = app.identity.presented(&req)?;
    let link = read(&req, key.scope(), clock::random(), app.now());
    let needed = link.as_ref().map(|link| link.keys(key.scope())).unwrap_or_default();
    let proof = app.identity.prove(&app.store, key, CreatePayment::SCOPE, needed).await?;
    let (caller, found) = proof;
    let made = tenant_links::create(&app.store, &BuiltIn, caller.scope, &link?, &found).await?;
    let url = app.pay_url(&req, caller.scope, made.payment.id).await?;
    Ok(Reply::data(&view(&made.payment, url, app.now())?).replayed(made.replayed))
}
