//! Links that nobody paid in time, and holds that nobody released in time.

use super::{
    Now,
    timers::{Sweep, TimerFate, sweep},
    wallet_payments,
};
use crate::{
    model::Time,
    store::{
        Error, Table,
        timer::{Timer, TimerKind},
    },
};

/// Writes down which links nobody paid and which holds nobody released in time, which sends
/// `payment_intent.expired`.
///
/// # Errors
/// The table cannot be reached.
pub async fn expire(store: &Table, clock: Now<'_>) -> Sweep {
    let look = |timer, now| async move { expire_one(store, &timer, now, clock).await };
    sweep(store, TimerKind::Expire, clock, look).await
}

/// The timer has to stay while a charge is under way: if it is declined, the link may be payable
/// again, and then out of time.
async fn expire_one(
    store: &Table,
    timer: &Timer,
    now: Time,
    clock: Now<'_>,
) -> Result<TimerFate, String> {
    let trouble = |error: Error| error.to_string();
    let Some(intent) = store.intent_of(timer).await.map_err(trouble)? else {
        return Ok(TimerFate::Drop);
    };
    if intent.wallet_terms().is_some() {
        let expired = wallet_payments::expire(store, (timer.scope, timer.id), clock).await;
        return expired.map(|()| TimerFate::Drop).map_err(|fault| format!("{fault:?}"));
    }
    let Ok(expired) = intent.expire(now) else {
        let open = intent.status.open().is_some();
        return Ok(if open { TimerFate::Keep } else { TimerFate::Drop });
    };
    match store.replace_intent(&expired, None).await {
        // Somebody paid at the last moment, or another run was here.
        Ok(()) | Err(Error::Refused { .. }) => Ok(TimerFate::Drop),
        Err(other) => Err(trouble(other)),
    }
}
