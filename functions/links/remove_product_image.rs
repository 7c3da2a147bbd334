//! `DELETE /api/products/{id}/image`: new links show no picture of a product any more.
//!
//! Refuses, in this order: `permission_denied`, `product_not_found`, `throttled`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{product, routes};
use shared::http::{Reply, Request, Result};
use shared::operations::{catalog, pictures};

fn main() -> ExitCode {
    links::serve(routes::RemoveProductImage, remove_product_image)
}

async fn remove_product_image(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, .. } = app.call::<routes::RemoveProductImage>(&req).await?;
    let before = catalog::find(&app.store, caller.scope(), product::id_in_path(&req)?).await?;
    pictures::set_image(&app.store, &before, None, app.now()).await?;
    Ok(Reply::nothing())
}
