//! Worker on the queue `webhook-delivery`: makes one attempt at one delivery.

use shared::app::context::Deliverer;
use shared::app::{Exit, deliver, work};
use shared::queue::{Verdict, batch::QueueMessage};

fn main() -> Exit {
    work::work(deliver_webhook)
}

async fn deliver_webhook(
    app: &'static Deliverer,
    message: QueueMessage,
) -> Result<Verdict, work::Trouble> {
    deliver::attempt(app, &message.body).await
}
