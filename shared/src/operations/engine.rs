//! The engine of every payment: decide, take the step, ask the processor, record what it says.
//!
//! | part | what it does |
//! |---|---|
//! | [`steps`] | decides a step from what was read, and writes it in one commit |
//! | `task` | what the payment's status asks of its processor |
//! | `record` | writes down what the processor said |
//!
//! Each step may run twice, half, late, or at the same time as a duplicate of it: what a processor
//! is asked is keyed by payment and attempt or leg, so that asking again moves no money twice, and
//! every write is conditional on what was read.

mod fault;
mod record;
pub mod steps;
mod task;

pub use fault::{Objection, PaymentFault};
pub use steps::{Accounts, expire, open, step};

use super::Now;
use crate::{
    deadline::Deadline,
    model::{
        Scope, Time,
        card::FailureReason,
        id::AttemptId,
        payment_intent::{PaymentIntent, PaymentRef},
        progress::Progress,
    },
    processor::{
        Asked, ChargedCard, CheckSecret, Processor, Processors, Task, TaskWork, Unreachable,
    },
    store::{Consistency, Table},
};
use record::record;
use std::time::Duration;
use task::Ask;
use tokio::time::Instant;

/// How long we wait for a processor before the outcome counts as unknown; less where the invocation
/// has less time left, so that a second leg does not find it over.
const PROCESSOR_TIMEOUT: Duration = Duration::from_secs(10);

/// An answer that takes this long is no better than none to whoever has others to ask.
const SLOW: Duration = Duration::from_secs(4);

/// What is kept of the invocation's time to write down what a processor said, or that it said
/// nothing.
const WRITE_RESERVE: Duration = Duration::from_secs(3);

/// Steps a payment can take in one go: more than any has.
const MAX_STEPS: usize = 6;

/// How long the reconciler waits before it asks about a charge again, in seconds.
const ASK_AGAIN_S: i64 = 60;

/// Asks the processor for what a payment has just started, and writes down what it says; a relay
/// goes on with its second leg. Silence leaves the payment as it is, for the reconciler. `card` is
/// the card of a charge.
///
/// # Errors
/// The table cannot be reached, or too many want the same records at once: the reconciler goes on.
pub async fn drive(
    store: &Table,
    processors: &Processors<'_>,
    mut payment: PaymentIntent,
    card: Option<&ChargedCard>,
    clock: Now<'_>,
) -> Result<PaymentIntent, PaymentFault> {
    let mut asked: Option<AttemptId> = None;
    for _ in 0..MAX_STEPS {
        let Some(task) = task::unsent(&payment, card, clock()) else { break };
        let Some(processor) = processors.named(&task.processor) else { break };
        if asked.replace(task.id) == Some(task.id) {
            break;
        }
        // Not reached, or no answer: the reconciler asks what became of it.
        let progress = in_time(processor.start(&task)).await.unwrap_or(Progress::Unknown);
        let progress = unchallenged(processor, &payment, &task, progress).await;
        if progress == Progress::Unknown {
            break;
        }
        payment = record(store, payment, &task, progress, clock).await?;
    }
    steps::answer(store, payment, clock).await
}

/// Goes on with a payment that somebody else has started; it is read first.
///
/// # Errors
/// [`PaymentFault::Missing`]; the table cannot be reached: the reconciler goes on.
pub async fn go_on(
    store: &Table,
    processors: &Processors<'_>,
    payment: PaymentRef,
    clock: Now<'_>,
) -> Result<(), PaymentFault> {
    let payment = store.intent(payment.scope, payment.id, Consistency::Strong).await?;
    let payment = payment.ok_or(PaymentFault::Missing)?;
    drive(store, processors, payment, None, clock).await.map(|_| ())
}

/// What the processor's own script shows a payment's open challenge by; `None` where there is nothing to
/// show any more.
///
/// # Errors
/// The processor cannot be asked.
pub async fn check_secret(
    processors: &Processors<'_>,
    payment: &PaymentIntent,
    now: Time,
) -> Result<Option<CheckSecret>, Unreachable> {
    let Some(task) = task::open_charge(payment, now) else { return Ok(None) };
    let Some(processor) = processors.named(&task.processor) else { return Ok(None) };
    let timeout = Deadline::limit_before(WRITE_RESERVE, PROCESSOR_TIMEOUT);
    match tokio::time::timeout(timeout, processor.check_secret(&task)).await {
        Ok(answer) => answer,
        Err(_) => Err(Unreachable("the processor did not answer in time".to_owned())),
    }
}

/// Goes on with a charge after the buyer passed, or did not pass, a challenge. Silence leaves the
/// payment as it is.
///
/// # Errors
/// The table cannot be reached, or too many want the same records at once.
pub async fn answer_challenge(
    store: &Table,
    processors: &Processors<'_>,
    payment: PaymentIntent,
    passed: bool,
    clock: Now<'_>,
) -> Result<PaymentIntent, PaymentFault> {
    let Some(task) = task::open_charge(&payment, clock()) else { return Ok(payment) };
    let Some(processor) = processors.named(&task.processor) else { return Ok(payment) };
    match in_time(processor.answer_challenge(&task, passed)).await {
        Ok(progress) => record(store, payment, &task, progress, clock).await,
        Err(Unreachable(_)) => Ok(payment),
    }
}

