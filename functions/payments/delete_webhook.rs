//! `DELETE /webhooks/{id}`: removes a webhook; what is on its way to it ends.
//!
//! Refuses: `webhook_not_found`, also a second time.

use shared::app::identity::ApiKey;
use shared::app::{App, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::deleted::deleted;
use shared::http::payments::routes::DeleteWebhook;
use shared::http::payments::webhook_endpoint::in_path;
use shared::http::{Reply, Request, Result};
use shared::operations::own_endpoints;

fn main() -> ExitCode {
    payments::serve(DeleteWebhook, delete_webhook)
}

async fn delete_webhook(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let scope = app.call::<DeleteWebhook>(&req).await?.caller.scope;
    let id = own_endpoints::remove(&app.store, in_path(&req, scope)).await?;
    Ok(Reply::data(&deleted(id.payments_form(), "webhook", scope.mode)))
}
