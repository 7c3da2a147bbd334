//! Worker on the queue `payment-advance`: asks the provider about one payment that is due.

use shared::app::context::Reconciler;
use shared::app::{Exit, clock, work};
use shared::operations::reconcile;
use shared::queue::{Verdict, batch::QueueMessage};

fn main() -> Exit {
    work::work(advance_payment)
}

async fn advance_payment(
    app: &'static Reconciler,
    message: QueueMessage,
) -> Result<Verdict, work::Trouble> {
    let provider = app.simulator().await.map_err(|error| error.to_string())?;
    reconcile::advance(&app.store, &provider, &message.body, &clock::now).await
}
