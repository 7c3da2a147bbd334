//! Worker on a schedule, each minute: wakes deliveries whose time has come, and goes on replaying.

use shared::app::clock::AMBIENT;
use shared::app::context::FanOut;
use shared::app::{ExitCode, scheduled};
use shared::operations::due_deliveries::{self, Swept};

fn main() -> ExitCode {
    scheduled::serve(retry_deliveries)
}

async fn retry_deliveries(app: &'static FanOut) -> scheduled::RunReport {
    let Swept { done, failures } = due_deliveries::sweep(app, AMBIENT).await?;
    Ok((done, failures))
}
