//! `GET /api/products`: what the organisation sells.
//!
//! Refuses with: `validation_error`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{product, routes};
use shared::http::{Reply, Request, Result};
use shared::operations::catalog;

fn main() -> ExitCode {
    links::serve(routes::ListProducts, list_products)
}

async fn list_products(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, query, .. } = app.call::<routes::ListProducts>(&req).await?;
    let (base, scope) = (app.base_url(&req)?, caller.scope());
    let (page, wanted) = query.command(scope)?;
    let found = catalog::list(&app.store, scope, &wanted).await?;
    Ok(Reply::json(&product::list_view(&found, &page, &req, &base)))
}
