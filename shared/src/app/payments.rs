//! Payments between wallets and the outside, step by step.
//!
//! Each step may run twice, half, late, or at the same time as its twin: it is decided from what was
//! read, and written only if that still holds. What a provider was asked is keyed by payment and
//! leg, so that asking again moves no money twice.

use super::work::Trouble;
use crate::{
    digest::sha256,
    http::{
        self,
        once::{Answer, Once},
        platform::{payment::view, payment_step::Objection},
    },
    model::{
        Scope, Time,
        id::{AttemptId, Id, PaymentIntentId},
        ledger::{self, Account, AccountId},
        payment_intent::{
            PaymentIntent, Status,
            wallet::{Leg, Progress, Refusal, Step},
        },
    },
    operations::{Problem, Resource, problem::on},
    processor::{Order, Processor},
    queue::{Verdict, sqs::Advance},
    store::{self, Consistency, Table, Write, step::Taken},
};
use std::{collections::BTreeMap, time::Duration};

/// How long we wait for a provider before the outcome counts as unknown.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tries of a step whose accounts others change at the same time, the first one included.
const MOST_TRIES: u32 = 4;

/// Steps a payment can take in one go: more than any has.
const MOST_STEPS: usize = 6;

/// How long an order that a provider may not have got is sent again, in seconds from the start of
/// its leg. Afterwards its key is closed at the provider, and the leg has failed.
const RESEND_S: i64 = 90;

/// The clock, passed in.
pub type Now<'a> = &'a (dyn Fn() -> Time + Sync);

/// Accounts by their ids.
pub type Accounts = BTreeMap<AccountId, Account>;

/// Why a payment did not take a step.
#[derive(Debug)]
pub enum Fault {
    /// There is no such payment.
    Missing,
    /// Its state does not allow it, or the request does not fit it.
    Objection(Objection),
    /// The money cannot move.
    Ledger(ledger::Refusal),
    /// It is there already: the same request came before.
    Twin,
    /// What was to be written along with it was refused.
    Extra,
    /// The table cannot be reached, or too many want the same accounts at once.
    Store(store::Error),
}

impl From<Fault> for Problem {
    #[track_caller]
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Missing => Self::NotFound(Resource::Payment),
            Fault::Objection(Objection::State(refusal)) => refusal.into(),
            Fault::Objection(Objection::Link(refusal)) => refusal.into(),
            Fault::Objection(Objection::Field(field, invalid)) => on(field, invalid),
            Fault::Ledger(refusal) => refusal.into(),
            Fault::Twin | Fault::Extra => Self::Conflict,
            Fault::Store(error) => error.into(),
        }
    }
}

