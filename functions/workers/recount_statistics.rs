//! Worker on a schedule, each night, and for operators: counts statistics of some days again, and keeps
//! the names of payments that are missing.

use shared::app::context::Statistician;
use shared::app::{ExitCode, operator_function, recount};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::operators::{answers, bodies::RecountStatistics};

fn main() -> ExitCode {
    operator_function::serve(recount_statistics)
}

async fn recount_statistics(
    app: &'static Statistician,
    input: String,
) -> Result<serde_json::Value> {
    let body: RecountStatistics = Fields::from_json(&input)?.read()?;
    let report = recount::recount(app, body.command()?).await?;
    Ok(answers::recounted(&report))
}
