//! From the order that a processor gets to what became of the refund.

use super::{
    super::{
        Now, Problem, Result,
        engine::{self, steps::pause},
    },
    MAX_TRIES,
};
use crate::{
    model::{
        Money, Time,
        card::FailureReason,
        id::Id,
        progress::{Progress, Receipt},
        refund::{Refund, Refundable},
    },
    processor::{Processors, Task, TaskWork},
    store::{Table, refund::RefundWritten},
};

/// How long the reconciler waits before it asks about a refund again, in seconds.
const ASK_AGAIN_S: i64 = 60;

/// Looks after a refund whose outcome is open past its time. One that is not due, or is over, is left
/// alone.
///
/// # Errors
/// The table or the processor cannot be reached: it can be asked again.
pub async fn reconcile(
    store: &Table,
    processors: &Processors<'_>,
    refund: Refund,
    now: Time,
    clock: Now<'_>,
) -> std::result::Result<(), String> {
    if refund.due().is_none_or(|due| due > now) {
        return Ok(());
    }
    ask(store, processors, refund, now, clock).await
}

/// Asks the processor what became of a refund, whether its time is over or not: somebody has heard
/// that there is news. One that is over is left alone.
///
/// # Errors
/// As [`reconcile`].
pub async fn ask(
    store: &Table,
    processors: &Processors<'_>,
    refund: Refund,
    now: Time,
    clock: Now<'_>,
) -> std::result::Result<(), String> {
    if refund.due().is_none() {
        return Ok(());
    }
    let (task, processor) = (task(&refund, now), processors.named(&refund.processor));
    let processor =
        processor.ok_or_else(|| format!("{} does not serve this refund", refund.processor))?;
    let (name, scope) = (&*refund.processor, refund.scope);
    let known = engine::in_turn(processors, name, scope, processor.look_up(&task)).await;
    let known = known.map_err(|why| why.0)?;
    let known = if known == Progress::Absent && refund.may_be_sent_again(now) {
        let sent = engine::in_turn(processors, name, scope, processor.start(&task)).await;
        sent.map_err(|why| why.0)?
    } else {
        known.closed()
    };
    let recorded = record(store, refund.answered(), &known, clock).await;
    recorded.map(|_| ()).map_err(|problem| problem.to_string())
}

/// Orders a refund that was just written down, and writes down what the processor says.
pub(super) async fn carry_out(
    store: &Table,
    processors: &Processors<'_>,
    refund: Refund,
    clock: Now<'_>,
) -> Result<Refund> {
    let task = task(&refund, clock());
    let said = match processors.named(&refund.processor) {
        Some(processor) => {
            let asked = engine::in_time(processor.start(&task)).await;
            // Not reached, or no answer: the reconciler asks what became of it.
            asked.unwrap_or(Progress::Unknown)
        }
        None => Progress::Unknown,
    };
    let answered = refund.clone().answered();
    if matches!(said, Progress::Unknown | Progress::Absent | Progress::ChallengeNeeded) {
        let next = Refund { version: refund.version + 1, ..answered };
        return Ok(match store.put_off_refund(&next).await? {
            RefundWritten::Yes => next,
            RefundWritten::MovedOn | RefundWritten::Stale => refund,
        });
    }
    match record(store, refund.clone(), &said, clock).await {
        // It cannot be written down against so many others: the reconciler asks again.
        Err(Problem::Contended) => Ok(refund),
        recorded => recorded,
    }
}

/// Writes down what the processor said of a refund. Somebody else who was faster is fine: what they
/// wrote is the answer.
async fn record(
    store: &Table,
    mut refund: Refund,
    said: &Progress,
    clock: Now<'_>,
) -> Result<Refund> {
    for tried in 0..MAX_TRIES {
        pause(refund.id, tried).await;
        let written = match step(store, &refund, said, clock()).await? {
            Some((next, None)) => (store.put_off_refund(&next).await?, next),
            Some((next, Some((before, after)))) => {
                (store.end_refund(&next, &before, &after).await?, next)
            }
            None => return Ok(refund),
        };
        match written {
            (RefundWritten::Yes, next) => return Ok(next),
            (RefundWritten::MovedOn, _) => {
                let fresh = store.refund(refund.scope, refund.id).await?;
                refund = fresh.ok_or(Problem::Contended)?;
            }
            (RefundWritten::Stale, _) => {}
        }
    }
    Err(Problem::Contended)
}

/// A refund after what the processor said, and what of the payment was and is refundable where that
/// changes; `None` where the refund is over.
type RefundStep = Option<(Refund, Option<(Refundable, Refundable)>)>;

async fn step(store: &Table, refund: &Refund, said: &Progress, now: Time) -> Result<RefundStep> {
    let later = |wait_s| refund.ask_again_in(wait_s, now).ok().map(|later| (later, None));
    match said {
        Progress::Succeeded(receipt) => succeed(store, refund, receipt, now).await,
        Progress::Settled => succeed(store, refund, &Receipt::default(), now).await,
        Progress::Declined(reason) | Progress::Returned(reason) => {
            fail(store, refund, *reason, now).await
        }
        Progress::Accepted { ask_at } => Ok(later(ask_at.ms_since(now).div_euclid(1000).max(1))),
        Progress::Unknown | Progress::Absent | Progress::ChallengeNeeded => Ok(later(ASK_AGAIN_S)),
    }
}

async fn succeed(
    store: &Table,
    refund: &Refund,
    receipt: &Receipt,
    now: Time,
) -> Result<RefundStep> {
    let before = refundable(store, refund).await?;
    let (after, tax) = before.settle(refund.amount.minor());
    let tax = Money::from_minor(tax, refund.amount.currency());
    let reference = receipt.reference.clone().unwrap_or_else(|| refund.id.to_string());
    let next = refund.succeed(reference, tax, now).ok();
    Ok(next.map(|next| ended(next, before, after)))
}

async fn fail(
    store: &Table,
    refund: &Refund,
    reason: FailureReason,
    now: Time,
) -> Result<RefundStep> {
    let before = refundable(store, refund).await?;
    let after = before.give_back(refund.amount.minor());
    let next = refund.fail(reason, now).ok();
    Ok(next.map(|next| ended(next, before, after)))
}

fn ended(
    refund: Refund,
    before: Refundable,
    after: Refundable,
) -> (Refund, Option<(Refundable, Refundable)>) {
    let refund = Refund { ended: Some(after.standing()), ..refund.answered() };
    (refund, Some((before, after)))
}

/// What of a refund's payment is refundable now.
async fn refundable(store: &Table, refund: &Refund) -> Result<Refundable> {
    let payment = store.refundable_payment(refund.scope, refund.payment).await?;
    let known = payment.and_then(|(_, refundable)| refundable);
    known.ok_or_else(|| Problem::internal("the payment of a refund took no money"))
}

/// The order of a refund. Its key is the refund's id, so that it is one order however often it is
/// sent.
fn task(refund: &Refund, now: Time) -> Task {
    Task {
        id: Id::from_uuid(*refund.id.uuid()),
        intent: refund.payment,
        scope: refund.scope,
        processor: refund.processor.clone(),
        amount: refund.amount,
        now,
        work: TaskWork::Refund { charge: refund.charge.clone() },
    }
}
