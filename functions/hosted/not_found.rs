//! `ANY /{proxy+}`: every path that no other function serves.

use shared::app::context::Nothing;
use shared::app::{ExitCode, http_function};
use shared::http::{Request, Result};
use shared::operations::Problem;

fn main() -> ExitCode {
    http_function::serve(http_function::Surface::Platform, not_found)
}

async fn not_found(_app: &'static Nothing, req: Request) -> Result {
    Err(Problem::NoRoute { method: req.method().to_owned() })
}
