//! `GET /payments`: your card payments, newest first, whichever API made them.

use shared::app::context::LinkKeys;
use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::payment::view;
use shared::http::payments::routes::ListPayments;
use shared::http::{Request, Result};
use shared::operations::tenant_links::card_payments;

fn main() -> ExitCode {
    payments::serve(ListPayments, list_payments)
}

async fn list_payments(app: &'static App<ApiKey<Payments>, LinkKeys>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<ListPayments>(&req).await?;
    let (scope, now) = (caller.scope, app.now());
    let page = query.page(app.identity.cursor_key(&app.store).await?, scope, now)?;
    let found = card_payments(&app.store, scope, query.customer(), &page.slice).await?;
    let mut views = Vec::with_capacity(found.entries.len());
    for payment in &found.entries {
        views.push(view(payment, app.pay_url(&req, scope, payment.id).await?, now)?);
    }
    Ok(page.reply_with(&views, found.next))
}
