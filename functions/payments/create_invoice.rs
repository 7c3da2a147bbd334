//! `POST /invoices`: an outstanding invoice of your own, or a credit.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_mismatch`, `customer_not_found`,
//! `payment_failed` where the tax cannot be known.

use shared::app::clock::AMBIENT;
use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, clock, payments};
use shared::http::payments::Payments;
use shared::http::payments::invoice::view;
use shared::http::payments::routes::CreateInvoice;
use shared::http::reply::json;
use shared::http::{Request, Result};
use shared::model::tax::BuiltIn;
use shared::operations::adjustments::adjust;

fn main() -> ExitCode {
    payments::serve(CreateInvoice, create_invoice)
}

async fn create_invoice(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<CreateInvoice>(&req).await?;
    let wish = body.command(clock::new_id());
    let shown = |invoice: &_| json(&view(invoice));
    let remember = idempotency.remember(&shown);
    let made = adjust(&app.store, caller.scope, &BuiltIn, &wish, remember, AMBIENT).await?;
    Ok(made.reply())
}
