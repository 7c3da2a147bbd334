//! `POST /api/payment-links/{uuid}/clone`: a new link that sells the same.
//!
//! Refuses, in this order: `permission_denied`, `link_not_found`, `validation_error`,
//! `idempotency_key_reused`, `limit_reached`.

use shared::app::{App, Call, ExitCode, Session, clock, links};
use shared::http::links::{payment_link, routes};
use shared::http::{Request, Result, reply::json};
use shared::model::actor::Actor;
use shared::operations::{Resource, link_edits, merchant_links::MadeMerchantLink};

fn main() -> ExitCode {
    links::serve(routes::ClonePaymentLink, clone_payment_link)
}

async fn clone_payment_link(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::ClonePaymentLink>(&req).await?;
    let id = req.id_in_path("uuid", Resource::Link)?;
    let found = link_edits::find(&app.store, opened.caller.scope(), id).await?;
    let Call { caller, body, idempotency, .. } =
        app.fields::<routes::ClonePaymentLink>(&req, opened)?;
    let (base, now) = (app.base_url(&req)?, app.now());
    let copy = body.command(clock::new_secret_id(), Actor::Member(caller.member.id));
    let shown = |made: &MadeMerchantLink| {
        json(&payment_link::view(made, payment_link::url(&base, made.link.id), now))
    };
    let remember = idempotency.remember(&shown);
    let made = link_edits::copy(&app.store, found, copy, remember, now).await?;
    Ok(made.reply().versioned(0, &req))
}
