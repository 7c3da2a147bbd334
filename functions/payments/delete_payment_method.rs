//! `DELETE /customers/{id}/payment-methods/{pmId}`: takes a saved card away: it is charged no more.
//!
//! A worker has its token deleted at the processor. Refuses, in this order: `customer_not_found`,
//! `payment_method_not_found`, also a second time.

use shared::app::identity::ApiKey;
use shared::app::{App, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::customer::in_path;
use shared::http::payments::deleted::deleted;
use shared::http::payments::payment_method::in_path as card_in_path;
use shared::http::payments::routes::DeletePaymentMethod;
use shared::http::{Reply, Request, Result};
use shared::operations::vault;

fn main() -> ExitCode {
    payments::serve(DeletePaymentMethod, delete_payment_method)
}

async fn delete_payment_method(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let scope = app.call::<DeletePaymentMethod>(&req).await?.caller.scope;
    let named = in_path(&req);
    let id = vault::detach(&app.store, scope, &named, card_in_path(&req), app.now()).await?;
    Ok(Reply::data(&deleted(id.payments_form(), "payment_method", scope.mode)))
}
