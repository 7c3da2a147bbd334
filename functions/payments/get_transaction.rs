//! `GET /transactions/{id}`: one submit of a card.
//!
//! Refuses: `transaction_not_found`.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::routes::GetTransaction;
use shared::http::payments::transaction::{asked_transaction, view};
use shared::http::{Reply, Request, Result};
use shared::operations::submits;

fn main() -> ExitCode {
    payments::serve(GetTransaction, get_transaction)
}

async fn get_transaction(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, .. } = app.call::<GetTransaction>(&req).await?;
    let id = asked_transaction(&req)?;
    let found = submits::find(&app.store, caller.scope, id).await?;
    Ok(Reply::data(&view(&found)?))
}
