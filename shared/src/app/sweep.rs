//! What is due: links to expire, and charges to ask about.

use super::{checkout, clock, payments, work::Swept, work::Trouble};
use crate::{
    model::Time,
    processor::Processor,
    store::{
        Error, Table,
        key::TIMER_SHARDS,
        timer::{Timer, TimerKind},
    },
};
use futures_util::future::join_all;

/// Timers taken from a shard at once.
const BATCH: u32 = 50;

/// Batches of one shard per invocation: what is left waits for the next minute.
const MOST_BATCHES: u32 = 20;

/// What is done about a timer that has fired.
#[derive(Clone, Copy)]
enum Work<'a> {
    Expire,
    Reconcile(&'a dyn Processor),
}

/// Writes down which links nobody paid and which holds nobody released in time, which sends
/// `payment_intent.expired`.
///
/// # Errors
/// The table cannot be reached.
pub async fn expire(store: &Table) -> Swept {
    sweep(store, TimerKind::Expire, Work::Expire).await
}

/// Asks the processor about every charge and order whose outcome is open past its time.
///
/// # Errors
/// The table cannot be reached.
pub async fn reconcile(store: &Table, processor: &dyn Processor) -> Swept {
    sweep(store, TimerKind::Reconcile, Work::Reconcile(processor)).await
}

/// Looks after one timer. It goes only after its work is done; one that fails stays for the next
/// minute.
async fn look(store: &Table, work: Work<'_>, timer: &Timer, now: Time) -> Result<(), Trouble> {
    let named = |trouble: Trouble| format!("{} {}: {trouble}", timer.scope.tenant, timer.id);
    let keep = match work {
        Work::Expire => expire_one(store, timer, now).await.map_err(named)?,
        Work::Reconcile(processor) => {
            let intent = store.intent_of(timer).await.map_err(|error| named(error.to_string()))?;
            if let Some(intent) = intent {
                let between = intent.wallet_terms().is_some();
                let reconciled = if between {
                    payments::reconcile(store, processor, intent, &clock::now).await
                } else {
                    checkout::reconcile(store, processor, intent, now).await
                };
                reconciled.map_err(named)?;
            }
            false
        }
    };
    if keep {
        return Ok(());
    }
    store.drop_timer(timer).await.map_err(|error| named(error.to_string()))
}

/// Answers whether the timer has to stay: a charge is under way, and if it is declined the link may
/// be payable again, and then out of time.
async fn expire_one(store: &Table, timer: &Timer, now: Time) -> Result<bool, Trouble> {
    let trouble = |error: Error| error.to_string();
    let Some(intent) = store.intent_of(timer).await.map_err(trouble)? else { return Ok(false) };
    if intent.wallet_terms().is_some() {
        let expired = payments::expire(store, (timer.scope, timer.id), &clock::now).await;
        return expired.map(|()| false).map_err(|fault| format!("{fault:?}"));
    }
    let Ok(expired) = intent.expire(now) else { return Ok(intent.status.open().is_some()) };
    match store.replace_intent(&expired, None).await {
        // Somebody paid at the last moment, or a twin was here.
        Ok(()) | Err(Error::Refused { .. }) => Ok(false),
        Err(other) => Err(trouble(other)),
    }
}

/// Works off the due timers of all shards.
async fn sweep(store: &Table, kind: TimerKind, work: Work<'_>) -> Swept {
    let mut done = 0;
    let mut troubles = Vec::new();
    for shard in 0..TIMER_SHARDS {
        let mut seen: Option<Timer> = None;
        for _ in 0..MOST_BATCHES {
            let now = clock::now();
            let timers = store.due_timers(kind, shard, (seen.as_ref(), now), BATCH).await;
            let timers = timers.map_err(|error| error.to_string())?;
            let looked = timers.iter().map(|timer| look(store, work, timer, now));
            troubles.extend(join_all(looked).await.into_iter().filter_map(Result::err));
            done += timers.len();
            if u32::try_from(timers.len()).unwrap_or(u32::MAX) < BATCH {
                break;
            }
            seen = timers.last().cloned();
        }
    }
    Ok((done, troubles))
}
