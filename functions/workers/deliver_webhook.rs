//! Worker on the queue `webhook-delivery`: makes one attempt at one delivery.

use shared::app::context::Deliverer;
use shared::app::{ExitCode, deliver, queue_worker};
use shared::queue::{Verdict, batch::QueueMessage};

fn main() -> ExitCode {
    queue_worker::serve(deliver_webhook)
}

async fn deliver_webhook(
    app: &'static Deliverer,
    message: QueueMessage,
) -> Result<Verdict, queue_worker::Trouble> {
    deliver::attempt(app, &message.body).await
}