/// Looks after a payment whose processor should have been heard of by `now`. One that is not due, or
/// needs nobody, is left alone.
///
/// # Errors
/// The table or the processor cannot be reached, or the processor does not know yet; it can be asked
/// again.
pub async fn reconcile(
    store: &Table,
    processors: &Processors<'_>,
    payment: PaymentIntent,
    now: Time,
    clock: Now<'_>,
) -> Result<(), String> {
    let Some(due) = task::due(&payment, now)? else { return Ok(()) };
    settle(store, processors, payment, due, now, clock).await
}

/// Asks about the charge of a payment, whether its time is over or not: somebody has heard that it
/// is over. A payment without an open charge is left alone.
///
/// # Errors
/// As [`reconcile`].
pub async fn hear_of_charge(
    store: &Table,
    processors: &Processors<'_>,
    payment: PaymentIntent,
    clock: Now<'_>,
) -> Result<(), String> {
    let now = clock();
    let Some(task) = task::open_charge(&payment, now) else { return Ok(()) };
    let due = task::DueTask { task, ask: Ask::LookUp };
    settle(store, processors, payment, due, now, clock).await
}

/// Asks what became of a task, and writes that down.
async fn settle(
    store: &Table,
    processors: &Processors<'_>,
    payment: PaymentIntent,
    due: task::DueTask,
    now: Time,
    clock: Now<'_>,
) -> Result<(), String> {
    let task::DueTask { task, ask } = due;
    let processor = processors.named(&task.processor);
    let processor =
        processor.ok_or_else(|| format!("{} does not serve this payment", task.processor))?;
    let asked = match ask {
        Ask::LookUp => processor.look_up(&task),
        Ask::Again => processor.start(&task),
        Ask::EndChallenge => processor.answer_challenge(&task, false),
    };
    let said = in_turn(processors, &task.processor, task.scope, asked).await;
    let said = said.map_err(|Unreachable(why)| why)?;
    let said = unchallenged(processor, &payment, &task, said).await;
    let progress = match (said, ask, &task.work) {
        // A charge that is still at work is no trouble: its time moves, so that the stream sets a
        // new timer.
        (Progress::Unknown, Ask::LookUp, TaskWork::Charge { .. }) => {
            return record::put_off(store, &payment, &task, ASK_AGAIN_S, now).await;
        }
        // Asked again by the same timer; forgetting it would leave the money in doubt.
        (Progress::Unknown, ..) => return Err("the processor does not know yet".to_owned()),
        (Progress::Declined(FailureReason::AuthenticationFailed), Ask::EndChallenge, _) => {
            Progress::Declined(FailureReason::AuthenticationAbandoned)
        }
        (known, ..) => known,
    };
    let told = record(store, payment, &task, progress, clock).await;
    let next = told.map_err(|fault| format!("{fault:?}"))?;
    let driven = drive(store, processors, next, None, clock).await;
    driven.map(|_| ()).map_err(|fault| format!("{fault:?}"))
}

/// Where nobody is there to pass a challenge, none is left open: it is ended, and the issuer's wish
/// for one is a decline. What was decided meanwhile counts.
async fn unchallenged(
    processor: &dyn Processor,
    payment: &PaymentIntent,
    task: &Task,
    said: Progress,
) -> Progress {
    if payment.charge_terms().is_none() || said != Progress::ChallengeNeeded {
        return said;
    }
    match in_time(processor.answer_challenge(task, false)).await {
        Ok(Progress::Declined(FailureReason::AuthenticationFailed)) => {
            Progress::Declined(FailureReason::AuthenticationRequired)
        }
        Ok(Progress::ChallengeNeeded) | Err(Unreachable(_)) => Progress::Unknown,
        Ok(known) => known,
    }
}

/// Waits for a processor, but not for ever: one that hangs must not hold up the others.
pub(super) async fn in_time(asked: Asked<'_>) -> Result<Progress, Unreachable> {
    let timeout = Deadline::limit_before(WRITE_RESERVE, PROCESSOR_TIMEOUT);
    match tokio::time::timeout(timeout, asked).await {
        Ok(answer) => answer,
        Err(_) => Err(Unreachable("the processor did not answer in time".to_owned())),
    }
}

/// The same for whoever asks on behalf of many. A tenant's account that has failed, or kept us waiting,
/// several times since these processors were made ready is asked no further: it has its turn again in the
/// next run, and delays nobody else until then.
pub(super) async fn in_turn<T>(
    processors: &Processors<'_>,
    name: &str,
    scope: Scope,
    asked: impl Future<Output = Result<T, Unreachable>>,
) -> Result<T, Unreachable> {
    if let Some(cause) = processors.given_up(name, scope) {
        return Err(Unreachable(format!("not asked again in this run: {cause}")));
    }
    let began = Instant::now();
    let timeout = Deadline::limit_before(WRITE_RESERVE, PROCESSOR_TIMEOUT);
    let said = tokio::time::timeout(timeout, asked)
        .await
        .unwrap_or_else(|_| Err(Unreachable("the processor did not answer in time".to_owned())));
    match &said {
        Err(Unreachable(why)) => processors.failed(name, scope, why),
        Ok(_) if began.elapsed() >= SLOW => processors.failed(name, scope, "it is slow"),
        Ok(_) => {}
    }
    said
}
