//! Worker on a schedule, each minute: asks processors what became of charges without an answer, and has
//! tokens deleted whose cards were taken away.

use shared::app::context::Reconciler;
use shared::app::{ExitCode, clock, scheduled};
use shared::operations::{reconcile, vault};

fn main() -> ExitCode {
    scheduled::serve(reconcile_payments)
}

async fn reconcile_payments(app: &'static Reconciler) -> scheduled::RunReport {
    let processors = app.processors().await.map_err(|error| error.to_string())?;
    let payments = reconcile::reconcile(&app.store, &processors, &clock::now).await?;
    let refunds = reconcile::reconcile_refunds(&app.store, &processors, &clock::now).await?;
    let erased = vault::erase(&app.store, &processors, &clock::now).await?;
    let troubles = [payments.1, refunds.1, erased.1].concat();
    Ok((payments.0 + refunds.0 + erased.0, troubles))
}
