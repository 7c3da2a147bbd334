//! `DELETE /api/products/{id}`: archives a product; links that sell it go on.
//!
//! Refuses, in this order: `permission_denied`, `product_not_found`, `changed_meanwhile`, `throttled`.

use shared::app::{App, ExitCode, Session, links};
use shared::http::links::{product, routes, version};
use shared::http::{Reply, Request, Result};
use shared::operations::catalog;

fn main() -> ExitCode {
    links::serve(routes::DeleteProduct, delete_product)
}

async fn delete_product(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::DeleteProduct>(&req).await?;
    let (scope, id) = (opened.caller.scope(), product::id_in_path(&req)?);
    let found = catalog::find(&app.store, scope, id).await?;
    app.fields::<routes::DeleteProduct>(&req, opened)?;
    version::check(&req, found.version)?;
    catalog::archive(&app.store, &found, app.now()).await?;
    Ok(Reply::nothing())
}
