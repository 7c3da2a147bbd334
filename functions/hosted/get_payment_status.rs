//! `GET /pay/{token}/status`: where the payment stands, for the page that waits for it.
//!
//! Refuses: `link_not_found`.

use shared::app::context::LinkKeys;
use shared::app::{Anonymous, App, ExitCode, hosted};
use shared::http::hosted::call::{PaidInvoiceView, PaymentStatusView, receipted, status_for};
use shared::http::hosted::routes;
use shared::http::{Reply, Request, Result};
use shared::operations::checkout;

fn main() -> ExitCode {
    hosted::serve(routes::GetPaymentStatus, get_payment_status)
}

async fn get_payment_status(app: &'static App<Anonymous, LinkKeys>, req: Request) -> Result {
    let link = app.link(req.path("token")).await?;
    let intent = checkout::find(&app.store, link).await?;
    let now = app.now();
    let receipt = app.receipted(link.scope, req.header("paylink-receipt")).await?;
    let invoice = match receipted(&intent, receipt, now) {
        Some((number, file)) => {
            Some(PaidInvoiceView { number, url: format!("../{}", app.file_path(&file).await?) })
        }
        None => None,
    };
    Ok(Reply::json(&PaymentStatusView { invoice, ..status_for(&intent, receipt, now) }))
}
