//! `GET /v1/platform/openapi.json`: the description of this API (OpenAPI 3.1).

use shared::app::context::Nothing;
use shared::app::{ExitCode, platform};
use shared::http::{Reply, Request, Result, openapi};

fn main() -> ExitCode {
    platform::serve(get_openapi)
}

async fn get_openapi(_app: &'static Nothing, _req: Request) -> Result {
    let reply = Reply::json_text(openapi::DOCUMENT.to_owned());
    Ok(reply.header("cache-control", "public, max-age=300"))
}
