//! `GET /payments/{id}`: one of your card payments.
//!
//! Refuses: `payment_not_found`.

use shared::app::context::LinkKeys;
use shared::app::identity::ApiKey;
use shared::app::{App, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::payment::{asked, view};
use shared::http::payments::routes::GetPayment;
use shared::http::route::HttpRoute;
use shared::http::{Reply, Request, Result};
use shared::operations::tenant_links;

fn main() -> ExitCode {
    payments::serve(GetPayment, get_payment)
}

async fn get_payment(app: &'static App<ApiKey<Payments>, LinkKeys>, req: Request) -> Result {
    let key = app.identity.presented(&req)?;
    let id = asked(&req);
    let needed = id.as_ref().map(|id| tenant_links::place(key.scope(), *id)).into_iter().collect();
    let proof = app.identity.prove(&app.store, key, GetPayment::SCOPE, needed).await?;
    let (caller, found) = proof;
    let payment = tenant_links::found(caller.scope, id?, &found)?;
    let url = app.pay_url(&req, caller.scope, payment.id).await?;
    Ok(Reply::data(&view(&payment, url, app.now())?))
}
