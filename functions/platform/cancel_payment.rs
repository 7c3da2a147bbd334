//! `POST /v1/platform/payments/{payment_intent_id}/cancel`: calls off a payment that waits (for its
//! buyer or for a review), or gives money in escrow back.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `payment_not_found`,
//! `payment_not_cancelable`, `hold_expired`, `link_expired`, `link_used`.

use shared::app::context::Api;
use shared::app::{ExitCode, clock, http_function};
use shared::http::body::Body;
use shared::http::platform::payment::view;
use shared::http::platform::payment_step::CancelPayment;
use shared::http::{Request, Result, reply::json};
use shared::operations::{Idempotency, Resource, payment_steps};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, cancel_payment)
}

async fn cancel_payment(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "payments:write").await?;
    let id = req.id_in_path("payment_intent_id", Resource::Payment)?;
    let mut fields = req.fields_if_any()?;
    let body: CancelPayment = fields.read()?;
    let meaning = body.meaning().with("payment_intent_id", id.to_string());
    let idempotency = Idempotency::of(&req, &meaning, caller.scope, "cancel-payment", body.key())?;
    let payment = (caller.scope, id);
    let shown = |payment: &_| json(&view(payment, clock::now()));
    let remember = idempotency.remember(&shown);
    let step = body.command();
    let taken = payment_steps::take(&app.store, payment, &step, remember, &clock::now);
    Ok(taken.await?.reply())
}
