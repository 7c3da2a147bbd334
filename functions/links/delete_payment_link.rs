//! `DELETE /api/payment-links/{uuid}`: deletes a link; a second time changes nothing.
//!
//! Refuses, in this order: `permission_denied`, `link_not_found`, `changed_meanwhile`, `throttled`.

use shared::app::{App, ExitCode, Session, links};
use shared::http::links::{routes, version};
use shared::http::{Reply, Request, Result};
use shared::operations::{Resource, link_edits};

fn main() -> ExitCode {
    links::serve(routes::DeletePaymentLink, delete_payment_link)
}

async fn delete_payment_link(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::DeletePaymentLink>(&req).await?;
    let id = req.id_in_path("uuid", Resource::Link)?;
    let found = link_edits::find(&app.store, opened.caller.scope(), id).await?;
    app.fields::<routes::DeletePaymentLink>(&req, opened)?;
    let exact = version::check(&req, found.link.edits)?;
    link_edits::delete(&app.store, found, exact, app.now()).await?;
    Ok(Reply::nothing())
}
