//! `POST /api/payment-links`: a link that sells products as they are today.
//!
//! Refuses, in this order: `permission_denied`, `validation_error`, `idempotency_key_reused`,
//! `limit_reached`.

use shared::app::{App, Call, ExitCode, Session, clock, links};
use shared::http::links::{payment_link, routes};
use shared::http::{Request, Result, reply::json};
use shared::model::actor::Actor;
use shared::operations::merchant_links;

fn main() -> ExitCode {
    links::serve(routes::CreatePaymentLink, create_payment_link)
}

async fn create_payment_link(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } =
        app.call::<routes::CreatePaymentLink>(&req).await?;
    let base = app.base_url(&req)?;
    let (now, by) = (app.now(), Actor::Member(caller.member.id));
    let new = body.command(clock::new_secret_id(), by)?;
    let shown = |made: &merchant_links::MadeMerchantLink| {
        json(&payment_link::view(made, payment_link::url(&base, made.link.id), now))
    };
    let remember = idempotency.remember(&shown);
    let made = merchant_links::create(&app.store, caller.scope(), new, remember, now).await?;
    Ok(made.reply().versioned(0, &req))
}
