//! `GET /pay/{token}`: the page a buyer pays on. Looking changes nothing.
//!
//! Refuses: `link_not_found`.

use shared::app::context::Pages;
use shared::app::{Exit, serve};
use shared::http::hosted::pay_page;
use shared::http::{Request, Result};
use shared::operations::{Problem, Resource};
use shared::store::Consistency;

fn main() -> Exit {
    serve::serve(serve::Surface::Page, show_payment_page)
}

async fn show_payment_page(app: &'static Pages, req: Request) -> Result {
    let (scope, id) = app.link(req.path("token")).await?;
    let intent = app.store.intent(scope, id, Consistency::Eventual).await?;
    let intent = intent.ok_or_else(|| Problem::NotFound(Resource::Link))?;
    Ok(pay_page(&intent, app.now()))
}
