//! What a payment's processor has to do for it, as its status says.

use crate::{
    digest::sha256,
    model::{
        Time,
        id::{AttemptId, Id},
        payment_intent::{PaymentIntent, Status, Success, Work, wallet::Leg},
    },
    processor::{ChargedCard, Task, TaskWork},
};

/// How long an order that a processor may not have got is sent again, in seconds from the start of
/// its leg. Afterwards its key is closed at the processor, and the leg has failed.
const RESEND_S: i64 = 90;

/// A task whose outcome is open past its time.
pub(super) struct DueTask {
    /// What the processor was asked to do, and may have done or not.
    pub task: Task,
    /// How to learn its outcome.
    pub ask: Ask,
}

/// How to learn a task's outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// By asking, which closes its key where it never came.
    LookUp,
    /// By sending it again under its key.
    Again,
    /// By ending the challenge that nobody finished, so that it cannot be passed afterwards. If it
    /// was passed at the last moment, that counts.
    EndChallenge,
}

/// The task that nobody has confirmed yet, if there is one. A charge needs the card in hand.
pub(super) fn unsent(
    payment: &PaymentIntent,
    card: Option<&ChargedCard>,
    now: Time,
) -> Option<Task> {
    if let Status::Processing { work: Work::Card(attempt), .. } = &payment.status {
        return charge(payment, attempt.id, Some(card?), now);
    }
    order(payment, unsent_leg(&payment.status)?, now)
}

/// The leg whose order the processor has not confirmed yet, if there is one.
pub(super) const fn unsent_leg(status: &Status) -> Option<Leg> {
    if let Status::Processing { work: Work::Order { leg, accepted: false }, .. } = status {
        Some(*leg)
    } else {
        None
    }
}

/// The charge whose outcome is open.
pub(super) fn open_charge(payment: &PaymentIntent, now: Time) -> Option<Task> {
    charge(payment, payment.status.open()?.id, None, now)
}

/// The task whose outcome is open past its time; `None` where nothing is due.
///
/// # Errors
/// The payment names nobody who could be asked.
pub(super) fn due(payment: &PaymentIntent, now: Time) -> Result<Option<DueTask>, String> {
    let (task, ask) = match &payment.status {
        Status::RequiresAction { attempt, until } if *until <= now => {
            (charge(payment, attempt.id, None, now), Ask::EndChallenge)
        }
        Status::Processing { work: Work::Card(attempt), until } if *until <= now => {
            (charge(payment, attempt.id, None, now), Ask::LookUp)
        }
        Status::Processing { work: Work::Order { leg, accepted }, until } if *until <= now => {
            // Money on its way out was promised: the order is sent again under its key, until its
            // time is over. Money from outside is only asked about.
            let fresh = now < payment.updated_at.plus_seconds(RESEND_S);
            let again = *leg == Leg::Push && !accepted && fresh;
            (order(payment, *leg, now), if again { Ask::Again } else { Ask::LookUp })
        }
        Status::Succeeded(Success::Moved { settles: Some(then) }) if *then <= now => {
            let leg = payment.wallet_terms().map(|terms| terms.last_leg());
            (leg.and_then(|leg| order(payment, leg, now)), Ask::LookUp)
        }
        Status::Processing { .. }
        | Status::Succeeded(_)
        | Status::RequiresAction { .. }
        | Status::Pending
        | Status::PendingReview
        | Status::Held
        | Status::Settled
        | Status::Failed { .. }
        | Status::Expired
        | Status::Canceled => return Ok(None),
    };
    let task = task.ok_or("the payment has no way to the outside")?;
    Ok(Some(DueTask { task, ask }))
}

fn charge(
    payment: &PaymentIntent,
    attempt: AttemptId,
    card: Option<&ChargedCard>,
    now: Time,
) -> Option<Task> {
    let account = payment.charging_account()?;
    Some(Task {
        id: attempt,
        intent: payment.id,
        scope: payment.scope,
        processor: account.processor.clone(),
        amount: payment.amount(),
        now,
        work: TaskWork::Charge { account: account.clone(), card: card.cloned() },
    })
}

/// The order of one leg. Its key is derived, so that it is one order however often it is sent.
fn order(payment: &PaymentIntent, leg: Leg, now: Time) -> Option<Task> {
    let terms = payment.wallet_terms()?;
    let (rail, token, name) = match leg {
        Leg::Pull => terms.pull().map(|pull| (pull.rail, pull.token.clone(), "pull"))?,
        Leg::Push => terms.push().map(|push| (push.rail, push.token.clone(), "push"))?,
    };
    Some(Task {
        id: Id::derive(payment.created_at, sha256(&format!("{}#{name}", payment.id))),
        intent: payment.id,
        scope: payment.scope,
        processor: terms.way.as_ref()?.processor.clone(),
        amount: payment.amount(),
        now,
        work: TaskWork::Order { leg, rail, token },
    })
}
