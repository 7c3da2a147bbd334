//! Worker on the table's stream: publishes the events that state changes carry, and sets timers.

use shared::app::clock::AMBIENT;
use shared::app::context::Publisher;
use shared::app::{ExitCode, stream_worker};
use shared::operations::publishing::publish;

fn main() -> ExitCode {
    stream_worker::serve(publish_events)
}

async fn publish_events(
    app: &'static Publisher,
    records: Vec<stream_worker::Record>,
) -> Result<Vec<stream_worker::Trouble>, stream_worker::Trouble> {
    Ok(publish(app, records, AMBIENT).await?)
}
