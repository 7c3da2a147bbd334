//! `POST /api/payment-links/{uuid}/restore`: brings a deleted link back as it was.
//!
//! Refuses, in this order: `permission_denied`, `link_not_found`, `idempotency_key_reused`,
//! `not_deleted`, `restore_period_over`, `limit_reached`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{payment_link, routes};
use shared::http::{Request, Result, reply::json};
use shared::operations::{Resource, link_edits};

fn main() -> ExitCode {
    links::serve(routes::RestorePaymentLink, restore_payment_link)
}

async fn restore_payment_link(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::RestorePaymentLink>(&req).await?;
    let id = req.id_in_path("uuid", Resource::Link)?;
    let found = link_edits::find(&app.store, opened.caller.scope(), id).await?;
    let Call { idempotency, .. } = app.fields::<routes::RestorePaymentLink>(&req, opened)?;
    let (now, url) = (app.now(), payment_link::url(&app.base_url(&req)?, id));
    let shown = |(made, figures): &(_, _)| {
        json(&payment_link::with_figures(made, figures, url.clone(), now))
    };
    let remember = idempotency.remember(&shown);
    Ok(link_edits::restore(&app.store, found, remember, now).await?.reply())
}
