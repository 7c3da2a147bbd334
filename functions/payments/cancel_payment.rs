//! `POST /payments/{id}/cancel`: calls a payment off that nobody pays at this moment.
//!
//! Refuses, in this order: `idempotency_key_mismatch`, `payment_not_found`,
//! `payment_not_cancelable`, `rate_limited` while others change it.

use shared::app::context::LinkKeys;
use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::payment::{asked, remembered, shown};
use shared::http::payments::routes::CancelPayment;
use shared::http::{Request, Result};
use shared::model::payment_intent::PaymentIntent;
use shared::operations::cancellations::cancel;

fn main() -> ExitCode {
    payments::serve(CancelPayment, cancel_payment)
}

async fn cancel_payment(app: &'static App<ApiKey<Payments>, LinkKeys>, req: Request) -> Result {
    let Call { caller, idempotency, .. } = app.call::<CancelPayment>(&req).await?;
    let (scope, id, now) = (caller.scope, asked(&req), app.now());
    let render = |payment: &PaymentIntent| remembered(payment, now);
    let named = id.as_ref().ok().copied();
    let answer = cancel(&app.store, scope, named, idempotency.remember(&render), now).await?;
    shown(&answer, app.pay_url(&req, scope, id?).await?)
}
