//! `GET /customers`: your customers, newest first; those of one own id or address.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::customer::view;
use shared::http::payments::routes::ListCustomers;
use shared::http::{Request, Result};
use shared::operations::customers::keeping;

fn main() -> ExitCode {
    payments::serve(ListCustomers, list_customers)
}

async fn list_customers(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<ListCustomers>(&req).await?;
    let key = app.identity.cursor_key(&app.store).await?;
    let page = query.page(key, caller.scope, app.now())?;
    let found = keeping::page(&app.store, caller.scope, &query.filter(), &page.slice).await?;
    Ok(page.reply(&found, view))
}