impl From<store::Error> for Fault {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<Objection> for Fault {
    fn from(objection: Objection) -> Self {
        Self::Objection(objection)
    }
}

impl From<Refusal> for Fault {
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
/// [`Fault::Twin`] when it is there already; [`Fault::Ledger`] when money is missing: then nothing
/// is written.
pub async fn open(
    store: &Table,
    new: &PaymentIntent,
    for_review: bool,
    known: Accounts,
    clock: Now<'_>,
) -> Result<PaymentIntent, Fault> {
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
    for tried in 0..MOST_TRIES {
        pause(tried).await;
        let now = clock();
        let step = first(now)?;
        let accounts = read(store, new, &step, known.take()).await?;
        match store.take_step(None, &step, &accounts, &[], now).await? {
            Taken::Yes => return Ok(step.intent),
            Taken::MovedOn | Taken::Extra => return Err(Fault::Twin),
            Taken::Stale => {}
            Taken::Refused(refusal) => {
                // The money may be missing because the same request came before and took it.
                let twin = store.intent(new.scope, new.id, Consistency::Strong).await?;
                if twin.is_some() {
                    return Err(Fault::Twin);
                }
                if gave_back || !give_back(store, new.scope, refusal, clock).await? {
                    return Err(Fault::Ledger(refusal));
                }
                gave_back = true;
            }
        }
    }
    Err(Fault::Store(store::Error::Contended))
}

/// Takes one step with a payment that is there. `decide` sees the payment, what its wallet can
/// spend, and the clock; `extra` writes go along with the step.
///
/// # Errors
/// See [`Fault`]; nothing is written then.
pub async fn step<E: Into<Fault>>(
    store: &Table,
    (scope, id): (Scope, PaymentIntentId),
    decide: impl Fn(&PaymentIntent, i64, Time) -> Result<Step, E>,
    extra: impl Fn(&PaymentIntent) -> Vec<Write>,
    clock: Now<'_>,
) -> Result<PaymentIntent, Fault> {
    let mut gave_back = false;
    for tried in 0..MOST_TRIES {
        pause(tried).await;
        let intent = store.intent(scope, id, Consistency::Strong).await?;
        let intent = intent.ok_or(Fault::Missing)?;
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
            Taken::Extra => return Err(Fault::Extra),
            Taken::Refused(refusal) => {
                if gave_back || !give_back(store, scope, refusal, clock).await? {
                    return Err(Fault::Ledger(refusal));
                }
                gave_back = true;
            }
        }
    }
    Err(Fault::Store(store::Error::Contended))
}

/// Takes one step that a caller asked for, and remembers the answer in the same commit. A request
/// that came before gets its first answer.
///
/// # Errors
/// What the caller is told.
pub async fn once<E: Into<Fault>>(
    store: &Table,
    payment: (Scope, PaymentIntentId),
    once: &Once,
    decide: impl Fn(&PaymentIntent, i64, Time) -> Result<Step, E>,
    clock: Now<'_>,
) -> http::Result<Answer> {
    if let Some(answer) = once.earlier(store).await? {
        return Ok(answer);
    }
    let answer = |payment: &PaymentIntent| http::reply::json(&view(payment, clock()));
    let extra = |next: &PaymentIntent| once.write(&answer(next), clock()).into_iter().collect();
    match step(store, payment, decide, extra, clock).await {
        Ok(next) => Ok(Answer { data: answer(&next), replayed: false }),
        Err(Fault::Extra) => once.earlier(store).await?.ok_or_else(|| Problem::Conflict),
        Err(Fault::Objection(objection)) => match once.earlier(store).await? {
            // A twin was faster, and the state that objects is its work.
            Some(answer) => Ok(answer),
            None => Err(Fault::Objection(objection).into()),
        },
        Err(fault) => Err(fault.into()),
    }
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
) -> Result<PaymentIntent, Fault> {
    for _ in 0..MOST_STEPS {
        let Status::Moving { leg, accepted: false, .. } = intent.status else { break };
        let Some(order) = order(&intent, leg, clock()) else { break };
        let Some(news) = patiently(provider.order(&order)).await else { break };
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
) -> Result<(), Fault> {
    let intent = store.intent(payment.0, payment.1, Consistency::Strong).await?;
    let intent = intent.ok_or(Fault::Missing)?;
    drive(store, provider, intent, clock).await.map(|_| ())
}

/// Fixes the answer to the request where nobody has said anything: it is at work.
async fn answer(
    store: &Table,
    intent: PaymentIntent,
    clock: Now<'_>,
) -> Result<PaymentIntent, Fault> {
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
            fresh.ok_or(Fault::Missing)
        }
    }
}

