//! `GET /api-keys`: your keys, newest first; without those that are over.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::api_key::view;
use shared::http::payments::routes::ListApiKeys;
use shared::http::{Request, Result};
use shared::model::Surface;
use shared::operations::api_keys;

fn main() -> ExitCode {
    payments::serve(ListApiKeys, list_api_keys)
}

async fn list_api_keys(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<ListApiKeys>(&req).await?;
    let (scope, now) = (caller.scope, app.now());
    let page = query.page(app.identity.cursor_key(&app.store).await?, scope, now)?;
    let keys = api_keys::list(&app.store, scope, Surface::Payments, &page.slice, now).await?;
    Ok(page.reply(&keys, view))
}
