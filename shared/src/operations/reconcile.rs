//! Charges and orders whose outcome is open past its time: their processor is asked.

use super::{
    Now, checkout,
    timers::{Sweep, TimerFate, sweep},
    wallet_payments,
};
use crate::{
    model::{Time, payment_intent::PaymentIntent},
    processor::Processor,
    queue::{Verdict, sqs::Advance},
    store::{Consistency, Table, timer::TimerKind},
};

/// Asks the processor about every charge and order whose outcome is open past its time.
///
/// # Errors
/// The table cannot be reached.
pub async fn reconcile(store: &Table, processor: &dyn Processor, clock: Now<'_>) -> Sweep {
    let look = |timer, now| async move {
        let intent = store.intent_of(&timer).await.map_err(|error| error.to_string())?;
        if let Some(intent) = intent {
            reconcile_one(store, processor, intent, now, clock).await?;
        }
        Ok(TimerFate::Drop)
    };
    sweep(store, TimerKind::Reconcile, clock, look).await
}

async fn reconcile_one(
    store: &Table,
    processor: &dyn Processor,
    intent: PaymentIntent,
    now: Time,
    clock: Now<'_>,
) -> Result<(), String> {
    if intent.wallet_terms().is_some() {
        wallet_payments::reconcile(store, processor, intent, clock).await
    } else {
        checkout::reconcile(store, processor, intent, now, clock).await
    }
}

/// Looks after the payment a message names. One that is not due is left alone: whoever moved its
/// time asked for another look.
///
/// # Errors
/// As [`wallet_payments::reconcile`]; the message comes back.
pub async fn advance(
    store: &Table,
    provider: &dyn Processor,
    message: &str,
    clock: Now<'_>,
) -> Result<Verdict, String> {
    let advance: Advance = serde_json::from_str(message).map_err(|error| error.to_string())?;
    let (scope, id) = advance.parts().ok_or("a message that names no payment")?;
    let intent = store.intent(scope, id, Consistency::Strong).await;
    let Some(intent) = intent.map_err(|error| error.to_string())? else {
        return Ok(Verdict::Done);
    };
    let reconciled = wallet_payments::reconcile(store, provider, intent, clock).await;
    let named = |trouble| format!("{} {id}: {trouble}", scope.tenant);
    reconciled.map(|()| Verdict::Done).map_err(named)
}
