//! `PATCH /invoices/{id}/status`: settles an outstanding invoice: paid outside, or taken back.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_mismatch`, `invoice_not_found`,
//! `invoice_status_final`.

use shared::app::clock::AMBIENT;
use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::invoice::{in_path, view};
use shared::http::payments::routes::SetInvoiceStatus;
use shared::http::reply::json;
use shared::http::{Request, Result};
use shared::operations::adjustments::settle;

fn main() -> ExitCode {
    payments::serve(SetInvoiceStatus, set_invoice_status)
}

async fn set_invoice_status(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<SetInvoiceStatus>(&req).await?;
    let (id, wanted) = (in_path(&req)?, body.status.0);
    let shown = |invoice: &_| json(&view(invoice));
    let remember = idempotency.remember(&shown);
    Ok(settle(&app.store, caller.scope, id, wanted, remember, AMBIENT).await?.reply())
}
