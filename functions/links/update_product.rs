//! `PATCH /api/products/{id}`: changes a product; links that sell it keep it as it was.
//!
//! Refuses, in this order: `permission_denied`, `product_not_found`, `validation_error`,
//! `changed_meanwhile`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{product, routes, version};
use shared::http::{Reply, Request, Result};
use shared::operations::catalog;

fn main() -> ExitCode {
    links::serve(routes::UpdateProduct, update_product)
}

async fn update_product(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::UpdateProduct>(&req).await?;
    let (scope, id) = (opened.caller.scope(), product::id_in_path(&req)?);
    let before = catalog::find(&app.store, scope, id).await?;
    let Call { body, .. } = app.fields::<routes::UpdateProduct>(&req, opened)?;
    version::check(&req, before.version)?;
    let after = body.over(&before);
    let kept = catalog::change(&app.store, &before, after, app.now()).await?;
    let edits = kept.version;
    let sold = catalog::sold(&app.store, kept).await?;
    let base = app.base_url(&req)?;
    Ok(Reply::json(&product::of_sold(&sold, &base)).versioned(edits, &req))
}
