//! `GET /pay/{token}/status`: where the payment stands, for the page that waits for it.
//!
//! Refuses: `link_not_found`.

use shared::app::context::Pages;
use shared::app::{Exit, serve};
use shared::http::hosted::call::status;
use shared::http::{Reply, Request, Result};
use shared::operations::{Problem, Resource};
use shared::store::Consistency;

fn main() -> Exit {
    serve::serve(serve::Surface::Hosted, get_payment_status)
}

async fn get_payment_status(app: &'static Pages, req: Request) -> Result {
    let (scope, id) = app.link(req.path("token")).await?;
    let intent = app.store.intent(scope, id, Consistency::Strong).await?;
    let intent = intent.ok_or_else(|| Problem::NotFound(Resource::Link))?;
    Ok(Reply::json(&status(&intent, app.now())))
}
