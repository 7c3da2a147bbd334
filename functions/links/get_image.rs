//! `GET /images/{sha256}`: a logo or a picture of a product, for everybody to keep for a year.
//!
//! Refuses, in this order: `image_not_found`, `not_acceptable`.

use shared::app::{Anonymous, App, ExitCode, links};
use shared::http::links::picture;
use shared::http::links::routes;
use shared::http::{Request, Result};
use shared::operations::pictures;

fn main() -> ExitCode {
    links::serve(routes::GetImage, get_image)
}

async fn get_image(app: &'static App<Anonymous>, req: Request) -> Result {
    let found = pictures::find(&app.store, req.path("sha256")).await?;
    picture::reply(&req, found)
}
