//! `GET /v1/platform/payment-methods`: the cards and bank accounts a user saved, newest first.
//!
//! Refuses, in this order: `validation_error`, `user_not_found`.

use shared::app::context::Api;
use shared::app::{ExitCode, http_function};
use shared::http::platform::payment_method::{ListPaymentMethods, view};
use shared::http::{Request, Result};
use shared::operations::payment_methods;

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, list_payment_methods)
}

async fn list_payment_methods(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "wallets:read").await?;
    let query: ListPaymentMethods = req.query().read()?;
    let page = query.page(caller.scope, app.now())?;
    let (scope, user) = (caller.scope, query.user_id);
    let methods = payment_methods::list(&app.store, scope, user, &page.slice).await?;
    Ok(page.reply(&methods, view))
}
