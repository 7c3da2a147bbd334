//! Links that nobody paid in time, and holds that nobody released in time.

use super::{
    Now, engine, link_events,
    timers::{Sweep, TimerFate, sweep},
};
use crate::{
    model::{Time, payment_intent::PaymentRef},
    store::{
        Error, Table,
        timer::{Timer, TimerKind},
    },
};

/// Writes down which links nobody paid and which holds nobody released in time, which sends
/// `payment_intent.expired`.
pub async fn expire(store: &Table, clock: Now<'_>) -> Sweep {
    let look = |timer, now| async move { expire_one(store, &timer, now, clock).await };
    sweep(store, TimerKind::Expire, clock, look).await
}

/// Looks at links that can be paid many times and whose end has come, which sends
/// `payment_link.expired`.
pub async fn expire_links(store: &Table, clock: Now<'_>) -> Sweep {
    let look = |timer, now| async move { link_events::end(store, &timer, now).await };
    sweep(store, TimerKind::Link, clock, look).await
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
        let expired =
            engine::expire(store, PaymentRef { scope: timer.scope, id: timer.id }, clock).await;
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
