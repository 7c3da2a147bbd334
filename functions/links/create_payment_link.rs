//! `POST /api/payment-links`: a link that sells products as they are today.
//!
//! Refuses, in this order: `permission_denied`, `validation_error`, `idempotency_key_reused`.

use shared::app::{App, Call, ExitCode, Session, clock, links};
use shared::http::links::{payment_link, routes};
use shared::http::{Request, Result, reply::json};
use shared::model::actor::Actor;
use shared::operations::merchant_links;

fn main() -> ExitCode {
    links::serve(create_payment_link)
}

async fn create_payment_link(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } =
        app.call::<routes::CreatePaymentLink>(&req).await?;
    let base = app.base_url(&req)?;
    let (now, by) = (app.now(), Actor::Member(caller.member.id));
    let new = body.command(clock::new_secret_id(), by)?;
    let shown = |made: &merchant_links::MadeLink| {
        let url = format!("{base}/l/{}", made.link.id);
        json(&payment_link::view(made, url, now))
    };
    let remember = idempotency.remember(&shown);
    Ok(merchant_links::create(&app.store, caller.scope(), new, remember, now).await?.made())
}
