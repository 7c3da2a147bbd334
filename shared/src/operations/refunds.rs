//! Refunds: money given back to a buyer, in whole or in parts.
//!
//! A refund takes what it gives back from the payment in the commit that makes it, is ordered from
//! the processor under its own id, and ends in a second commit. When the answer is lost the processor
//! is asked; an order that it does not know is sent again under the same key while that key lives, as
//! payouts are. Only then has it failed, and what it took may be refunded again.

mod outcome;

use super::{
    Idempotency, Now, Problem, Resource, Result, StateRefusal, engine::steps::pause, problem::on,
    submits,
};
use crate::{
    digest::sha256,
    model::{
        Currency, Money, Scope, Time,
        actor::Actor,
        event::{EventType, History},
        id::{Id, PaymentIntentId, RefundId, TransactionId},
        metadata::Metadata,
        payment_intent::{CardSuccess, PaymentIntent},
        refund::{
            RESERVATION_S, Refund, RefundRefusal, RefundStatus, RefundStatusName, Refundable,
        },
    },
    processor::Processors,
    store::{
        Consistency, Table,
        list::{Listing, Slice},
        refund::RefundWritten,
    },
};
use outcome::carry_out;
use std::collections::BTreeMap;

pub use outcome::{ask, reconcile};

/// Tries against others who refund the same payment, or settle refunds of it.
const MAX_TRIES: u32 = 6;

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
