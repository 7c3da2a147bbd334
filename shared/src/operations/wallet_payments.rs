//! Payments between wallets and the outside, step by step.
//!
//! Each step may run twice, half, late, or at the same time as a duplicate of it: it is decided from
//! what was read, and written only if that still holds. What a provider was asked is keyed by payment and
//! leg, so that asking again moves no money twice.

use super::{Now, Problem, Resource, problem::on};
use crate::{
    deadline::Deadline,
    digest::sha256,
    model::{
        Invalid, Scope, Time,
        id::{AttemptId, Id, PaymentIntentId},
        ledger::{self, Account, AccountId},
        payment_intent::{
            self, PaymentIntent, Status, Success, Work,
            wallet::{Leg, Progress, Refusal, Step},
        },
    },
    processor::{Order, Processor},
    store::{self, Consistency, Table, Write, step::Taken},
};
use std::{collections::BTreeMap, time::Duration};

/// How long we wait for a provider before the outcome counts as unknown; less where the invocation
/// has less time left, so that a second leg does not find it over.
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(10);

/// Tries of a step whose accounts others change at the same time, the first one included.
const MAX_TRIES: u32 = 4;

/// Steps a payment can take in one go: more than any has.
const MAX_STEPS: usize = 6;

/// How long an order that a provider may not have got is sent again, in seconds from the start of
/// its leg. Afterwards its key is closed at the provider, and the leg has failed.
const RESEND_S: i64 = 90;

/// Accounts by their ids.
pub type Accounts = BTreeMap<AccountId, Account>;

