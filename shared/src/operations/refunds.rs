//! Refunds: money given back to a buyer, in whole or in parts.
//!
//! A refund takes what it gives back from the payment in the commit that makes it, is ordered from
//! the processor under its own id, and ends in a second commit. When the answer is lost the processor
//! is asked; an order that it does not know is sent again under the same key while that key lives, as
//! payouts are. Only then has it failed, and what it took may be refunded again.

use super::{
    Idempotency, Now, Problem, Resource, Result, StateRefusal,
    engine::{self, steps::pause},
    problem::on,
    submits,
};
use crate::{
    digest::sha256,
    model::{
        Currency, Money, Scope, Time,
        actor::Actor,
        card::FailureReason,
        event::{EventType, History},
        id::{Id, PaymentIntentId, RefundId, TransactionId},
        metadata::Metadata,
        payment_intent::{CardSuccess, PaymentIntent},
        progress::{Progress, Receipt},
        refund::{
            RESERVATION_S, Refund, RefundRefusal, RefundStatus, RefundStatusName, Refundable,
        },
    },
    processor::{Processors, Task, TaskWork},
    store::{
        Consistency, Table,
        list::{Listing, Slice},
        refund::RefundWritten,
    },
};
use std::collections::BTreeMap;

/// Tries against others who refund the same payment, or settle refunds of it.
const MAX_TRIES: u32 = 6;

/// How long the reconciler waits before it asks about a refund again, in seconds.
const ASK_AGAIN_S: i64 = 60;

/// How much of a payment is to go back, as the caller wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedAmount {
    /// All that is neither refunded nor held by other refunds.
    Rest,
    /// Minor units of the payment's currency.
    Minor(i64),
    /// Major units of the payment's currency, as a decimal.
    Major(String),
}

/// A refund that a caller asks for.
#[derive(Debug, Clone)]
pub struct RefundWish {
    /// The tenant and mode that it belongs to.
    pub scope: Scope,
    /// What is to be refunded.
    pub payment: PaymentIntentId,
    /// The submit that took the money, where the caller named it.
    pub transaction: Option<TransactionId>,
    /// What the caller calls it.
    pub named: Resource,
    /// How much goes back, tax included.
    pub amount: AskedAmount,
    /// What a request means by an amount, for knowing one again that spells out all that is left.
    pub say: fn(Money) -> String,
    /// Why, in words of whoever asks; buyers do not see them.
    pub reason: Option<String>,
    /// What the caller attaches: answered and told as it came.
    pub metadata: Option<Metadata>,
    /// Who asks, for the list of refunds and the log of what a team did.
    pub requested_by: Actor,
    /// The most that this caller may refund at once, by currency; without a bound where absent.
    pub at_most: BTreeMap<Currency, Money>,
}

/// A refund as the request for it was answered first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedRefund {
    /// The refund as the first answer showed it.
    pub refund: Refund,
    /// Whether an earlier request made it.
    pub replayed: bool,
}

/// Refunds a payment, or part of it. Silence of the processor leaves the refund `processing`, for the
/// reconciler. `new_id` is the refund's id where the request has no idempotency key.
///
/// # Errors
/// In this order: [`Problem::Repeated`], [`Problem::InProgress`], no such payment; it took no money,
/// nothing is left, all that is left is held by other refunds; more than is left.
pub async fn request(
    store: &Table,
    processors: &Processors<'_>,
    wish: &RefundWish,
    idempotency: &Idempotency,
    new_id: RefundId,
    clock: Now<'_>,
) -> Result<RequestedRefund> {
    if let Some(earlier) = earlier(store, wish.scope, idempotency, clock).await? {
        return Ok(earlier);
    }
    match begin(store, wish, idempotency, new_id, clock).await {
        Ok(Begun::New(begun)) => {
            let refund = carry_out(store, processors, *begun, clock).await?;
            Ok(RequestedRefund { refund, replayed: false })
        }
        Ok(Begun::Earlier(refund)) => replay(*refund, clock()),
        Err(problem) if problem.is_ours() => Err(problem),
        // What refuses may be the work of the same request that was faster.
        Err(problem) => earlier(store, wish.scope, idempotency, clock).await?.ok_or(problem),
    }
}

