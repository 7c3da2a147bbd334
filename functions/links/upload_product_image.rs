//! `PUT /api/products/{id}/image`: shows a picture of a product in links that are made from now on.
//!
//! Refuses, in this order: `permission_denied`, `product_not_found`, `validation_error`, `throttled`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{product, routes};
use shared::http::{Reply, Request, Result};
use shared::operations::{catalog, pictures};

fn main() -> ExitCode {
    links::serve(routes::UploadProductImage, upload_product_image)
}

async fn upload_product_image(app: &'static App<Session>, req: Request) -> Result {
    let opened = app.open::<routes::UploadProductImage>(&req).await?;
    let (scope, id) = (opened.caller.scope(), product::id_in_path(&req)?);
    let before = catalog::find(&app.store, scope, id).await?;
    let Call { body, .. } = app.fields::<routes::UploadProductImage>(&req, opened)?;
    let image = body.picture()?;
    let kept = pictures::set_image(&app.store, &before, Some(&image), app.now()).await?;
    let edits = kept.version;
    let sold = catalog::sold(&app.store, kept).await?;
    let base = app.base_url(&req)?;
    Ok(Reply::json(&product::of_sold(&sold, &base)).versioned(edits, &req))
}
