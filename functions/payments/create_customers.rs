//! `POST /customers/batch`: many new customers, each on its own.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_mismatch`.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, clock, payments};
use shared::http::payments::Payments;
use shared::http::payments::customer_batch::{read, view};
use shared::http::payments::routes::CreateCustomers;
use shared::http::{Request, Result, idempotency, reply};
use shared::operations::{Commit, customers::batches};

fn main() -> ExitCode {
    payments::serve(CreateCustomers, create_customers)
}

async fn create_customers(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<CreateCustomers>(&req).await?;
    if let Some(earlier) = idempotency.earlier(&app.store).await? {
        return Ok(earlier.reply());
    }
    let key = idempotency::in_header(&req)?;
    let wishes = read(&body.customers, caller.scope, key, clock::new_id);
    let done = batches::create(&app.store, wishes, key).await?;
    let data = reply::json(&view(done, &body.customers, caller.scope.mode));
    Ok(idempotency.commit(&app.store, Commit::new(), data, app.now()).await?.reply())
}
