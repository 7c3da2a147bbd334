//! What a request for a charge is answered: fixed once, by whoever learns it first.

use super::{Charged, MAX_TRIES, means::Means};
use crate::{
    model::{
        id::{AttemptId, TransactionId},
        payment_intent::{LEASE_S, PaymentIntent},
    },
    operations::{
        Allowance, Now, Problem, Resource, Result,
        engine::{self, PaymentFault, steps::pause},
    },
    processor::{ChargedCard, Processors},
    store::{Consistency, Error, Table},
};

/// Asks the processor for an attempt that was just written down, and fixes what its request is
/// answered.
pub(super) async fn carry_out(
    store: &Table,
    processors: &Processors<'_>,
    begun: PaymentIntent,
    means: Means,
    clock: Now<'_>,
) -> Result<Charged> {
    let open = begun.status.open().map(|attempt| attempt.id);
    let attempt = open.ok_or_else(|| Problem::internal("a charge that did not begin"))?;
    let allowance = means.allowance;
    let agreed_with = means.method.consent.as_ref().map(|consent| consent.charge.clone());
    let card = ChargedCard::Saved { token: means.method.token, agreed_with };
    let driven = match engine::drive(store, processors, begun.clone(), Some(&card), clock).await {
        // It cannot be written down against so many others: the reconciler asks again.
        Err(PaymentFault::Store(Error::Contended)) => begun,
        driven => driven?,
    };
    let payment = answered(store, driven, attempt, clock).await?;
    told(&payment, attempt, Told::Now(allowance))
}

/// The charge once what the request behind its attempt is answered is fixed: nothing is known yet,
/// unless somebody has learned more.
async fn answered(
    store: &Table,
    mut payment: PaymentIntent,
    attempt: AttemptId,
    clock: Now<'_>,
) -> Result<PaymentIntent> {
    for tried in 0..MAX_TRIES {
        if payment.charge_terms().is_none_or(|terms| terms.answer(attempt).is_some()) {
            return Ok(payment);
        }
        pause(attempt, tried).await;
        let next = payment.answered_open(attempt, clock());
        match store.replace_intent(&next, None).await {
            Ok(()) => return Ok(next),
            Err(Error::Refused { .. } | Error::Contended) => {
                let fresh = store.intent(payment.scope, payment.id, Consistency::Strong).await?;
                payment = fresh.ok_or(Problem::NotFound(Resource::Payment))?;
            }
            Err(other) => return Err(other.into()),
        }
    }
    Ok(payment)
}

/// The answer to a request that came before. One that is still at work is not answered before its
/// lease is over.
pub(super) async fn replay(
    store: &Table,
    payment: PaymentIntent,
    attempt: AttemptId,
    clock: Now<'_>,
) -> Result<Charged> {
    let unanswered = payment.charge_terms().is_some_and(|terms| terms.answer(attempt).is_none());
    let left_ms = payment.updated_at.plus_seconds(LEASE_S).ms_since(clock());
    if unanswered && left_ms > 0 {
        return Err(Problem::InProgress { retry_after_s: (left_ms + 999) / 1000 });
    }
    let payment = answered(store, payment, attempt, clock).await?;
    told(&payment, attempt, Told::Again)
}

/// Which of several requests is told.
#[derive(Clone, Copy)]
enum Told {
    /// The one that made the attempt, which was counted.
    Now(Allowance),
    /// One that came later.
    Again,
}

/// What a request is told of its attempt.
fn told(payment: &PaymentIntent, attempt: AttemptId, told: Told) -> Result<Charged> {
    let (replayed, allowance) = match told {
        Told::Now(allowance) => (false, Some(allowance)),
        Told::Again => (true, None),
    };
    let answered = payment.as_answered(attempt);
    // Where it could not be written down, it is answered as it stands.
    let payment = answered.unwrap_or_else(|| payment.clone());
    let transaction = TransactionId::from_uuid(*attempt.uuid());
    match payment.status.failure() {
        Some(reason) => {
            let payment = payment.id;
            Err(Problem::ChargeFailed { payment, transaction, reason, replayed, allowance })
        }
        None => Ok(Charged { payment, transaction, replayed, allowance }),
    }
}
