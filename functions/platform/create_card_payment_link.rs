//! `POST /v1/platform/card/payment-link`: a page that one user pays a fixed amount on, by card.
//!
//! Refuses, in this order: `validation_error`, `idempotency_key_reused`, `user_not_found`,
//! `merchant_account_not_found`, `merchant_account_not_approved`, `no_merchant_account`.

use shared::app::context::Links;
use shared::app::{Exit, clock, serve};
use shared::http::body::Body;
use shared::http::once::Once;
use shared::http::platform::card_payment_link::{CreateCardPaymentLink, Found, Remembered, view};
use shared::http::{Reply, Request, Result};
use shared::operations::Problem;
use shared::store::intent;

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, create_card_payment_link)
}

async fn create_card_payment_link(app: &'static Links, req: Request) -> Result {
    let caller = app.caller(&req, "links:write").await?;
    let mut fields = req.fields()?;
    let body: CreateCardPaymentLink = fields.read()?;
    let once =
        Once::of(&req, &body.meaning(), caller.scope, "create-card-payment-link", body.key())?;
    let answer = match body.find(&app.store, caller.scope, once.key()).await? {
        Found::Before(answered) => once.again(answered)?,
        Found::Payer(payer) => {
            let intent = body.intent(clock::new_id(), &payer.0, &payer.1, &payer.2)?;
            let writes = vec![intent::insert(&intent)];
            let remembered = Remembered::of(&intent);
            once.commit(&app.store, writes, remembered, app.now(), Problem::Conflict).await?
        }
    };
    let (id, expires_at) = Remembered::read(&answer.data)?;
    let pay_url = app.pay_url(&req, caller.scope, id).await?;
    Ok(answer.mark(Reply::data(&view(id, expires_at, pay_url))))
}
