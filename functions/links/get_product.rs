//! `GET /api/products/{id}`: one product.
//!
//! Refuses with: `product_not_found`.

use shared::app::{App, ExitCode, Session, links};
use shared::http::links::{product, routes};
use shared::http::{Reply, Request, Result};
use shared::operations::catalog;

fn main() -> ExitCode {
    links::serve(routes::GetProduct, get_product)
}

async fn get_product(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::GetProduct>(&req).await?;
    let (scope, id) = (opened.caller.scope(), product::id_in_path(&req)?);
    let found = catalog::find(&app.store, scope, id).await?;
    app.fields::<routes::GetProduct>(&req, opened)?;
    let edits = found.version;
    let sold = catalog::sold(&app.store, found).await?;
    let base = app.base_url(&req)?;
    Ok(Reply::json(&product::of_sold(&sold, &base)).versioned(edits, &req))
}
