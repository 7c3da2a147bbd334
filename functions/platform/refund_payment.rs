//! `POST /v1/platform/payments/{payment_intent_id}/refund`: gives the money of a card payment back,
//! all of it or a part.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `request_in_progress`,
//! `payment_not_found`, `payment_not_refundable`, `already_refunded`, `refund_in_progress`,
//! `refund_exceeds_rest`.

use shared::app::context::Providers;
use shared::app::{App, Bearer, Call, ExitCode, clock, platform};
use shared::http::platform::refund::view;
use shared::http::platform::routes;
use shared::http::{Reply, Request, Result};
use shared::operations::{Resource, refunds};

fn main() -> ExitCode {
    platform::serve(routes::payments::RefundPayment, refund_payment)
}

async fn refund_payment(app: &'static App<Bearer, Providers>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } =
        app.call::<routes::payments::RefundPayment>(&req).await?;
    let id = req.id_in_path("payment_intent_id", Resource::Payment)?;
    let wish = body.command(caller.scope, id);
    let processors = app.processors().await?;
    let id = clock::new_id();
    let made = refunds::request(&app.store, &processors, &wish, &idempotency, id, &clock::now);
    let made = made.await?;
    Ok(Reply::data(&view(&made.refund)).replayed(made.replayed))
}
