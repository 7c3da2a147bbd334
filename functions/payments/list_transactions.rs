//! `GET /transactions`: submits of cards, newest first, whichever API made the payment.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::routes::ListTransactions;
use shared::http::payments::transaction::view;
use shared::http::{Request, Result};
use shared::operations::submits;
use shared::store::list::Listing;

fn main() -> ExitCode {
    payments::serve(ListTransactions, list_transactions)
}

async fn list_transactions(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<ListTransactions>(&req).await?;
    let key = app.identity.cursor_key(&app.store).await?;
    let page = query.page(key, caller.scope, app.now())?;
    let found = match query.filter() {
        Some(filter) => submits::list(&app.store, caller.scope, &filter, &page.slice).await?,
        None => Listing::empty(),
    };
    let views = found.entries.iter().map(view).collect::<Result<Vec<_>>>()?;
    Ok(page.reply_with(&views, found.next))
}
