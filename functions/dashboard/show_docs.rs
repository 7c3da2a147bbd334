//! `GET /docs`: the reference of the three APIs, for people.

use shared::app::context::Nothing;
use shared::app::{ExitCode, dashboard};
use shared::http::dashboard::docs;
use shared::http::dashboard::routes;
use shared::http::{Request, Result};

fn main() -> ExitCode {
    dashboard::serve(routes::ShowDocs, show_docs)
}

async fn show_docs(_app: &'static Nothing, req: Request) -> Result {
    Ok(docs::show(&req))
}