/// A refund as it is now.
pub async fn find(store: &Table, scope: Scope, id: RefundId) -> Result<Refund> {
    store.refund(scope, id).await?.ok_or(Problem::NotFound(Resource::Refund))
}

/// What refunds of a list have in common; nothing is left out where a field is absent.
#[derive(Debug, Clone, Copy, Default)]
pub struct RefundFilter {
    /// Only refunds of this payment; of all payments when `None`.
    pub payment: Option<PaymentIntentId>,
    /// Only refunds of this card submit; of all submits when `None`.
    pub transaction: Option<TransactionId>,
    /// Only refunds in this status; in any when `None`.
    pub status: Option<RefundStatusName>,
    /// Only the refund with this id, where the other filters match it as well.
    pub id: Option<RefundId>,
}

/// A page of a tenant's refunds, newest first.
pub async fn list(
    store: &Table,
    scope: Scope,
    filter: RefundFilter,
    slice: &Slice,
) -> Result<Listing<Refund>> {
    let wanted = |refund: &Refund| {
        filter.payment.is_none_or(|payment| payment == refund.payment)
            && filter.transaction.is_none_or(|transaction| transaction == refund.transaction)
            && filter.status.is_none_or(|status| status == refund.status.name())
            && filter.id.is_none_or(|id| id == refund.id)
    };
    let payment = match (filter.payment, filter.transaction) {
        (None, Some(transaction)) => match submits::payment(store, scope, transaction).await {
            Ok(payment) => Some(payment.id),
            Err(Problem::NotFound(_)) => return Ok(Listing::empty()),
            Err(problem) => return Err(problem),
        },
        (payment, _) => payment,
    };
    Ok(store.refunds(scope, payment, slice, wanted).await?)
}

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

/// A refund of a payment, as it begins.
enum Begun {
    /// It is reserved now, and its processor is to be asked.
    New(Box<Refund>),
    /// The same request has made it before.
    Earlier(Box<Refund>),
}

async fn begin(
    store: &Table,
    wish: &RefundWish,
    idempotency: &Idempotency,
    new_id: RefundId,
    clock: Now<'_>,
) -> Result<Begun> {
    let id = idempotency
        .key()
        .map_or(new_id, |key| Id::derive(clock(), sha256(&format!("{}#refund", key.pk))));
    for tried in 0..MAX_TRIES {
        pause(id, tried).await;
        let payment = store.intent(wish.scope, wish.payment, Consistency::Strong);
        let payment = payment.await?.ok_or(Problem::NotFound(wish.named))?;
        let before = payment.refundable().ok_or(StateRefusal::NotRefundable)?;
        let refund = wish.refund(id, &payment, before, clock())?;
        let all = Money::from_minor(before.free(), refund.amount.currency());
        let idempotency = idempotency.clone().by_default("amount", &(wish.say)(all));
        let remember = idempotency.write(&refund.id.to_string(), clock());
        match store.begin_refund(&refund, before, remember).await? {
            RefundWritten::Yes => return Ok(Begun::New(Box::new(refund))),
            RefundWritten::MovedOn => {
                let earlier = store.refund(wish.scope, id).await?;
                return Ok(Begun::Earlier(Box::new(earlier.ok_or(Problem::Contended)?)));
            }
            RefundWritten::Stale => {}
        }
    }
    Err(Problem::Contended)
}

