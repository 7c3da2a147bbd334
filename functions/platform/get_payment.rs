//! `GET /v1/platform/payments/{payment_intent_id}`: one of your payments.
//!
//! Refuses: `payment_not_found`.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::payment::view;
use shared::http::{Reply, Request, Result};
use shared::operations::{Resource, payments};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, get_payment)
}

async fn get_payment(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "payments:read").await?;
    let id = req.id_in_path("payment_intent_id", Resource::Payment)?;
    let payment = payments::find(&app.store, caller.scope, id).await?;
    Ok(Reply::data(&view(&payment, app.now())))
}
