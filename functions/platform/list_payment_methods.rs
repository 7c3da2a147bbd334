//! `GET /v1/platform/payment-methods`: the cards and bank accounts a user saved, newest first.
//!
//! Refuses, in this order: `validation_error`, `user_not_found`.

use shared::app::{App, Bearer, Call, ExitCode, platform};
use shared::http::platform::payment_method::view;
use shared::http::platform::routes;
use shared::http::{Request, Result};
use shared::operations::payment_methods;

fn main() -> ExitCode {
    platform::serve(routes::wallets::ListPaymentMethods, list_payment_methods)
}

async fn list_payment_methods(app: &'static App<Bearer>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::wallets::ListPaymentMethods>(&req).await?;
    let page = query.page(caller.scope, app.now())?;
    let (scope, user) = (caller.scope, query.user_id);
    let methods = payment_methods::list(&app.store, scope, user, &page.slice).await?;
    Ok(page.reply(&methods, view))
}
