//! Worker on a schedule, each minute: asks processors what became of charges without an answer.

use shared::app::context::Reconciler;
use shared::app::{ExitCode, clock, scheduled};
use shared::operations::reconcile;

fn main() -> ExitCode {
    scheduled::serve(reconcile_payments)
}

async fn reconcile_payments(app: &'static Reconciler) -> scheduled::Swept {
    let processor = app.simulator().await.map_err(|error| error.to_string())?;
    reconcile::reconcile(&app.store, &processor, &clock::now).await
}
