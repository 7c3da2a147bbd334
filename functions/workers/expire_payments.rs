//! Worker on a schedule, each minute: writes down which links nobody paid in time.

use shared::app::context::Records;
use shared::app::{Exit, clock, work};
use shared::operations::expiry;

fn main() -> Exit {
    work::sweep(expire_payments)
}

async fn expire_payments(app: &'static Records) -> work::Swept {
    expiry::expire(&app.store, &clock::now).await
}
