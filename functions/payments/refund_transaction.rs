//! `POST /transactions/{id}/refund`: money goes back to the buyer, all of it or a part.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_mismatch`,
//! `idempotency_in_progress`, `transaction_not_found`, `transaction_not_refundable`,
//! `already_refunded`, `refund_in_progress`, `validation_error` for more than is left,
//! `refund_failed`.

use shared::app::context::Providers;
use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, clock, payments};
use shared::http::payments::Payments;
use shared::http::payments::refund::refunded_view;
use shared::http::payments::routes::RefundTransaction;
use shared::http::payments::transaction::asked_transaction;
use shared::http::{Reply, Request, Result};
use shared::model::refund::RefundStatusName;
use shared::operations::{refunds, submits};

fn main() -> ExitCode {
    payments::serve(RefundTransaction, refund_transaction)
}

async fn refund_transaction(
    app: &'static App<ApiKey<Payments>, Providers>,
    req: Request,
) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<RefundTransaction>(&req).await?;
    let id = asked_transaction(&req)?;
    let payment = submits::payment(&app.store, caller.scope, id).await?;
    let wish = body.command(&caller, payment.id, id);
    let processors = app.processors().await?;
    let id = clock::new_id();
    let made = refunds::request(&app.store, &processors, &wish, &idempotency, id, &clock::now);
    let made = made.await?;
    let reply = Reply::data(&refunded_view(&made)?);
    let unknown = made.refund.status.name() == RefundStatusName::Processing;
    let reply = if unknown { reply.otherwise() } else { reply };
    Ok(reply.replayed(made.replayed))
}