/// Why a step is not taken: the payment's state, or the request.
#[derive(Debug)]
pub enum Objection {
    /// The payment does not allow it.
    State(Refusal),
    /// A payment through a link does not allow it.
    Link(payment_intent::Refusal),
    /// A field does not fit the payment.
    Field(&'static str, Invalid),
}

impl From<Refusal> for Objection {
    fn from(refusal: Refusal) -> Self {
        Self::State(refusal)
    }
}

/// Why a payment did not take a step.
#[derive(Debug)]
pub enum PaymentFault {
    /// There is no such payment.
    Missing,
    /// Its state does not allow it, or the request does not fit it.
    Objection(Objection),
    /// The money cannot move.
    Ledger(ledger::Refusal),
    /// It is there already: the same request came before.
    Duplicate,
    /// What was to be written along with it was refused.
    Extra,
    /// The table cannot be reached, or too many want the same accounts at once.
    Store(store::Error),
}

impl From<PaymentFault> for Problem {
    #[track_caller]
    fn from(fault: PaymentFault) -> Self {
        match fault {
            PaymentFault::Missing => Self::NotFound(Resource::Payment),
            PaymentFault::Objection(Objection::State(refusal)) => refusal.into(),
            PaymentFault::Objection(Objection::Link(refusal)) => refusal.into(),
            PaymentFault::Objection(Objection::Field(field, invalid)) => on(field, invalid),
            PaymentFault::Ledger(refusal) => refusal.into(),
            PaymentFault::Duplicate | PaymentFault::Extra => Self::Conflict,
            PaymentFault::Store(error) => error.into(),
        }
    }
}

impl From<store::Error> for PaymentFault {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<Objection> for PaymentFault {
    fn from(objection: Objection) -> Self {
        Self::Objection(objection)
    }
}

impl From<Refusal> for PaymentFault {
    fn from(refusal: Refusal) -> Self {
        Self::Objection(refusal.into())
    }
}

/// The id of a new payment: its idempotency key decides where it is kept, so that a second payment
/// with the same key cannot be written.
#[must_use]
pub fn id(scope: Scope, key: &str, now: Time) -> PaymentIntentId {
    Id::derive(now, sha256(&format!("{}#{}#create-payment#{key}", scope.tenant, scope.mode)))
}

/// Writes a new payment down with its first step. `known` are accounts that were read already.
///
/// # Errors
/// [`PaymentFault::Duplicate`] when it is there already; [`PaymentFault::Ledger`] when money is missing: then nothing
/// is written.
pub async fn open(
    store: &Table,
    new: &PaymentIntent,
    for_review: bool,
    known: Accounts,
    clock: Now<'_>,
) -> Result<PaymentIntent, PaymentFault> {
    let first = |now: Time| -> Result<Step, Refusal> {
        let step = if for_review {
            Step { intent: new.stop_for_review(now), movement: None }
        } else {
            new.start(now)?
        };
        let intent = PaymentIntent { version: 1, ..fixed(step.intent) };
        Ok(Step { intent, ..step })
    };
    let mut known = Some(known);
    let mut gave_back = false;
    for tried in 0..MAX_TRIES {
        pause(new.id, tried).await;
        let now = clock();
        let step = first(now)?;
        let accounts = read(store, new, &step, known.take()).await?;
        match store.take_step(None, &step, &accounts, &[], now).await? {
            Taken::Yes => return Ok(step.intent),
            Taken::MovedOn | Taken::Extra => return Err(PaymentFault::Duplicate),
            Taken::Stale => {}
            Taken::Refused(refusal) => {
                // The money may be missing because the same request came before and took it.
                let duplicate = store.intent(new.scope, new.id, Consistency::Strong).await?;
                if duplicate.is_some() {
                    return Err(PaymentFault::Duplicate);
                }
                if gave_back || !give_back(store, new.scope, refusal, clock).await? {
                    return Err(PaymentFault::Ledger(refusal));
                }
                gave_back = true;
            }
        }
    }
    Err(PaymentFault::Store(store::Error::Contended))
}

/// Takes one step with a payment that is there. `decide` sees the payment, what its wallet can
/// spend, and the clock; `extra` writes go along with the step.
///
/// # Errors
/// See [`PaymentFault`]; nothing is written then.
pub async fn step<E: Into<PaymentFault>>(
    store: &Table,
    (scope, id): (Scope, PaymentIntentId),
    decide: impl Fn(&PaymentIntent, i64, Time) -> Result<Step, E>,
    extra: impl Fn(&PaymentIntent) -> Vec<Write>,
    clock: Now<'_>,
) -> Result<PaymentIntent, PaymentFault> {
    let mut gave_back = false;
    for tried in 0..MAX_TRIES {
        pause(id, tried).await;
        let intent = store.intent(scope, id, Consistency::Strong).await?;
        let intent = intent.ok_or(PaymentFault::Missing)?;
        let accounts = read_all(store, &intent).await?;
        let now = clock();
        let wallet = intent.wallet_terms().map(|terms| AccountId::Wallet(terms.wallet));
        let wallet = wallet.and_then(|id| accounts.get(&id));
        let available = wallet.map_or(0, |account| account.balance.available());
        let step = decide(&intent, available, now).map_err(Into::into)?;
        // What escrow holds past its time is the customer's again, and comes before any debt.
        if let (Some(wallet), true, false) = (wallet, owes(&step), gave_back) {
            gave_back = true;
            let short = ledger::Refusal::InsufficientFunds(wallet.id);
            if give_back(store, scope, short, clock).await? {
                continue;
            }
        }
        let step = Step { intent: fixed(step.intent), ..step };
        match store.take_step(Some(&intent), &step, &accounts, &extra(&step.intent), now).await? {
            Taken::Yes => return Ok(step.intent),
            Taken::MovedOn | Taken::Stale => {}
            Taken::Extra => return Err(PaymentFault::Extra),
            Taken::Refused(refusal) => {
                if gave_back || !give_back(store, scope, refusal, clock).await? {
                    return Err(PaymentFault::Ledger(refusal));
                }
                gave_back = true;
            }
        }
    }
    Err(PaymentFault::Store(store::Error::Contended))
}

/// Asks the provider for a payment that has just started a leg, and writes down what it says; a
/// relay goes on with its second leg. Silence leaves the payment as it is, for the reconciler.
///
/// # Errors
/// The table cannot be reached, or too many want the same accounts at once: the reconciler goes on.
pub async fn drive(
    store: &Table,
    provider: &dyn Processor,
    mut intent: PaymentIntent,
    clock: Now<'_>,
) -> Result<PaymentIntent, PaymentFault> {
    for _ in 0..MAX_STEPS {
        let Some(leg) = unsent(&intent.status) else { break };
        let Some(order) = order(&intent, leg, clock()) else { break };
        let Some(news) = in_time(provider.order(&order)).await else { break };
        intent = tell(store, &intent, leg, news, clock).await?;
    }
    answer(store, intent, clock).await
}

/// Goes on with a payment that was approved. The reviewer's answer is how it stood right then.
///
/// # Errors
/// The table cannot be reached: the reconciler goes on.
pub async fn go_on(
    store: &Table,
    provider: &dyn Processor,
    payment: (Scope, PaymentIntentId),
    clock: Now<'_>,
) -> Result<(), PaymentFault> {
    let intent = store.intent(payment.0, payment.1, Consistency::Strong).await?;
    let intent = intent.ok_or(PaymentFault::Missing)?;
    drive(store, provider, intent, clock).await.map(|_| ())
}

/// Fixes the answer to the request where nobody has said anything: it is at work.
async fn answer(
    store: &Table,
    intent: PaymentIntent,
    clock: Now<'_>,
) -> Result<PaymentIntent, PaymentFault> {
    if intent.wallet_terms().is_none_or(|terms| terms.first.is_some()) {
        return Ok(intent);
    }
    let version = intent.version.saturating_add(1);
    let answered = PaymentIntent { version, ..intent.clone().answered() };
    let step = Step { intent: answered, movement: None };
    match store.take_step(Some(&intent), &step, &Accounts::new(), &[], clock()).await? {
        Taken::Yes => Ok(step.intent),
        Taken::MovedOn | Taken::Stale | Taken::Extra | Taken::Refused(_) => {
            let fresh = store.intent(intent.scope, intent.id, Consistency::Strong).await?;
            fresh.ok_or(PaymentFault::Missing)
        }
    }
}

/// Looks after a payment whose provider should have been heard of by now. One that is not due, or
/// needs nobody, is left alone.
///
/// # Errors
/// The table or the provider cannot be reached, or the provider does not know yet; it can be asked
/// again.
pub async fn reconcile(
    store: &Table,
    provider: &dyn Processor,
    intent: PaymentIntent,
    clock: Now<'_>,
) -> Result<(), String> {
    let now = clock();
    let Some(terms) = intent.wallet_terms() else { return Ok(()) };
    let (leg, sent) = match &intent.status {
        Status::Processing { work: Work::Order { leg, accepted }, until } if *until <= now => {
            (*leg, *accepted)
        }
        Status::Succeeded(Success::Moved { settles: Some(then) }) if *then <= now => {
            (terms.last_leg(), true)
        }
        Status::Processing { .. }
        | Status::Succeeded(_)
        | Status::Pending
        | Status::PendingReview
        | Status::RequiresAction { .. }
        | Status::Held
        | Status::Settled
        | Status::Failed { .. }
        | Status::Expired
        | Status::Canceled => return Ok(()),
    };
    let Some(order) = order(&intent, leg, now) else {
        return Err("the payment has no way to the outside".to_owned());
    };
    if order.processor != provider.name() {
        return Err(format!("{} does not serve this payment", provider.name()));
    }
    // Money on its way out was promised: the order is sent again under its key, until its time is
    // over. Money from outside is only asked about.
    let started = intent.updated_at;
    let again = leg == Leg::Push && !sent && now < started.plus_seconds(RESEND_S);
    let asked = if again { provider.order(&order) } else { provider.look_up_order(&order) };
    let Some(news) = in_time(asked).await else {
        return Err("the provider does not know yet".to_owned());
    };
    let told = tell(store, &intent, leg, news, clock).await;
    let next = told.map_err(|fault| format!("{fault:?}"))?;
    drive(store, provider, next, clock).await.map(|_| ()).map_err(|fault| format!("{fault:?}"))
}

/// Whether a step leaves its customer in debt.
fn owes(step: &Step) -> bool {
    let mut touched = step.movement.iter().flat_map(|movement| &movement.postings);
    touched.any(|posting| matches!(posting.account, AccountId::Receivable { .. }))
}

/// Writes down that holds are past their time: at most one page of them.
///
/// # Errors
/// The table cannot be reached.
async fn give_back(
    store: &Table,
    scope: Scope,
    refusal: ledger::Refusal,
    clock: Now<'_>,
) -> Result<bool, PaymentFault> {
    let ledger::Refusal::InsufficientFunds(AccountId::Wallet(wallet)) = refusal else {
        return Ok(false);
    };
    let due = store.due_holds(scope, wallet, clock()).await?;
    for hold in &due {
        expire(store, (scope, hold.intent), clock).await?;
    }
    Ok(!due.is_empty())
}

/// Writes down that a hold is past its time. One that somebody else has ended is fine.
///
/// # Errors
/// The table cannot be reached, or too many want the same accounts at once.
pub async fn expire(
    store: &Table,
    payment: (Scope, PaymentIntentId),
    clock: Now<'_>,
) -> Result<(), PaymentFault> {
    // Not through `step`: giving back never lacks money, so it never has to give back first.
    for tried in 0..MAX_TRIES {
        pause(payment.1, tried).await;
        let intent = store.intent(payment.0, payment.1, Consistency::Strong).await?;
        let Some(intent) = intent else { return Ok(()) };
        let now = clock();
        let Ok(step) = intent.let_go(now) else { return Ok(()) };
        let accounts = read(store, &intent, &step, None).await?;
        match store.take_step(Some(&intent), &step, &accounts, &[], now).await? {
            Taken::Yes => return Ok(()),
            Taken::MovedOn | Taken::Stale | Taken::Extra => {}
            Taken::Refused(refusal) => return Err(PaymentFault::Ledger(refusal)),
        }
    }
    Err(PaymentFault::Store(store::Error::Contended))
}

/// News about a leg, written down; news that came before are no fault.
async fn tell(
    store: &Table,
    intent: &PaymentIntent,
    leg: Leg,
    news: Progress,
    clock: Now<'_>,
) -> Result<PaymentIntent, PaymentFault> {
    let payment = (intent.scope, intent.id);
    let told = step(
        store,
        payment,
        |intent, available, now| intent.progress(leg, news, available, now),
        |_| Vec::new(),
        clock,
    );
    match told.await {
        Err(PaymentFault::Objection(_)) => {
            let fresh = store.intent(intent.scope, intent.id, Consistency::Strong).await?;
            fresh.ok_or(PaymentFault::Missing)
        }
        other => other,
    }
}

/// The leg whose order the provider has not confirmed yet, if there is one.
const fn unsent(status: &Status) -> Option<Leg> {
    if let Status::Processing { work: Work::Order { leg, accepted: false }, .. } = status {
        Some(*leg)
    } else {
        None
    }
}

/// The answer to the request is fixed with the step that ends the work for it: not before a provider
/// was asked.
fn fixed(intent: PaymentIntent) -> PaymentIntent {
    if unsent(&intent.status).is_some() { intent } else { intent.answered() }
}

/// The order of one leg at its provider. Its key is derived, so that it is one order however often
/// it is sent.
fn order(intent: &PaymentIntent, leg: Leg, now: Time) -> Option<Order> {
    let terms = intent.wallet_terms()?;
    let (rail, token, name) = match leg {
        Leg::Pull => terms.pull().map(|pull| (pull.rail, pull.token.clone(), "pull"))?,
        Leg::Push => terms.push().map(|push| (push.rail, push.token.clone(), "push"))?,
    };
    let seed = sha256(&format!("{}#{name}", intent.id));
    let id: AttemptId = Id::derive(intent.created_at, seed);
    Some(Order {
        id,
        intent: intent.id,
        scope: intent.scope,
        processor: terms.way.as_ref()?.processor.clone(),
        leg,
        rail,
        token,
        amount: intent.amount(),
        now,
    })
}

async fn in_time(asked: crate::processor::Asked<'_, Option<Progress>>) -> Option<Progress> {
    match tokio::time::timeout(Deadline::limit(PROVIDER_TIMEOUT), asked).await {
        Ok(Ok(news)) => news,
        Ok(Err(_)) | Err(_) => None,
    }
}

/// The accounts a step touches, those that were read already first.
async fn read(
    store: &Table,
    intent: &PaymentIntent,
    step: &Step,
    known: Option<Accounts>,
) -> store::Result<Accounts> {
    let mut accounts = known.unwrap_or_default();
    let touched = step.movement.iter().flat_map(|movement| &movement.postings);
    let missing: Vec<AccountId> = touched
        .map(|posting| posting.account)
        .filter(|account| !accounts.contains_key(account))
        .collect();
    accounts.extend(store.accounts(intent.scope, &missing, intent.amount().currency()).await?);
    Ok(accounts)
}

/// Every account a payment may touch in its next step.
async fn read_all(store: &Table, intent: &PaymentIntent) -> store::Result<Accounts> {
    let currency = intent.amount().currency();
    let Some(terms) = intent.wallet_terms() else { return Ok(Accounts::new()) };
    let mut ids = terms.accounts(currency, intent.id);
    if matches!(intent.status, Status::Succeeded(Success::Moved { settles: Some(_) })) {
        let debtor = intent.customer;
        ids.extend(debtor.map(|customer| AccountId::Receivable { customer, currency }));
    }
    store.accounts(intent.scope, &ids, currency).await
}

/// Waits before a second try: up to 20, 40, 80 ms. How long follows from the payment's id, so that
/// payments that want the same accounts part ways.
async fn pause(payment: PaymentIntentId, tried: u32) {
    if tried > 0 {
        let max_ms = 10 * 2_u64.saturating_pow(tried);
        let part = u16::from_be_bytes(sha256(&format!("{payment}#{tried}")));
        tokio::time::sleep(Duration::from_millis(u64::from(part) * max_ms / 65_536)).await;
    }
}
