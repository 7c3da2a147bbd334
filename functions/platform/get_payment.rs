//! `GET /v1/platform/payments/{payment_intent_id}`: one of your payments.
//!
//! Refuses: `payment_not_found`.

use shared::app::context::Api;
use shared::app::{Exit, serve};
use shared::http::platform::payment::view;
use shared::http::{Reply, Request, Result};
use shared::operations::{Problem, Resource};
use shared::store::Consistency;

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, get_payment)
}

async fn get_payment(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "payments:read").await?;
    let id = req.id_in_path("payment_intent_id", Resource::Payment)?;
    let payment = app.store.intent(caller.scope, id, Consistency::Strong).await?;
    let payment = payment.ok_or_else(|| Problem::NotFound(Resource::Payment))?;
    Ok(Reply::data(&view(&payment, app.now())))
}
