//! `GET /api/payment-links/{uuid}/qr`: the code that phones read, as a drawing or as pixels.
//!
//! Refuses, in this order: `link_not_found`, `validation_error`, `not_acceptable`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{payment_link, qr, routes};
use shared::http::{Request, Result};
use shared::operations::{Resource, link_edits};

fn main() -> ExitCode {
    links::serve(routes::GetPaymentLinkQr, get_payment_link_qr)
}

async fn get_payment_link_qr(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::GetPaymentLinkQr>(&req).await?;
    let id = req.id_in_path("uuid", Resource::Link)?;
    let found = link_edits::find(&app.store, opened.caller.scope(), id).await?;
    let Call { query, .. } = app.fields::<routes::GetPaymentLinkQr>(&req, opened)?;
    let url = payment_link::url(&app.base_url(&req)?, id);
    qr::reply(&req, &query, &url, &found.details.name)
}
