//! `ANY /{proxy+}`: every path that no other function serves.

use shared::app::context::Nothing;
use shared::app::{Exit, serve};
use shared::http::{Code, Error, Request, Result};

fn main() -> Exit {
    serve::serve(serve::Surface::Platform, not_found)
}

async fn not_found(_app: &'static Nothing, req: Request) -> Result {
    Err(Error::new(Code::NotFound, format!("no route serves {} on this path", req.method())))
}
