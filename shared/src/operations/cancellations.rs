//! Calling off a card payment: only while nothing is under way and nothing was charged. One
//! conditional write wins against a submit at the same moment, so that no payment is ever both.

use super::{Commit, IdempotentAnswer, Problem, Remember, Resource, Result, StateRefusal};
use crate::{
    model::{
        Scope, Time,
        id::PaymentIntentId,
        payment_intent::{ChargeRefusal, PaymentIntent, StatusName},
    },
    store::{Consistency, Table, intent},
};

/// Tries against others who change the same payment.
const MAX_TRIES: u32 = 4;

/// Calls a payment off. One that is called off or expired already stays as it is: 200, and no event.
///
/// # Errors
/// [`Problem::Repeated`]; [`Problem::NotFound`]; [`StateRefusal::PaymentNotCancelable`] with the
/// status that forbids it; [`Problem::Contended`].
pub async fn cancel(
    store: &Table,
    scope: Scope,
    id: Option<PaymentIntentId>,
    remember: Remember<'_, PaymentIntent>,
    now: Time,
) -> Result<IdempotentAnswer> {
    if let Some(answer) = remember.earlier(store).await? {
        return Ok(answer);
    }
    for _ in 0..MAX_TRIES {
        let known = find(store, scope, id).await?;
        let (next, commit) = match called_off(&known, now)? {
            Some(next) => {
                let replace = intent::replace(&next);
                (next, Commit::new().write(replace, Problem::Contended))
            }
            None => (known, Commit::new()),
        };
        match remember.commit(store, commit, &next, now).await {
            Err(Problem::Contended) => {}
            done => return done,
        }
    }
    Err(Problem::Contended)
}

async fn find(store: &Table, scope: Scope, id: Option<PaymentIntentId>) -> Result<PaymentIntent> {
    let missing = || Problem::NotFound(Resource::Payment);
    let id = id.ok_or_else(missing)?;
    let found = store.intent(scope, id, Consistency::Strong).await?;
    // A derived id shares its place with all that its key would make.
    found.filter(|found| found.id == id && found.is_by_card()).ok_or_else(missing)
}

/// The payment after it was called off; `None` where it is over that way already.
fn called_off(payment: &PaymentIntent, now: Time) -> Result<Option<PaymentIntent>> {
    match payment.cancel(now) {
        Ok(next) => Ok(Some(next)),
        Err(ChargeRefusal::Canceled | ChargeRefusal::Expired) => Ok(None),
        Err(
            ChargeRefusal::Used
            | ChargeRefusal::NotUnderWay
            | ChargeRefusal::NotDue
            | ChargeRefusal::NoBuyer
            | ChargeRefusal::Slow { .. },
        ) => Err(Problem::StateWith {
            refusal: StateRefusal::PaymentNotCancelable,
            facts: vec![("status", status(payment, now))],
        }),
    }
}

/// The status as callers of the payments surface know it: what can be called off is not asked for.
fn status(payment: &PaymentIntent, now: Time) -> String {
    let status = payment.status_at(now);
    let shown = if status == StatusName::Settled { StatusName::Succeeded } else { status };
    shown.as_str().to_owned()
}

#[cfg(test)]
mod tests;
