//! Worker on a schedule, each minute: writes down which links nobody paid in time,
//! and which links have come to their end.

use shared::app::context::Records;
use shared::app::{ExitCode, clock, scheduled};
use shared::operations::expiry;

fn main() -> ExitCode {
    scheduled::serve(expire_payments)
}

async fn expire_payments(app: &'static Records) -> scheduled::RunReport {
    let (unpaid, mut troubles) = expiry::expire(&app.store, &clock::now).await?;
    let (ended, more) = expiry::expire_links(&app.store, &clock::now).await?;
    troubles.extend(more);
    Ok((unpaid + ended, troubles))
}
