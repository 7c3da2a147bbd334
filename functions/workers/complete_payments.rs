//! Worker on a schedule, each minute: tells of payments whose invoice is late.

use shared::app::context::Records;
use shared::app::{ExitCode, clock, scheduled};
use shared::operations::completing;

fn main() -> ExitCode {
    scheduled::serve(complete_payments)
}

async fn complete_payments(app: &'static Records) -> scheduled::RunReport {
    completing::complete(&app.store, &clock::now).await
}
