//! `POST /v1/platform/payments/{payment_intent_id}/review`: approves a payment that waits for a
//! review, which carries it out, or rejects it.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `payment_not_found`,
//! what has changed since it was asked for (`payment_method_not_found`, `product_not_found`,
//! `destination_not_found`, `validation_error` on a limit), `payment_not_in_review`,
//! `insufficient_funds` (it goes on waiting then).

use shared::app::context::Providers;
use shared::app::{App, Bearer, Call, ExitCode, clock, platform};
use shared::http::platform::payment::view;
use shared::http::platform::routes;
use shared::http::{Request, Result, reply::json};
use shared::model::payment_intent::PaymentRef;
use shared::operations::{Resource, engine, payment_steps};

fn main() -> ExitCode {
    platform::serve(routes::payments::ReviewPayment, review_payment)
}

async fn review_payment(app: &'static App<Bearer, Providers>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } =
        app.call::<routes::payments::ReviewPayment>(&req).await?;
    let id = req.id_in_path("payment_intent_id", Resource::Payment)?;
    let payment = PaymentRef { scope: caller.scope, id };
    let shown = |payment: &_| json(&view(payment, clock::now()));
    let remember = idempotency.remember(&shown);
    let step = body.command();
    let taken = payment_steps::take(&app.store, payment, &step, remember, &clock::now);
    let answer = taken.await?;
    let processors = app.wallet_processors().await?;
    engine::go_on(&app.store, &processors, payment, &clock::now).await?;
    Ok(answer.reply())
}
