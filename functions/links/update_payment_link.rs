//! `PATCH /api/payment-links/{uuid}`: renames, switches, limits, ends or extends a link.
//!
//! Refuses, in this order: `permission_denied`, `link_not_found`, `validation_error`, `conflict`
//! (while it is deleted), `changed_meanwhile`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{payment_link, routes, version};
use shared::http::{Reply, Request, Result};
use shared::operations::{Resource, link_edits};

fn main() -> ExitCode {
    links::serve(routes::UpdatePaymentLink, update_payment_link)
}

async fn update_payment_link(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::UpdatePaymentLink>(&req).await?;
    let id = req.id_in_path("uuid", Resource::Link)?;
    let found = link_edits::find(&app.store, opened.caller.scope(), id).await?;
    let Call { body, .. } = app.fields::<routes::UpdatePaymentLink>(&req, opened)?;
    let exact = version::check(&req, found.link.edits)?;
    let (now, url) = (app.now(), payment_link::url(&app.base_url(&req)?, id));
    let kept = link_edits::change(&app.store, found, &body.command(), exact, now).await?;
    let figures = link_edits::figures(&app.store, &kept.link).await?;
    let view = payment_link::with_figures(&kept, &figures, url, now);
    Ok(Reply::json(&view).versioned(kept.link.edits, &req))
}
