//! Worker on a schedule, each minute: asks processors what became of charges without an answer, has
//! accounts at Stripe asked for events that nobody sent, and tokens deleted whose cards were taken away.

use shared::app::context::Sweeper;
use shared::app::{ExitCode, clock, scheduled};
use shared::operations::{reconcile, stripe_polls, vault};

fn main() -> ExitCode {
    scheduled::serve(reconcile_payments)
}

async fn reconcile_payments(app: &'static Sweeper) -> scheduled::RunReport {
    let store = &app.reconciler.store;
    let processors = app.reconciler.processors().await.map_err(|error| error.to_string())?;
    let looked = stripe_polls::ask(store, &clock::now, |looks| app.look(looks)).await?;
    let payments = reconcile::reconcile(store, &processors, &clock::now).await?;
    let refunds = reconcile::reconcile_refunds(store, &processors, &clock::now).await?;
    let erased = vault::erase(store, &processors, &clock::now).await?;
    let troubles = [looked.1, payments.1, refunds.1, erased.1].concat();
    Ok((looked.0 + payments.0 + refunds.0 + erased.0, troubles))
}
