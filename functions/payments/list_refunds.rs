//! `GET /refunds`: your refunds, newest first.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::refund::view;
use shared::http::payments::routes::ListRefunds;
use shared::http::{Request, Result};
use shared::operations::refunds;
use shared::store::list::Listing;

fn main() -> ExitCode {
    payments::serve(ListRefunds, list_refunds)
}

async fn list_refunds(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<ListRefunds>(&req).await?;
    let key = app.identity.cursor_key(&app.store).await?;
    let page = query.page(key, caller.scope, app.now())?;
    let found = match query.filter() {
        Some(filter) => refunds::list(&app.store, caller.scope, filter, &page.slice).await?,
        None => Listing::empty(),
    };
    Ok(page.reply(&found, view))
}
