//! Stripe's events: taken in at the door, or found on Stripe's list, and worked off from a queue.
//!
//! What an event says is not believed. The object that it names is read at Stripe, and what that says
//! goes where the reconciler, a refund's request and a person at the dashboard would have brought it:
//! so the order of events does not matter. One that is missed costs a minute: the reconciler asks about
//! charges and refunds of ours, and for the list of what happened without us
//! ([`stripe_polls`](super::stripe_polls)). Payments of other systems in the same account are passed
//! over.

use super::{
    Now, Problem, Result as Operation,
    disputes::{self, DisputeNews},
    engine,
    refund_facts::{self, BookedRefund},
    refunds,
};
use crate::{
    model::{Scope, Time, id::RefundId, payment_intent::PaymentIntent, refund::RefundStatus},
    processor::{
        Processors, Unreachable,
        stripe::{
            Stripe,
            news::{StripeFact, StripeNews, StripeNotice},
            signature::{StripeWebhookSecret, verify},
        },
    },
    queue::{Verdict, sqs::ToldByProcessor},
    store::{Consistency, Table},
};

/// What is to be read, of an event that Stripe has signed; `None` where there is nothing to do about
/// it. `secrets` are those that are understood now, none for a tenant without an account.
///
/// # Errors
/// It is not Stripe's, or too old.
pub fn admit(
    scope: Scope,
    body: &[u8],
    signature: &str,
    secrets: &[StripeWebhookSecret],
    now: Time,
) -> std::result::Result<Option<ToldByProcessor>, NotStripes> {
    verify(signature, body, secrets, now).map_err(|_| NotStripes)?;
    Ok(StripeNotice::parse(body, scope.mode).map(|notice| told(scope, notice)))
}

/// The message about an event, whichever way it was heard of.
pub(super) fn told(scope: Scope, notice: StripeNotice) -> ToldByProcessor {
    let thing: &'static str = notice.thing.into();
    ToldByProcessor {
        tenant: scope.tenant.to_string(),
        mode: scope.mode.to_string(),
        event: notice.event,
        thing: thing.to_owned(),
        object: notice.object,
        account: notice.account,
    }
}

/// An event that Stripe has not signed, or not for this tenant, or not now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotStripes;

/// Reads what a message names, and writes down what Stripe says of it. A message that was handled is
/// passed over; whatever fails comes back with it.
///
/// # Errors
/// The table or Stripe cannot be reached; what Stripe says contradicts what was settled. All name the
/// tenant and the cause.
pub async fn handle(
    store: &Table,
    stripe: &Stripe<'_>,
    processors: &Processors<'_>,
    message: &str,
    clock: Now<'_>,
) -> Result<Verdict, String> {
    let told: ToldByProcessor = serde_json::from_str(message).map_err(|error| error.to_string())?;
    let scope = told.scope().ok_or("a message that names nobody")?;
    let notice = notice(&told).ok_or("a message that names no object of Stripe's")?;
    let named = |why: String| {
        let Scope { tenant, mode } = scope;
        format!("{tenant} {mode}: {} of {}: {why}", notice.object, notice.event)
    };
    let known = store.has_stripe_event(scope, &notice.event).await;
    if known.map_err(|error| named(error.to_string()))? {
        return Ok(Verdict::Done);
    }
    let news = stripe.read_notice(scope, &notice).await;
    if let Some(news) = news.map_err(|Unreachable(why)| named(why))? {
        apply(store, processors, scope, news, clock).await.map_err(named)?;
    }
    let noted = store.note_stripe_event(scope, &notice.event, clock()).await;
    noted.map_err(|error| named(error.to_string()))?;
    Ok(Verdict::Done)
}

fn notice(told: &ToldByProcessor) -> Option<StripeNotice> {
    let notice = StripeNotice {
        event: told.event.clone(),
        thing: told.thing.parse().ok()?,
        object: told.object.clone(),
        account: told.account.clone(),
    };
    notice.is_well_formed().then_some(notice)
}

async fn apply(
    store: &Table,
    processors: &Processors<'_>,
    scope: Scope,
    news: StripeNews,
    clock: Now<'_>,
) -> Result<(), String> {
    let Some(payment) = attempted(store, scope, &news).await? else { return Ok(()) };
    let open = payment.status.open().is_some_and(|attempt| attempt.id == news.attempt);
    let payment = if open {
        engine::hear_of_charge(store, processors, payment, clock).await?;
        match attempted(store, scope, &news).await? {
            Some(payment) => payment,
            None => return Ok(()),
        }
    } else {
        payment
    };
    write_down(store, processors, payment, news, clock).await
}

