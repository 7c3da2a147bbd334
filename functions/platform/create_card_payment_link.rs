//! `POST /v1/platform/card/payment-link`: a page that one user pays a fixed amount on, by card.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `user_not_found`,
//! `merchant_account_not_found`, `merchant_account_not_approved`, `no_merchant_account`.

use shared::app::context::LinkKeys;
use shared::app::{App, Bearer, Call, ExitCode, clock, platform};
use shared::http::platform::card_payment_link::view;
use shared::http::platform::routes;
use shared::http::{Reply, Request, Result};
use shared::operations::payment_links;

fn main() -> ExitCode {
    platform::serve(routes::payments::CreateCardPaymentLink, create_card_payment_link)
}

async fn create_card_payment_link(app: &'static App<Bearer, LinkKeys>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } =
        app.call::<routes::payments::CreateCardPaymentLink>(&req).await?;
    let (scope, new) = (caller.scope, body.command(clock::new_id())?);
    let link = payment_links::create(&app.store, scope, &new, &idempotency, app.now()).await?;
    let pay_url = app.pay_url(&req, scope, link.id).await?;
    Ok(Reply::data(&view(link.id, link.expires_at, pay_url)).replayed(link.replayed))
}
