//! `POST /customers/{id}/payment-methods/{pmId}/default`: the card that is charged where none is
//! named.
//!
//! Refuses, in this order: `idempotency_key_mismatch`, `customer_not_found`,
//! `payment_method_not_found`.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::customer::in_path;
use shared::http::payments::payment_method::{in_path as card_in_path, view};
use shared::http::payments::routes::SetDefaultPaymentMethod;
use shared::http::{Request, Result, payments::Payments, reply};
use shared::model::payment_method::PaymentMethod;
use shared::operations::customers::keeping;

fn main() -> ExitCode {
    payments::serve(SetDefaultPaymentMethod, set_default_payment_method)
}

async fn set_default_payment_method(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, idempotency, .. } = app.call::<SetDefaultPaymentMethod>(&req).await?;
    let (named, id) = (in_path(&req), card_in_path(&req));
    let render = |card: &PaymentMethod| reply::json(&view(card, Some(card.id)));
    let (scope, remember) = (caller.scope, idempotency.remember(&render));
    let kept = keeping::make_default(&app.store, scope, &named, id, remember, app.now());
    Ok(kept.await?.reply())
}
