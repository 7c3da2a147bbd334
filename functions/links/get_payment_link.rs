//! `GET /api/payment-links/{uuid}`: one link, deleted or not.
//!
//! Refuses with: `link_not_found`.

use shared::app::{App, ExitCode, Session, links};
use shared::http::links::{payment_link, routes};
use shared::http::{Reply, Request, Result};
use shared::operations::{Resource, link_edits};

fn main() -> ExitCode {
    links::serve(routes::GetPaymentLink, get_payment_link)
}

async fn get_payment_link(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::GetPaymentLink>(&req).await?;
    let id = req.id_in_path("uuid", Resource::Link)?;
    let found = link_edits::find(&app.store, opened.caller.scope(), id).await?;
    app.fields::<routes::GetPaymentLink>(&req, opened)?;
    let figures = link_edits::figures(&app.store, &found.link).await?;
    let url = payment_link::url(&app.base_url(&req)?, id);
    let view = payment_link::with_figures(&found, &figures, url, app.now());
    Ok(Reply::json(&view).versioned(found.link.edits, &req))
}
