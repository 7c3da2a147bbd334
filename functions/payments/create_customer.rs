//! `POST /customers`: a new customer, or the one that has this own id already, as it is.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_mismatch`.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, clock, payments};
use shared::http::payments::Payments;
use shared::http::payments::customer::{remembered, shown};
use shared::http::payments::routes::CreateCustomer;
use shared::http::{Request, Result, idempotency};
use shared::operations::customers::keeping;

fn main() -> ExitCode {
    payments::serve(CreateCustomer, create_customer)
}

async fn create_customer(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<CreateCustomer>(&req).await?;
    let key = idempotency::in_header(&req)?;
    let new = body.command(clock::new_id(), caller.scope, key)?;
    let answer =
        keeping::create_or_get(&app.store, &new, &idempotency, remembered, app.now()).await?;
    shown(&answer)
}
