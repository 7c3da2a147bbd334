//! Worker on the queue `stripe-events`: reads at Stripe what an event named, and writes down what it says.

use shared::app::context::StripeReader;
use shared::app::{ExitCode, clock, queue_worker};
use shared::operations::stripe_events;
use shared::queue::{Verdict, batch::QueueMessage};

fn main() -> ExitCode {
    queue_worker::serve(read_stripe_object)
}

async fn read_stripe_object(
    app: &'static StripeReader,
    message: QueueMessage,
) -> Result<Verdict, queue_worker::Trouble> {
    let (stripe, processors) = (app.stripe(), app.processors());
    stripe_events::handle(&app.store, &stripe, &processors, &message.body, &clock::now).await
}
