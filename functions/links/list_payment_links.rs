//! `GET /api/payment-links`: the organisation's links.
//!
//! Refuses with: `validation_error`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{link_list, routes};
use shared::http::{Reply, Request, Result};
use shared::operations::link_list::list;

fn main() -> ExitCode {
    links::serve(routes::ListPaymentLinks, list_payment_links)
}

async fn list_payment_links(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::ListPaymentLinks>(&req).await?;
    let (base, scope, now) = (app.base_url(&req)?, caller.scope(), app.now());
    let (page, wanted) = query.command(scope)?;
    let found = list(&app.store, scope, &wanted, now).await?;
    Ok(Reply::json(&link_list::view(&found, &page, &req, &base, now)))
}