impl RefundWish {
    /// The refund that is asked for, as long as it fits what of the payment is left.
    fn refund(
        &self,
        id: RefundId,
        payment: &PaymentIntent,
        before: &Refundable,
        now: Time,
    ) -> Result<Refund> {
        let CardSuccess { attempt, charge, .. } =
            payment.charged().ok_or(StateRefusal::NotRefundable)?;
        if self.transaction.is_some_and(|named| named != attempt.transaction()) {
            return Err(Problem::State(StateRefusal::NotRefundable));
        }
        let currency = payment.amount().currency();
        let asked = match &self.amount {
            AskedAmount::Rest => None,
            AskedAmount::Minor(minor) => Some(*minor),
            AskedAmount::Major(text) => {
                let money = Money::parse_major(text, currency);
                Some(money.map_err(|invalid| on("amount", invalid))?.minor())
            }
        };
        let (after, minor) = before.reserve(asked).map_err(|refusal| refused(refusal, payment))?;
        let bound = self.at_most.get(&currency);
        if let Some(limit) = bound.filter(|most| minor > most.minor()) {
            return Err(Problem::RefundAboveLimit { limit: *limit });
        }
        let account = payment.charging_account().ok_or(StateRefusal::NotRefundable)?;
        Ok(Refund {
            id,
            scope: self.scope,
            surface: payment.surface,
            payment: payment.id,
            transaction: attempt.transaction(),
            link: payment.payment_link(),
            customer: payment.customer,
            amount: Money::from_minor(minor, currency),
            charge: charge.clone(),
            processor: account.processor.clone(),
            reason: self.reason.clone(),
            requested_by: self.requested_by,
            metadata: self.metadata.clone(),
            status: RefundStatus::Processing { until: now.plus_seconds(RESERVATION_S) },
            invoice: payment.invoice().map(|invoice| invoice.id),
            invoiced: payment.gets_invoice(),
            credit_note: None,
            invoiced_later: false,
            first: None,
            began: after.standing(),
            ended: None,
            history: History::starting(EventType::RefundCreated, now),
            // Lists go by ids: however many tries it took, it is as old as its id.
            created_at: id.minted_at(),
            updated_at: now,
            version: 1,
        })
    }
}

/// Why a refund does not fit the payment, for its caller.
fn refused(refusal: RefundRefusal, payment: &PaymentIntent) -> Problem {
    Problem::State(match refusal {
        RefundRefusal::NotSucceeded => StateRefusal::NotRefundable,
        RefundRefusal::Disputed => StateRefusal::Disputed,
        RefundRefusal::AlreadyRefunded => StateRefusal::AlreadyRefunded,
        RefundRefusal::InProgress => StateRefusal::RefundInProgress,
        RefundRefusal::TooMany => StateRefusal::TooManyRefunds,
        RefundRefusal::ExceedsRest { left } => {
            let left = Money::from_minor(left, payment.amount().currency());
            return Problem::RefundExceedsRest { left };
        }
    })
}

/// The refund that the same request has made before, as it was answered then.
async fn earlier(
    store: &Table,
    scope: Scope,
    idempotency: &Idempotency,
    clock: Now<'_>,
) -> Result<Option<RequestedRefund>> {
    let Some(answer) = idempotency.earlier(store).await? else { return Ok(None) };
    let id = answer.data.parse().map_err(|_| Problem::internal("a remembered refund has no id"))?;
    let refund = store.refund(scope, id).await?;
    let refund = refund.ok_or_else(|| Problem::internal("a remembered refund is gone"))?;
    replay(refund, clock()).map(Some)
}

fn replay(refund: Refund, now: Time) -> Result<RequestedRefund> {
    if let (RefundStatus::Processing { until }, None) = (&refund.status, refund.first)
        && *until > now
    {
        let left_s = until.ms_since(now).saturating_add(999).div_euclid(1000);
        return Err(Problem::InProgress { retry_after_s: left_s.max(1) });
    }
    Ok(RequestedRefund { refund: refund.as_answered(), replayed: true })
}

/// Orders a refund that was just written down, and writes down what the processor says.
async fn carry_out(
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
