//! `POST /api/transactions/{id}/refund`: money goes back to the buyer, all of it or a part.
//!
//! Refuses, in this order: `scope_missing`, `permission_denied`, `reauthentication_required`,
//! `transaction_not_found`, `validation_error`, `idempotency_key_reused`, `request_in_progress`,
//! `not_refundable`, `refund_exceeds_rest`, `permission_denied` (above the role's limit).

use shared::app::context::Providers;
use shared::app::identity::{Principal, RefundingMemberOrKey};
use shared::app::{App, Call, ExitCode, clock, links};
use shared::http::links::{refund, routes, transaction};
use shared::http::{Reply, Request, Result};
use shared::operations::{organizations, refunds, transactions};
use std::collections::BTreeMap;

fn main() -> ExitCode {
    links::serve(routes::RefundTransaction, refund_transaction)
}

async fn refund_transaction(
    app: &'static App<RefundingMemberOrKey, Providers>,
    req: Request,
) -> Result {
    let opened = app.open::<routes::RefundTransaction>(&req).await?;
    let (scope, id) = (opened.caller.scope(), transaction::in_path(&req)?);
    transactions::check(&app.store, scope, id).await?;
    let Call { caller, body, idempotency, .. } =
        app.fields::<routes::RefundTransaction>(&req, opened)?;
    let at_most = match caller.member() {
        Some(member) => {
            organizations::refund_limits(&app.store, scope, member.role, app.now()).await?
        }
        None => BTreeMap::new(),
    };
    let wish = body.command(scope, id, caller.actor(), at_most);
    let (processors, id) = (app.processors().await?, clock::new_id());
    let made = refunds::request(&app.store, &processors, &wish, &idempotency, id, &clock::now);
    let made = made.await?;
    Ok(Reply::json(&refund::requested(&made.refund)).replayed(made.replayed))
}
