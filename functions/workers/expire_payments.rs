//! Worker on a schedule, each minute: writes down which links nobody paid in time.

use shared::app::context::Records;
use shared::app::{Exit, sweep, work};

fn main() -> Exit {
    work::sweep(expire_payments)
}

async fn expire_payments(app: &'static Records) -> work::Swept {
    sweep::expire(&app.store).await
}
