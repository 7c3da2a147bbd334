//! `POST /v1/platform/payments/{payment_intent_id}/cancel`: calls off a payment that waits (for its
//! buyer or for a review), or gives money in escrow back.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `payment_not_found`,
//! `payment_not_cancelable`.

use shared::app::{App, Bearer, Call, ExitCode, clock, platform};
use shared::http::platform::payment::view;
use shared::http::platform::routes;
use shared::http::{Request, Result, reply::json};
use shared::model::payment_intent::PaymentRef;
use shared::operations::{Resource, payment_steps};

fn main() -> ExitCode {
    platform::serve(routes::payments::CancelPayment, cancel_payment)
}

async fn cancel_payment(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } =
        app.call::<routes::payments::CancelPayment>(&req).await?;
    let id = req.id_in_path("payment_intent_id", Resource::Payment)?;
    let payment = PaymentRef { scope: caller.scope, id };
    let shown = |payment: &_| json(&view(payment, clock::now()));
    let remember = idempotency.remember(&shown);
    let step = body.command();
    let taken = payment_steps::take(&app.store, payment, &step, remember, &clock::now);
    Ok(taken.await?.reply())
}
