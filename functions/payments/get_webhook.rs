//! `GET /webhooks/{id}`: one of your webhooks.
//!
//! Refuses: `webhook_not_found`.

use shared::app::identity::ApiKey;
use shared::app::{App, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::routes::GetWebhook;
use shared::http::payments::webhook_endpoint::{in_path, view};
use shared::http::{Reply, Request, Result};
use shared::operations::own_endpoints;

fn main() -> ExitCode {
    payments::serve(GetWebhook, get_webhook)
}

async fn get_webhook(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let scope = app.call::<GetWebhook>(&req).await?.caller.scope;
    let endpoint = own_endpoints::find(&app.store, in_path(&req, scope)).await?;
    let health = app.store.endpoint_health(scope, endpoint.id).await?;
    Ok(Reply::data(&view(&endpoint, &health, app.now())))
}