/// Looks after the payment a message names. One that is not due is left alone: whoever moved its
/// time asked for another look.
///
/// # Errors
/// As [`reconcile`]; the message comes back.
pub async fn advance(
    store: &Table,
    provider: &dyn Processor,
    message: &str,
) -> Result<Verdict, Trouble> {
    let advance: Advance = serde_json::from_str(message).map_err(|error| error.to_string())?;
    let (scope, id) = advance.parts().ok_or("a message that names no payment")?;
    let intent = store.intent(scope, id, Consistency::Strong).await;
    let Some(intent) = intent.map_err(|error| error.to_string())? else {
        return Ok(Verdict::Done);
    };
    let reconciled = reconcile(store, provider, intent, &super::clock::now).await;
    let named = |trouble| format!("{} {id}: {trouble}", scope.tenant);
    reconciled.map(|()| Verdict::Done).map_err(named)
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
        Status::Moving { leg, accepted, until } if *until <= now => (*leg, *accepted),
        Status::Done { settles: Some(then) } if *then <= now => (terms.last_leg(), true),
        Status::Moving { .. }
        | Status::Done { .. }
        | Status::Pending
        | Status::PendingReview
        | Status::Processing { .. }
        | Status::RequiresAction { .. }
        | Status::Held
        | Status::Succeeded { .. }
        | Status::Settled
        | Status::Failed { .. }
        | Status::Refused { .. }
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
    let Some(news) = patiently(asked).await else {
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
) -> Result<bool, Fault> {
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
) -> Result<(), Fault> {
    // Not through `step`: giving back never lacks money, so it never has to give back first.
    for tried in 0..MOST_TRIES {
        pause(tried).await;
        let intent = store.intent(payment.0, payment.1, Consistency::Strong).await?;
        let Some(intent) = intent else { return Ok(()) };
        let now = clock();
        let Ok(step) = intent.let_go(now) else { return Ok(()) };
        let accounts = read(store, &intent, &step, None).await?;
        match store.take_step(Some(&intent), &step, &accounts, &[], now).await? {
            Taken::Yes => return Ok(()),
            Taken::MovedOn | Taken::Stale | Taken::Extra => {}
            Taken::Refused(refusal) => return Err(Fault::Ledger(refusal)),
        }
    }
    Err(Fault::Store(store::Error::Contended))
}

/// News about a leg, written down; news that came before are no fault.
async fn tell(
    store: &Table,
    intent: &PaymentIntent,
    leg: Leg,
    news: Progress,
    clock: Now<'_>,
) -> Result<PaymentIntent, Fault> {
    let payment = (intent.scope, intent.id);
    let told = step(
        store,
        payment,
        |intent, available, now| intent.progress(leg, news, available, now),
        |_| Vec::new(),
        clock,
    );
    match told.await {
        Err(Fault::Objection(_)) => {
            let fresh = store.intent(intent.scope, intent.id, Consistency::Strong).await?;
            fresh.ok_or(Fault::Missing)
        }
        other => other,
    }
}

/// The answer to the request is fixed with the step that ends the work for it: not before a provider
/// was asked.
fn fixed(intent: PaymentIntent) -> PaymentIntent {
    let open = matches!(intent.status, Status::Moving { accepted: false, .. });
    if open { intent } else { intent.answered() }
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
        amount: intent.amount,
        now,
    })
}

async fn patiently(asked: crate::processor::Asked<'_, Option<Progress>>) -> Option<Progress> {
    match tokio::time::timeout(PATIENCE, asked).await {
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
    accounts.extend(store.accounts(intent.scope, &missing, intent.amount.currency()).await?);
    Ok(accounts)
}

/// Every account a payment may touch in its next step.
async fn read_all(store: &Table, intent: &PaymentIntent) -> store::Result<Accounts> {
    let currency = intent.amount.currency();
    let Some(terms) = intent.wallet_terms() else { return Ok(Accounts::new()) };
    let mut ids = terms.accounts(currency, intent.id);
    if matches!(intent.status, Status::Done { settles: Some(_) }) {
        ids.push(AccountId::Receivable { customer: intent.customer, currency });
    }
    store.accounts(intent.scope, &ids, currency).await
}

/// Waits before a second try: up to 20, 40, 80 ms, at random, so that twins part ways.
async fn pause(tried: u32) {
    if tried > 0 {
        let most_ms = 10_u64.saturating_mul(2_u64.saturating_pow(tried));
        let ms = u64::from(u16::from_be_bytes(super::clock::random())) * most_ms / 65_536;
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}
