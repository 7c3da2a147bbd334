//! Worker on the table's stream: publishes the events that state changes carry, and sets timers.

use shared::app::clock::AMBIENT;
use shared::app::context::Publisher;
use shared::app::{Exit, work};
use shared::operations::publishing::publish;

fn main() -> Exit {
    work::follow(publish_events)
}

async fn publish_events(
    app: &'static Publisher,
    records: Vec<work::Record>,
) -> Result<Vec<work::Trouble>, work::Trouble> {
    Ok(publish(app, records, AMBIENT).await?)
}
