//! `GET /api/openapi.json`: the description of this API (OpenAPI 3.1).

use shared::app::context::Nothing;
use shared::app::{ExitCode, links};
use shared::http::links::openapi::DOCUMENT;
use shared::http::links::routes;
use shared::http::{Reply, Request, Result};

fn main() -> ExitCode {
    links::serve(routes::GetOpenapi, get_openapi)
}

async fn get_openapi(_app: &'static Nothing, req: Request) -> Result {
    Ok(Reply::json_text(DOCUMENT.to_owned()).kept(3600, &req))
}
