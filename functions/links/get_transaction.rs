//! `GET /api/transactions/{id}`: one card payment, as it is now.
//!
//! Refuses, in this order: `scope_missing`, `transaction_not_found`.

use shared::app::identity::{MemberOrKey, Principal};
use shared::app::{App, Call, ExitCode, links};
use shared::http::links::{routes, transaction};
use shared::http::{Reply, Request, Result};
use shared::operations::transactions;

fn main() -> ExitCode {
    links::serve(routes::GetTransaction, get_transaction)
}

async fn get_transaction(app: &'static App<MemberOrKey>, req: Request) -> Result {
    let opened = app.open::<routes::GetTransaction>(&req).await?;
    let id = transaction::in_path(&req)?;
    let found = transactions::find(&app.store, opened.caller.scope(), id).await?;
    let Call { caller, .. } = app.fields::<routes::GetTransaction>(&req, opened)?;
    let shown = transaction::Shown { buyers: caller.sees_buyers(), now: app.now() };
    Ok(Reply::json(&transaction::view(&found, shown)))
}
