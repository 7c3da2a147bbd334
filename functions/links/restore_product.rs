//! `POST /api/products/{id}/restore`: brings an archived product back.
//!
//! Refuses, in this order: `permission_denied`, `product_not_found`, `validation_error` (its number
//! is another product's by now), `idempotency_key_reused`, `limit_reached`, `not_deleted`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{product, routes};
use shared::http::{Request, Result, reply::json};
use shared::operations::catalog;

fn main() -> ExitCode {
    links::serve(routes::RestoreProduct, restore_product)
}

async fn restore_product(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::RestoreProduct>(&req).await?;
    let (scope, id) = (opened.caller.scope(), product::id_in_path(&req)?);
    let found = catalog::find(&app.store, scope, id).await?;
    let Call { idempotency, .. } = app.fields::<routes::RestoreProduct>(&req, opened)?;
    let base = app.base_url(&req)?;
    let shown = |sold: &_| json(&product::of_sold(sold, &base));
    let remember = idempotency.remember(&shown);
    Ok(catalog::restore(&app.store, &found, remember, app.now()).await?.reply())
}
