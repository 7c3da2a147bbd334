//! Worker on a schedule, each minute: wakes deliveries whose time has come, and goes on replaying.

use shared::app::context::FanOut;
use shared::app::{Exit, redeliver, work};

fn main() -> Exit {
    work::sweep(retry_deliveries)
}

async fn retry_deliveries(app: &'static FanOut) -> work::Swept {
    redeliver::sweep(app).await
}
