//! `PATCH /customers/{id}`: changes what the body names; `PUT` does the same.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_mismatch`, `customer_not_found`,
//! `duplicate`, `rate_limited` while others change it.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::customer::{in_path, view};
use shared::http::payments::routes::UpdateCustomer;
use shared::http::{Request, Result, reply};
use shared::model::customer::Customer;
use shared::operations::customers::keeping;

fn main() -> ExitCode {
    payments::serve(UpdateCustomer, update_customer)
}

async fn update_customer(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<UpdateCustomer>(&req).await?;
    let change = |customer: &mut Customer| {
        body.apply(customer);
        Ok(())
    };
    let render = |customer: &Customer| reply::json(&view(customer));
    let (scope, named, remember) = (caller.scope, in_path(&req), idempotency.remember(&render));
    let kept = keeping::change(&app.store, scope, &named, change, remember, app.now());
    Ok(kept.await?.reply())
}
