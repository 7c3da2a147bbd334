//! `GET /openapi.json`: the description of this API (OpenAPI 3.1).

use shared::app::context::Nothing;
use shared::app::{Exit, serve};
use shared::http::openapi::DOCUMENT;
use shared::http::{Reply, Request, Result};

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, get_openapi)
}

async fn get_openapi(_app: &'static Nothing, _req: Request) -> Result {
    Ok(Reply::json_text(DOCUMENT).header("cache-control", "public, max-age=300"))
}
