//! `DELETE /v1/platform/payment-methods/{payment_method_id}`: forgets a card or bank account.
//!
//! Refuses, in this order: `validation_error`, `payment_method_not_found`, `rate_limited`.

use shared::app::{App, Bearer, Call, ExitCode, platform};
use shared::http::platform::payment_method::DeletedPaymentMethodView;
use shared::http::platform::routes;
use shared::http::{Reply, Request, Result};
use shared::model::payment_method::MethodOwner;
use shared::operations::{Resource, payment_methods};

fn main() -> ExitCode {
    platform::serve(routes::wallets::DeletePaymentMethod, delete_payment_method)
}

async fn delete_payment_method(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::wallets::DeletePaymentMethod>(&req).await?;
    let id = req.id_in_path("payment_method_id", Resource::PaymentMethod)?;
    let owner = MethodOwner { scope: caller.scope, customer: query.user_id };
    payment_methods::delete(&app.store, owner, id, app.now()).await?;
    Ok(Reply::data(&DeletedPaymentMethodView { payment_method_id: id, deleted: true }))
}
