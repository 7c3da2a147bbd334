//! `DELETE /v1/platform/payment-methods/{payment_method_id}`: forgets a card or bank account.
//!
//! Refuses, in this order: `validation_error`, `payment_method_not_found`, `conflict`.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::payment_method::{DeletePaymentMethod, DeletedPaymentMethodView};
use shared::http::{Reply, Request, Result};
use shared::operations::{Resource, payment_methods};

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, delete_payment_method)
}

async fn delete_payment_method(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:write").await?;
    let query: DeletePaymentMethod = req.query().read()?;
    let id = req.id_in_path("payment_method_id", Resource::PaymentMethod)?;
    payment_methods::delete(&app.store, caller.scope, query.user_id, id).await?;
    Ok(Reply::data(&DeletedPaymentMethodView { payment_method_id: id, deleted: true }))
}
