//! Worker on the queue `stripe-events`: reads at Stripe what an event named, and writes down what it says;
//! and asks accounts there for events that nobody sent.

use shared::app::context::StripeReader;
use shared::app::{ExitCode, clock, queue_worker};
use shared::operations::{stripe_events, stripe_polls};
use shared::queue::{Verdict, batch::QueueMessage, sqs::LookForEvents};

fn main() -> ExitCode {
    queue_worker::serve(read_stripe_object)
}

async fn read_stripe_object(
    app: &'static StripeReader,
    message: QueueMessage,
) -> Result<Verdict, queue_worker::Trouble> {
    let (store, stripe, processors) = (&app.store, app.stripe(), app.processors());
    match LookForEvents::parse(&message.body) {
        Some(look) => {
            stripe_polls::look(store, &stripe, &look, &clock::now, |told| app.tell(told)).await
        }
        None => {
            stripe_events::handle(store, &stripe, &processors, &message.body, &clock::now).await
        }
    }
}
