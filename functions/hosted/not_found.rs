//! `ANY /{proxy+}`: every path that no other function serves, and known paths with methods that
//! they do not have.

use shared::app::context::Nothing;
use shared::app::{ExitCode, http_function};
use shared::http::{Request, Result, paths, reply::SuccessStatus};

fn main() -> ExitCode {
    http_function::serve_by(paths::voice_of, SuccessStatus::OK, not_found)
}

async fn not_found(_app: &'static Nothing, req: Request) -> Result {
    Err(paths::unserved(&req))
}
