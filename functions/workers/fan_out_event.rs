//! Worker on the queue `webhook-fanout`: keeps an event, and makes a delivery per endpoint.

use shared::app::context::FanOut;
use shared::app::{Exit, clock, work};
use shared::operations::fan_out::fan_out;
use shared::queue::{Verdict, batch::QueueMessage};

fn main() -> Exit {
    work::work(fan_out_event)
}

async fn fan_out_event(
    app: &'static FanOut,
    message: QueueMessage,
) -> Result<Verdict, work::Trouble> {
    fan_out(app, &message.body, clock::now()).await?;
    Ok(Verdict::Done)
}
