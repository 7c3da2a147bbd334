//! `DELETE /v1/platform/webhooks`: no events are posted any more.
//!
//! Refuses, in this order: `webhook_not_found`, `conflict`.

use shared::app::context::Api;
use shared::app::{Exit, serve};
use shared::http::platform::webhook_endpoint::DeletedView;
use shared::http::{Reply, Request, Result};
use shared::operations::{Problem, Resource};
use shared::store::webhook_endpoint;

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, delete_webhook_endpoint)
}

async fn delete_webhook_endpoint(app: &'static Api, req: Request) -> Result {
    let caller = app.caller(&req, "webhooks:write").await?;
    let endpoint = app.store.platform_endpoint(caller.scope).await?;
    let endpoint = endpoint.ok_or(Problem::NotFound(Resource::Endpoint))?;
    app.store.commit(vec![webhook_endpoint::remove(&endpoint)]).await?;
    Ok(Reply::data(&DeletedView { id: endpoint.id, deleted: true }))
}
