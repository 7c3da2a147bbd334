//! `POST /api/transactions/{id}/cancel`: calls a card payment off while no card is being charged.
//!
//! Refuses, in this order: `scope_missing`, `transaction_not_found`, `idempotency_key_reused`,
//! `not_cancelable`.

use shared::app::identity::{MemberOrKey, Principal};
use shared::app::{App, Call, ExitCode, clock, links};
use shared::http::links::{routes, transaction};
use shared::http::{Request, Result, reply::json};
use shared::model::payment_intent::PaymentRef;
use shared::model::{payment_intent::PaymentIntent, transaction::Transaction};
use shared::operations::{payment_steps, transactions};

fn main() -> ExitCode {
    links::serve(routes::CancelTransaction, cancel_transaction)
}

async fn cancel_transaction(app: &'static App<MemberOrKey>, req: Request) -> Result {
    let opened = app.open::<routes::CancelTransaction>(&req).await?;
    let (scope, buyers) = (opened.caller.scope(), opened.caller.sees_buyers());
    let id = transaction::in_path(&req)?;
    let known = transactions::find(&app.store, scope, id).await?;
    let Call { idempotency, .. } = app.fields::<routes::CancelTransaction>(&req, opened)?;
    let rendered = |intent: &PaymentIntent| {
        let (intent, session) = (intent.clone(), known.session.clone());
        let after = Transaction { intent, session, refunds: Vec::new() };
        json(&transaction::view(&after, transaction::Shown { buyers, now: clock::now() }))
    };
    let remember = idempotency.remember(&rendered);
    let cancel = payment_steps::PaymentStep::Cancel;
    let taken =
        payment_steps::take(&app.store, PaymentRef { scope, id }, &cancel, remember, &clock::now);
    Ok(taken.await?.reply())
}
