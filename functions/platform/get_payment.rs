//! `GET /v1/platform/payments/{payment_intent_id}`: one of your payments.
//!
//! Refuses: `payment_not_found`.

use shared::app::{App, Bearer, ExitCode, platform};
use shared::http::platform::payment::view;
use shared::http::platform::routes;
use shared::http::{Reply, Request, Result};
use shared::operations::{Resource, payments};

fn main() -> ExitCode {
    platform::serve(routes::payments::GetPayment, get_payment)
}

async fn get_payment(app: &'static App<Bearer>, req: Request) -> Result {
    let caller = app.call::<routes::payments::GetPayment>(&req).await?.caller;
    let id = req.id_in_path("payment_intent_id", Resource::Payment)?;
    let payment = payments::find(&app.store, caller.scope, id).await?;
    Ok(Reply::data(&view(&payment, app.now())))
}
