//! Worker on the queue `webhook-fanout`: keeps an event, and makes a delivery per endpoint.

use shared::app::context::FanOut;
use shared::app::{ExitCode, clock, queue_worker};
use shared::operations::fan_out::fan_out;
use shared::queue::{Verdict, batch::QueueMessage};

fn main() -> ExitCode {
    queue_worker::serve(fan_out_event)
}

async fn fan_out_event(
    app: &'static FanOut,
    message: QueueMessage,
) -> Result<Verdict, queue_worker::Trouble> {
    fan_out(app, &message.body, clock::now()).await?;
    Ok(Verdict::Done)
}
