//! Worker on a schedule, each minute: writes down which links nobody paid in time.

use shared::app::context::Records;
use shared::app::{ExitCode, clock, scheduled};
use shared::operations::expiry;

fn main() -> ExitCode {
    scheduled::serve(expire_payments)
}

async fn expire_payments(app: &'static Records) -> scheduled::Swept {
    expiry::expire(&app.store, &clock::now).await
}
