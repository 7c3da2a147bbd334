//! Worker on the queue `payment-advance`: asks the provider about one payment that is due.

use shared::app::context::Reconciler;
use shared::app::{ExitCode, clock, queue_worker};
use shared::operations::reconcile;
use shared::queue::{Verdict, batch::QueueMessage};

fn main() -> ExitCode {
    queue_worker::serve(advance_payment)
}

async fn advance_payment(
    app: &'static Reconciler,
    message: QueueMessage,
) -> Result<Verdict, queue_worker::Trouble> {
    let processors = app.wallet_processors().await.map_err(|error| error.to_string())?;
    reconcile::advance(&app.store, &processors, &message.body, &clock::now).await
}
