//! `GET /webhooks`: your webhooks, newest first.

use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::routes::ListWebhooks;
use shared::http::payments::webhook_endpoint::view;
use shared::http::{Request, Result};
use shared::model::Surface;
use shared::operations::own_endpoints;

fn main() -> ExitCode {
    payments::serve(ListWebhooks, list_webhooks)
}

async fn list_webhooks(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<ListWebhooks>(&req).await?;
    let (scope, now) = (caller.scope, app.now());
    let page = query.page(app.identity.cursor_key(&app.store).await?, scope, now)?;
    let found = own_endpoints::list(&app.store, scope, Surface::Payments, &page.slice).await?;
    let health = app.store.endpoints_health(scope, &found.entries).await?;
    let views: Vec<_> =
        found.entries.iter().zip(&health).map(|(one, health)| view(one, health, now)).collect();
    Ok(page.reply_with(&views, found.next))
}
