//! `GET /v1/platform/openapi.json`: the description of this API (OpenAPI 3.1).

use shared::app::context::Nothing;
use shared::app::{ExitCode, platform};
use shared::http::platform::routes;
use shared::http::{Reply, Request, Result, openapi};

fn main() -> ExitCode {
    platform::serve(routes::GetOpenapi, get_openapi)
}

async fn get_openapi(_app: &'static Nothing, req: Request) -> Result {
    Ok(Reply::json_text(openapi::DOCUMENT.to_owned()).kept(3600, &req))
}
