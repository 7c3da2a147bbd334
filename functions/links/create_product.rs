//! `POST /api/products`: something to sell.
//!
//! Refuses, in this order: `permission_denied`, `validation_error`, `idempotency_key_reused`,
//! `limit_reached`.

use shared::app::{App, Call, ExitCode, Session, clock, links};
use shared::http::links::{product, routes};
use shared::http::{Request, Result, reply::json};
use shared::operations::catalog;

fn main() -> ExitCode {
    links::serve(routes::CreateProduct, create_product)
}

async fn create_product(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, body, idempotency, .. } = app.call::<routes::CreateProduct>(&req).await?;
    let new = body.command(clock::new_id(), caller.scope(), app.now());
    let base = app.base_url(&req)?;
    let shown = |product: &_| json(&product::view(product, &base));
    let remember = idempotency.remember(&shown);
    let made = catalog::create_product(&app.store, &new, remember, app.now()).await?;
    Ok(made.reply().versioned(1, &req))
}
