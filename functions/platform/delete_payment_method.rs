//! `DELETE /v1/platform/payment-methods/{payment_method_id}`: forgets a card or bank account.
//!
//! Refuses, in this order: `validation_error`, `payment_method_not_found`, `conflict`.

use shared::app::context::Api;
use shared::app::{Exit, serve};
use shared::http::platform::payment_method::{DeletePaymentMethod, DeletedPaymentMethodView};
use shared::http::{Reply, Request, Result};
use shared::operations::{Problem, Resource};
use shared::store::{Consistency, payment_method};

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, delete_payment_method)
}

async fn delete_payment_method(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:write").await?;
    let query: DeletePaymentMethod = req.query().read()?;
    let missing = || Problem::NotFound(Resource::PaymentMethod);
    let id = req.id_in_path("payment_method_id", Resource::PaymentMethod)?;
    let (scope, user) = (caller.scope, query.user_id);
    let method = app.store.payment_method(scope, user, id, Consistency::Strong).await?;
    app.store.commit(payment_method::remove(&method.ok_or_else(missing)?)).await?;
    Ok(Reply::data(&DeletedPaymentMethodView { payment_method_id: id, deleted: true }))
}
