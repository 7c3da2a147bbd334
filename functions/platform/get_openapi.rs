//! `GET /openapi.json`: the description of this API (OpenAPI 3.1).

use shared::app::context::Nothing;
use shared::app::{Exit, serve};
use shared::http::{Reply, Request, Result, openapi};
use shared::operations::Problem;

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, get_openapi)
}

async fn get_openapi(_app: &'static Nothing, _req: Request) -> Result {
    let body = openapi::body().ok_or_else(|| Problem::internal("the description is not JSON"))?;
    Ok(Reply::escaped(body).header("cache-control", "public, max-age=300"))
}
