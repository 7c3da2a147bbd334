//! Charges and orders whose outcome is open past its time: their processor is asked.

use super::{
    Now, engine, refunds,
    timers::{Sweep, TimerFate, sweep},
};
use crate::{
    processor::Processors,
    queue::{Verdict, sqs::Advance},
    store::{Consistency, Table, timer::TimerKind},
};

/// Asks the processor about every charge and order whose outcome is open past its time.
pub async fn reconcile(store: &Table, processors: &Processors<'_>, clock: Now<'_>) -> Sweep {
    let look = |timer, now| async move {
        let intent = store.intent_of(&timer).await.map_err(|error| error.to_string())?;
        if let Some(intent) = intent {
            engine::reconcile(store, processors, intent, now, clock).await?;
        }
        Ok(TimerFate::Drop)
    };
    sweep(store, TimerKind::Reconcile, clock, look).await
}

/// Asks the processor about every refund whose outcome is open past its time.
pub async fn reconcile_refunds(
    store: &Table,
    processors: &Processors<'_>,
    clock: Now<'_>,
) -> Sweep {
    let look = |timer, now| async move {
        let refund = store.refund_of(&timer).await.map_err(|error| error.to_string())?;
        if let Some(refund) = refund {
            refunds::reconcile(store, processors, refund, now, clock).await?;
        }
        Ok(TimerFate::Drop)
    };
    sweep(store, TimerKind::Refund, clock, look).await
}

/// Looks after the payment a message names. One that is not due is left alone: whoever moved its
/// time asked for another look.
///
/// # Errors
/// As [`engine::reconcile`]; the message comes back.
pub async fn advance(
    store: &Table,
    processors: &Processors<'_>,
    message: &str,
    clock: Now<'_>,
) -> Result<Verdict, String> {
    let advance: Advance = serde_json::from_str(message).map_err(|error| error.to_string())?;
    let (scope, id) = advance.parts().ok_or("a message that names no payment")?;
    let intent = store.intent(scope, id, Consistency::Strong).await;
    let Some(intent) = intent.map_err(|error| error.to_string())? else {
        return Ok(Verdict::Done);
    };
    let reconciled = engine::reconcile(store, processors, intent, clock(), clock).await;
    let named = |trouble| format!("{} {id}: {trouble}", scope.tenant);
    reconciled.map(|()| Verdict::Done).map_err(named)
}
