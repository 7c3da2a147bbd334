//! Worker on the table's stream: publishes the events that state changes carry, and sets timers.

use shared::app::context::Publisher;
use shared::app::{Exit, publish, work};

fn main() -> Exit {
    work::follow(publish_events)
}

async fn publish_events(
    app: &'static Publisher,
    records: Vec<work::Record>,
) -> Result<Vec<work::Trouble>, work::Trouble> {
    publish::publish(app, records).await
}