/// Brings what Stripe says of a payment to where it belongs.
async fn write_down(
    store: &Table,
    processors: &Processors<'_>,
    payment: PaymentIntent,
    news: StripeNews,
    clock: Now<'_>,
) -> Result<(), String> {
    let (scope, paid) = (payment.scope, is_paid_by(&payment, &news));
    match news.fact {
        StripeFact::ChargeOver { taken: false } => Ok(()),
        StripeFact::ChargeOver { taken: true } if paid => Ok(()),
        StripeFact::ChargeOver { taken: true } => Err(format!(
            "Stripe took money for payment {}, which has not succeeded here with this charge",
            payment.id
        )),
        StripeFact::OurRefund { .. } | StripeFact::OtherRefund(_) | StripeFact::Dispute(_)
            if !paid =>
        {
            Err(format!(
                "a refund or dispute of payment {}, which has not succeeded here with this charge",
                payment.id
            ))
        }
        StripeFact::OurRefund { id, failed } => {
            our_refund(store, processors, scope, id, failed, clock).await
        }
        StripeFact::OtherRefund(reading) => {
            let booked = refund_facts::book(store, scope, payment.id, &reading, clock).await;
            match booked.map_err(|problem| problem.to_string())? {
                BookedRefund::Known | BookedRefund::Booked { collision: 0, .. } => Ok(()),
                // Booked all the same: next time it is known.
                BookedRefund::Booked { collision, .. } => Err(format!(
                    "a refund made at Stripe took {collision} minor units of what others hold"
                )),
            }
        }
        // Its money is back at the seller's, and is told as given back: as one of ours, it is for people.
        StripeFact::OtherRefundFailed(reading) => {
            let booked = refund_facts::is_booked(store, &payment, &reading).await;
            if !booked.map_err(|problem| problem.to_string())? {
                return Ok(());
            }
            Err("a refund made at Stripe succeeded, and has failed there afterwards".to_owned())
        }
        StripeFact::Dispute(reading) => {
            let read = disputes::read(store, scope, payment.id, &reading, clock).await;
            match read.map_err(|problem: Problem| problem.to_string())? {
                DisputeNews::Nothing | DisputeNews::Kept(_) => Ok(()),
                DisputeNews::Contradiction(known) => {
                    let (was, is) = (known.status.as_str(), reading.status.as_str());
                    Err(format!("a dispute that was {was} is {is}"))
                }
            }
        }
    }
}

/// The payment that news are about; `None` for a payment of somebody else's.
async fn attempted(
    store: &Table,
    scope: Scope,
    news: &StripeNews,
) -> Result<Option<PaymentIntent>, String> {
    let payment = store.intent(scope, news.payment, Consistency::Strong).await;
    let payment = payment.map_err(|error| error.to_string())?;
    Ok(payment.filter(|payment| payment.was_attempted_with(news.attempt)))
}

/// Whether the charge that news are about has paid the payment.
fn is_paid_by(payment: &PaymentIntent, news: &StripeNews) -> bool {
    payment.charged().is_some_and(|paid| paid.charge == news.charge)
}

/// A refund that was asked for here: what became of it is asked for as ever. One that succeeded and
/// failed afterwards is for people: its money is back at the seller's.
async fn our_refund(
    store: &Table,
    processors: &Processors<'_>,
    scope: Scope,
    id: RefundId,
    failed: bool,
    clock: Now<'_>,
) -> Result<(), String> {
    let found: Operation<_> = store.refund(scope, id).await.map_err(Problem::from);
    let Some(refund) = found.map_err(|problem| problem.to_string())? else {
        return Err("a refund under our name that nobody here has asked for".to_owned());
    };
    match refund.status {
        RefundStatus::Succeeded { .. } if failed => {
            Err(format!("refund {id} succeeded, and has failed at Stripe afterwards"))
        }
        RefundStatus::Succeeded { .. } | RefundStatus::Failed { .. } => Ok(()),
        RefundStatus::Processing { .. } => {
            refunds::ask(store, processors, refund, clock(), clock).await
        }
    }
}
